/// Finds e-mail addresses: a dot-atom or international local part (RFC 5322 §3.4.1, RFC 6531), '@', and a domain of at least
/// two labels whose last begins with a letter, or an address literal in brackets. Bounds: local part 64 bytes, domain 253
/// (RFC 5321 §4.5.3.1). Not addresses: `package@1.2.3`, `icon@2x.png`, `@handle`, `user@host`.
enum EmailRecogniser {
    static func ranges(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var floor = 0
        for at in text.indices where text[at] == UInt8(ascii: "@") {
            let start = localStart(text, at, floor)
            guard start < at, let end = domainEnd(text, at + 1), !isImageScale(text[(at + 1)..<end]) else { continue }
            found.append(start..<end)
            floor = end
        }
        return found
    }

    private static func localStart(_ text: [UInt8], _ at: Int, _ floor: Int) -> Int {
        var start = at
        let lowest = max(floor, at - 64)
        while start > lowest, isLocal(text[start - 1]) { start -= 1 }
        // The bound may fall inside a character; quotes and dots cannot begin a local part.
        while start < at,
            text[start] & 0xC0 == 0x80 || text[start] == UInt8(ascii: ".") || text[start] == UInt8(ascii: "'")
        {
            start += 1
        }
        return text.at(at - 1) == UInt8(ascii: ".") ? at : start
    }

    /// Atom characters, without '=', '/', '{', '|', '}', '`' and '?': in text these stand around addresses, not in them.
    private static func isLocal(_ byte: UInt8) -> Bool {
        if byte >= 0x80 || byte.isAlphanumeric { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "'"), UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
            UInt8(ascii: "*"), UInt8(ascii: "^"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private static func domainEnd(_ text: [UInt8], _ start: Int) -> Int? {
        if text.at(start) == UInt8(ascii: "[") { return literalEnd(text, start) }
        var labels: [Range<Int>] = []
        var position = start
        while position - start < 253 {
            let labelStart = position
            while position < text.count, isLabel(text[position]) { position += 1 }
            var labelEnd = position
            while labelEnd > labelStart, text[labelEnd - 1] == UInt8(ascii: "-") { labelEnd -= 1 }
            guard labelEnd > labelStart, labelEnd - labelStart <= 63, text[labelStart] != UInt8(ascii: "-") else {
                break
            }
            labels.append(labelStart..<labelEnd)
            guard labelEnd == position, text.at(position) == UInt8(ascii: ".") else { break }
            position += 1
        }
        while labels.count > 1, let last = labels.last, !isTopLevel(text[last]) { labels.removeLast() }
        return labels.count > 1 ? labels.last?.upperBound : nil
    }

    private static func literalEnd(_ text: [UInt8], _ start: Int) -> Int? {
        let inside = text[(start + 1)...].prefix(45).prefix { $0.isHex || $0 == 0x3A || $0 == 0x2E || $0.isLetter }
        let close = start + 1 + inside.count
        return inside.count >= 3 && text.at(close) == UInt8(ascii: "]") ? close + 1 : nil
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte >= 0x80
    }

    private static func isTopLevel(_ label: ArraySlice<UInt8>) -> Bool {
        guard label.count >= 2, let first = label.first else { return false }
        if first >= 0x80 { return true }
        return label.allSatisfy(\.isLetter) || label.starts(with: "xn--".utf8)
    }

    /// `2x.png` and its like: the density suffix of image files.
    private static func isImageScale(_ domain: ArraySlice<UInt8>) -> Bool {
        let digits = domain.prefix(while: \.isDigit)
        let rest = domain.dropFirst(digits.count)
        return !digits.isEmpty && digits.count <= 2
            && ["x.png", "x.jpg", "x.jpeg", "x.gif", "x.webp", "x.svg", "x.pdf"].contains {
                rest.elementsEqual($0.utf8)
            }
    }
}
