extension OrderedJSON {
    /// The value on several lines, two spaces a level, for files that people read: what fits a line of 100 columns stays
    /// on it.
    package var indented: String { indented(0) }

    private func indented(_ depth: Int) -> String {
        let line = written
        if depth > 0, line.utf8.count + 2 * depth <= 100 { return line }
        let inner = String(repeating: "  ", count: depth + 1), outer = String(repeating: "  ", count: depth)
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(depth + 1) }.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                "\(inner)\(OrderedJSON.string(member.key).written): \(member.value.indented(depth + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        default:
            return line
        }
    }
}
