import Primitives

/// A statement as PostgreSQL writes it: placeholders are `$1`, `$2`, … in place of `?`.
enum PostgresStatement {
    /// Numbers the placeholders that stand outside strings, quoted names and comments. A backslash in a pattern of LIKE
    /// stands for itself, as on SQLite, unless the statement names an escape.
    ///
    /// - Returns: `untyped` are the placeholders (from 0) that `IS` follows, whose type nothing else in the statement says.
    static func numbered(_ sql: String) -> (text: String, count: Int, untyped: Set<Int>) {
        var text: [UInt8] = []
        text.reserveCapacity(sql.utf8.count + 32)
        var count = 0
        let namesEscape = sql.contains("ESCAPE")
        /// Open parentheses inside the pattern; nil outside a pattern.
        var depth: Int?
        var untyped: Set<Int> = []
        var followsPlaceholder = false
        for token in SQLTokens(sql) {
            if token.kind == .word, followsPlaceholder, token.text.uppercased() == "IS" { untyped.insert(count - 1) }
            if !token.isSpace { followsPlaceholder = token.kind == .placeholder }
            if token.kind == .placeholder {
                count += 1
                text.append(UInt8(ascii: "$"))
                text.append(contentsOf: "\(count)".utf8)
            } else {
                text.append(contentsOf: token.bytes)
            }
            if token.kind == .word, !namesEscape, token.text.uppercased() == "LIKE" {
                depth = 0
            } else if let open = depth {
                let isOpening = token.bytes.first == UInt8(ascii: "(")
                let isClosing = token.bytes.first == UInt8(ascii: ")")
                let now = open + (isOpening ? 1 : isClosing ? -1 : 0)
                let isWhole = now == 0 && (open > 0 || token.kind == .placeholder || token.kind == .quoted)
                if isWhole { text.append(contentsOf: " ESCAPE ''".utf8) }
                depth = isWhole ? nil : now
            }
        }
        return (String(decoding: text, as: UTF8.self), count, untyped)
    }
}

/// Cuts a statement into words, placeholders, quoted parts, comments and the rest.
struct SQLTokens: Sequence, IteratorProtocol {
    struct Token {
        enum Kind {
            case word
            case placeholder
            case quoted
            case comment
            case other
        }

        let kind: Kind
        let bytes: ArraySlice<UInt8>

        var text: String { String(decoding: bytes, as: UTF8.self) }

        var isSpace: Bool { bytes.first == UInt8(ascii: " ") || bytes.first == UInt8(ascii: "\n") }
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ sql: String) { bytes = Array(sql.utf8) }

    mutating func next() -> Token? {
        guard place < bytes.count else { return nil }
        let start = place
        let kind: Token.Kind
        switch bytes[place] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            kind = .quoted
            // A doubled quote reads as two quoted parts in a row, which comes to the same.
            skip(after: bytes[place])
        case UInt8(ascii: "-") where follows(UInt8(ascii: "-")):
            kind = .comment
            while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
        case UInt8(ascii: "?"):
            kind = .placeholder
            place += 1
        case let byte where Self.isWord(byte):
            kind = .word
            while place < bytes.count, Self.isWord(bytes[place]) { place += 1 }
        default:
            kind = .other
            place += 1
        }
        return Token(kind: kind, bytes: bytes[start..<place])
    }

    private func follows(_ byte: UInt8) -> Bool { place + 1 < bytes.count && bytes[place + 1] == byte }

    private mutating func skip(after quote: UInt8) {
        place += 1
        while place < bytes.count, bytes[place] != quote { place += 1 }
        place = Swift.min(place + 1, bytes.count)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
