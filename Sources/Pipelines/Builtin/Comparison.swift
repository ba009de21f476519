import Primitives

/// `POINTER SIGN NUMBER`: a number in a JSON document, by its pointer (RFC 6901), and what it is compared with.
struct Comparison: Sendable, Hashable {
    enum Sign: String, Sendable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case equal = "=="
        case unequal = "!="
        case more = ">"
        case less = "<"
    }

    /// The pointer as written.
    let pointer: String
    let sign: Sign
    let bound: Double
    /// The bound as written.
    let boundText: String

    /// Reads it; nil for another form.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 3, words[0].hasPrefix("/"), let sign = Sign(rawValue: words[1]),
            let bound = Double(words[2]), bound.isFinite
        else { return nil }
        (pointer, self.sign, self.bound, boundText) = (words[0], sign, bound, words[2])
    }

    func holds(_ value: Double) -> Bool {
        switch sign {
        case .atLeast: value >= bound
        case .atMost: value <= bound
        case .equal: value == bound
        case .unequal: value != bound
        case .more: value > bound
        case .less: value < bound
        }
    }

    /// What the pointer points at; nil for nothing.
    func value(in document: JSONValue) -> JSONValue? {
        var value = document
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
            if let elements = value.arrayValue {
                guard let index = Int(key), elements.indices.contains(index), String(index) == key else { return nil }
                value = elements[index]
            } else if let member = value[key] {
                value = member
            } else {
                return nil
            }
        }
        return value
    }
}
