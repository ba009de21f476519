/// A line of Swift with its comments and string contents blanked, so that words in texts are not taken for code.
struct CodeScanner {
    private var inBlockComment = false
    private var multilineQuote: String?

    /// The code of the next line; text between quotes and after `//` is dropped.
    mutating func code(of line: String) -> String {
        if multilineQuote == nil, !inBlockComment, !line.utf8.contains(where: { $0 == 0x22 || $0 == 0x2F }) {
            return line
        }
        var out = ""
        var rest = Substring(line)
        while let character = rest.first {
            if let quote = multilineQuote {
                if rest.hasPrefix(quote) {
                    multilineQuote = nil
                    rest = rest.dropFirst(quote.count)
                } else {
                    rest = rest.dropFirst()
                }
            } else if inBlockComment {
                if rest.hasPrefix("*/") { inBlockComment = false }
                rest = rest.dropFirst(rest.hasPrefix("*/") ? 2 : 1)
            } else if rest.hasPrefix("//") {
                break
            } else if rest.hasPrefix("/*") {
                inBlockComment = true
                rest = rest.dropFirst(2)
            } else if let quote = ["#\"\"\"", "\"\"\""].first(where: { rest.hasPrefix($0) }) {
                multilineQuote = quote.hasPrefix("#") ? "\"\"\"#" : quote
                rest = rest.dropFirst(quote.count)
            } else if rest.hasPrefix("#\"") {
                rest = Self.afterString(rest.dropFirst(2), close: "\"#", escapes: false)
                out += "\"\""
            } else if character == "\"" {
                rest = Self.afterString(rest.dropFirst(), close: "\"", escapes: true)
                out += "\"\""
            } else {
                out.append(character)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    private static func afterString(_ text: Substring, close: String, escapes: Bool) -> Substring {
        var rest = text
        var depth = 0
        while let character = rest.first {
            if escapes, rest.hasPrefix("\\(") {
                depth += 1
                rest = rest.dropFirst(2)
            } else if escapes, character == "\\" {
                rest = rest.dropFirst(2)
            } else if depth > 0, character == "\"" {
                rest = afterString(rest.dropFirst(), close: "\"", escapes: true)
            } else if depth > 0 {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                rest = rest.dropFirst()
            } else if rest.hasPrefix(close) {
                return rest.dropFirst(close.count)
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest
    }
}
