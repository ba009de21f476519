/// One word of a filter or of an ordering.
package enum SearchToken: Sendable, Hashable {
    /// A name as written, with its dots, back-ticks and quotes.
    case identifier(String)
    /// A text in single quotes, without them; what is inside stays as written.
    case text(String)
    case integer(Int64)
    case real(Double)
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
    case comparison(SearchComparator)
    case open
    case close
    case comma
    /// Anything else, kept for the message.
    case other(String)

    /// The token as the user would write it, for messages.
    package var written: String {
        switch self {
        case .identifier(let name): name
        case .text(let value): "'\(value)'"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .comparison(let comparator): comparator.rawValue
        case .open: "("
        case .close: ")"
        case .comma: ","
        case .other(let text): text
        }
    }
}

/// Cuts a filter into tokens, in one pass over its characters.
package enum SearchLexer {
    /// The tokens of a text.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a quote without its partner.
    package static func tokens(of text: String) throws -> [SearchToken] {
        var cursor = Cursor(scalars: Array(text.unicodeScalars))
        var tokens: [SearchToken] = []
        while let token = try cursor.next() { tokens.append(token) }
        return tokens
    }

    private struct Cursor {
        let scalars: [Unicode.Scalar]
        var index = 0

        init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

        var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

        mutating func next() throws -> SearchToken? {
            while let scalar = current, scalar.properties.isWhitespace { index += 1 }
            guard let scalar = current else { return nil }
            switch scalar {
            case "(": return single(.open)
            case ")": return single(.close)
            case ",": return single(.comma)
            case "'": return .text(try quoted("'"))
            case "=", "!", "<", ">": return comparison()
            default: break
            }
            if let number = number() { return number }
            if isWord(scalar) || scalar == "`" || scalar == "\"" { return try identifier() }
            index += 1
            return .other(String(Character(scalar)))
        }

        private mutating func single(_ token: SearchToken) -> SearchToken {
            index += 1
            return token
        }

        private mutating func comparison() -> SearchToken {
            let start = index
            while let scalar = current, "=!<>".unicodeScalars.contains(scalar) { index += 1 }
            let written = string(start..<index)
            if written == "<>" || written == "==" { return .other(written) }
            return SearchComparator(rawValue: written).map(SearchToken.comparison) ?? .other(written)
        }

        /// The inside of a quoted text; a doubled or escaped quote stays inside, as written.
        private mutating func quoted(_ quote: Unicode.Scalar) throws -> String {
            index += 1
            let start = index
            while let scalar = current {
                if scalar == quote {
                    if index + 1 < scalars.count, scalars[index + 1] == quote {
                        index += 2
                        continue
                    }
                    index += 1
                    return string(start..<(index - 1))
                }
                index += scalar == "\\" && index + 1 < scalars.count && scalars[index + 1] == quote ? 2 : 1
            }
            throw PlatformError.mlflowInvalid(
                "Invalid clause(s) in filter string: the quote \(quote) before '\(string(start..<scalars.count).prefix(60))' is not closed"
            )
        }

        private mutating func number() -> SearchToken? {
            var end = index
            if scalars[end] == "-" || scalars[end] == "+" { end += 1 }
            let digits = end
            func isDigit(_ position: Int) -> Bool {
                position < scalars.count && ("0"..."9").contains(scalars[position])
            }
            while isDigit(end) { end += 1 }
            var isReal = false
            if end < scalars.count, scalars[end] == ".", end > digits || isDigit(end + 1) {
                isReal = true
                end += 1
                while isDigit(end) { end += 1 }
            }
            guard end > digits, isDigit(digits) || isDigit(digits + 1) else { return nil }
            if end < scalars.count, scalars[end] == "e" || scalars[end] == "E" {
                var exponent = end + 1
                if exponent < scalars.count, scalars[exponent] == "-" || scalars[exponent] == "+" { exponent += 1 }
                if isDigit(exponent) {
                    while isDigit(exponent) { exponent += 1 }
                    end = exponent
                    isReal = true
                }
            }
            if end < scalars.count, isWord(scalars[end]) { return nil }
            let written = string(index..<end)
            index = end
            if !isReal, let value = Int64(written) { return .integer(value) }
            return Double(written).map(SearchToken.real) ?? .other(written)
        }

        /// Parts joined by dots: words, and texts in back-ticks or double quotes.
        private mutating func identifier() throws -> SearchToken {
            let start = index
            while let scalar = current {
                if scalar == "`" || scalar == "\"" {
                    _ = try quoted(scalar)
                } else if isWord(scalar) || scalar == "." {
                    index += 1
                } else {
                    break
                }
            }
            return .identifier(string(start..<index))
        }

        private func isWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }

        private func string(_ range: Range<Int>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[range])
            return String(view)
        }
    }
}
