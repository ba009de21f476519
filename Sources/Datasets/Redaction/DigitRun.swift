/// A run of digit groups with the separators of phone numbers between them, as it stands in folded text:
/// `+44 (0)20 7946-0018`. One space-separated piece is a token; tokens join groups with '-', '.', '/' and parentheses.
struct DigitRun {
    /// Groups of digits, in order.
    private(set) var groups: [Range<Int>] = []
    /// What stands before each group: "" for the first.
    private(set) var separators: [String] = []
    /// Where the run begins, with its '+' or '('.
    let start: Int
    /// Whether '+' begins it.
    let hasPlus: Bool

    /// More groups or digits than any phone number has; a longer run is something else.
    static let maximumGroups = 12

    /// Reads the run whose first digit, '+' or '(' is at `start`; nil when no digit follows.
    init?(_ text: [UInt8], at start: Int) {
        self.start = start
        var position = start
        if text.at(position) == UInt8(ascii: "(") { position += 1 }
        hasPlus = text.at(position) == UInt8(ascii: "+")
        if hasPlus { position += 1 }
        if text.at(position) == UInt8(ascii: "(") { position += 1 }
        guard text.at(position).isDigit else { return nil }
        var separator = ""
        while groups.count < Self.maximumGroups {
            let groupStart = position
            while text.at(position).isDigit { position += 1 }
            groups.append(groupStart..<position)
            separators.append(separator)
            var next = position
            while next - position < 3, Self.separatorBytes.contains(text.at(next)) { next += 1 }
            separator = String(decoding: text[position..<min(next, text.count)], as: UTF8.self)
            guard text.at(next).isDigit, Self.allowed.contains(separator) else { return }
            position = next
        }
    }

    private static let separatorBytes = Set(" -./()".utf8)
    private static let allowed: Set<String> = [
        " ", "-", ".", "/", ") ", ")-", ")", " (", "(", "-(", " - ", ")/", "/ ", " /", ". ", ").",
    ]

    /// Whether a break between words stands before the group: only there may a number begin or end inside the run.
    func breaks(before group: Int) -> Bool {
        group == 0 || group == groups.count || separators[group].contains(" ")
    }

    /// The groups of the token that group belongs to, for telling dates from numbers.
    func token(of group: Int) -> Range<Int> {
        var first = group, end = group + 1
        while first > 0, !separators[first].contains(" ") { first -= 1 }
        while end < groups.count, !separators[end].contains(" ") { end += 1 }
        return first..<end
    }

    /// Whether a token is a date: year-month-day or day-month-year.
    func isDate(_ token: Range<Int>) -> Bool {
        let shape = token.map { groups[$0].count }
        return shape == [4, 2, 2] || shape == [2, 2, 4] || shape == [1, 2, 4] || shape == [2, 1, 4]
            || shape == [1, 1, 4]
    }
}
