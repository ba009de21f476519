import Foundation

/// A small part of CommonMark for reading: headings, paragraphs, lists, quotes, code, tables, emphasis. Every text is
/// escaped; HTML in it stays text, links are shown with their address and lead nowhere, images are named.
enum Markdown {
    /// Blocks written; what follows is left out.
    private static let maximumBlocks = 2000

    /// The document as HTML.
    static func html(_ text: String) -> Markup {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)[...]
        var out = "", blocks = 0
        while let line = lines.first, blocks < maximumBlocks {
            blocks += 1
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.isEmpty {
                lines.removeFirst()
            } else if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") {
                out += fence(&lines, String(trimmed.prefix(3)))
            } else if let heading = heading(trimmed) {
                out += heading
                lines.removeFirst()
            } else if trimmed.count >= 3, Set(trimmed).count == 1, "-*_".contains(trimmed.prefix(1)) {
                out += "<hr>"
                lines.removeFirst()
            } else if trimmed.hasPrefix(">") {
                let quote = take(&lines) { $0.hasPrefix(">") }.map {
                    $0.dropFirst().trimmingCharacters(in: .whitespaces)
                }
                out += "<blockquote><p>\(inline(quote.joined(separator: " ")))</p></blockquote>"
            } else if item(line) != nil {
                out += list(&lines)
            } else if trimmed.hasPrefix("|"), lines.dropFirst().first.map(isRule) == true {
                out += table(&lines)
            } else {
                let paragraph = take(&lines) { isText($0) }
                out += "<p>\(inline(paragraph.joined(separator: " ")))</p>"
            }
        }
        return Markup(out)
    }

    private static func isText(_ line: String) -> Bool {
        !line.isEmpty && !line.hasPrefix("```") && !line.hasPrefix(">") && !line.hasPrefix("|") && heading(line) == nil
            && item(line) == nil
    }

    /// The first line, whatever it is, and those after it that fit.
    private static func take(_ lines: inout ArraySlice<String>, while fits: (String) -> Bool) -> [String] {
        var out: [String] = []
        while let line = lines.first?.trimmingCharacters(in: .whitespaces), out.isEmpty || fits(line) {
            out.append(line)
            lines.removeFirst()
        }
        return out
    }

    /// Headings begin below the page's own: `#` is a third-level heading here.
    private static func heading(_ line: String) -> String? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
        let text = line.dropFirst(level).trimmingCharacters(in: CharacterSet(charactersIn: "# "))
        let tag = "h\(min(6, level + 2))"
        return "<\(tag)>\(inline(text))</\(tag)>"
    }

    private static func fence(_ lines: inout ArraySlice<String>, _ mark: String) -> String {
        lines.removeFirst()
        var code: [String] = []
        while let line = lines.first, !line.trimmingCharacters(in: .whitespaces).hasPrefix(mark) {
            code.append(line)
            lines.removeFirst()
        }
        if !lines.isEmpty { lines.removeFirst() }
        return "<pre>\(code.map(SVG.escape).joined(separator: "\n"))</pre>"
    }

    private static func item(_ line: String) -> (depth: Int, isNumbered: Bool, text: String)? {
        let depth = line.prefix { $0 == " " || $0 == "\t" }.count / 2
        let text = line.trimmingCharacters(in: .whitespaces)
        if let first = text.first, "-*+".contains(first), text.dropFirst().first == " " {
            return (min(depth, 3), false, String(text.dropFirst(2)))
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...9).contains(digits.count), text.dropFirst(digits.count).hasPrefix(". ") else { return nil }
        return (min(depth, 3), true, String(text.dropFirst(digits.count + 2)))
    }

    private static func list(_ lines: inout ArraySlice<String>) -> String {
        guard let first = lines.first.flatMap(item) else { return "" }
        let tag = first.isNumbered ? "ol" : "ul"
        var out = "<\(tag)>"
        while let line = lines.first, let entry = item(line), entry.isNumbered == first.isNumbered || entry.depth > 0 {
            out += "<li class=\"in\(entry.depth)\">\(inline(entry.text))</li>"
            lines.removeFirst()
        }
        return out + "</\(tag)>"
    }

    private static func isRule(_ line: String) -> Bool {
        line.contains("-") && line.allSatisfy { "|-: \t".contains($0) }
    }

    private static func table(_ lines: inout ArraySlice<String>) -> String {
        let rows = take(&lines) { $0.hasPrefix("|") }.map { line in
            line.trimmingCharacters(in: CharacterSet(charactersIn: "| ")).split(
                separator: "|",
                omittingEmptySubsequences: false
            )
            .map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let head = (rows.first ?? []).map { "<th scope=\"col\">\(inline($0))</th>" }.joined()
        let body = rows.dropFirst(2).map { row in "<tr>\(row.map { "<td>\(inline($0))</td>" }.joined())</tr>" }.joined()
        return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>"
    }

    /// Code first, since nothing inside it means anything; then links, strong, emphasis over escaped text.
    private static func inline(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            let escaped = SVG.escape(String(part))
            if index % 2 == 1 { return "<code>\(escaped)</code>" }
            return
                escaped
                .replacing(/!\[([^\]]*)\]\([^)]*\)/) { "<em>image: \($0.output.1)</em>" }
                .replacing(/\[([^\]]+)\]\(([^)\s]*)[^)]*\)/) { "\($0.output.1) (<code>\($0.output.2)</code>)" }
                .replacing(#/\*\*([^*]+)\*\*/#) { "<strong>\($0.output.1)</strong>" }
                .replacing(#/\*([^*\s][^*]*)\*/#) { "<em>\($0.output.1)</em>" }
        }.joined()
    }
}
