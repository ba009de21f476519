import Foundation
import Primitives

/// What a page shows of a file's content. Nothing of the file becomes markup: text is escaped, images are served apart.
struct ArtifactPreview: Sendable, Hashable {
    /// What it was read as: `CSV table`, `PNG image`, …
    var kind: String
    /// Whether the file itself is shown as an image.
    var isImage = false
    var table: PreviewTable?
    /// What else is known of the table: its columns, one a row.
    var details: PreviewTable?
    var text: String?
    var document: Markup?
    /// What was left out, or why there is nothing to see.
    var note: String?

    /// Bytes read from the start of a file.
    static let headBytes: Int64 = 512 << 10
    /// Characters shown of a text.
    static let maximumText = 100_000
    /// The largest image shown.
    static let maximumImageBytes: Int64 = 16 << 20

    /// Looks into a file.
    ///
    /// - Throws: what reading throws.
    static func read(_ file: ArtifactFile) async throws -> ArtifactPreview {
        if file.size == 0 { return ArtifactPreview(kind: "empty file", note: "The file is empty.") }
        if file.path.lowercased().hasSuffix(".parquet"), let preview = try await ParquetPreview.read(file) {
            return preview
        }
        let head = try await file.bytes(0..<headBytes)
        return of(path: file.path, size: file.size, head: head)
    }

    /// A file by its name and first bytes.
    static func of(path: String, size: Int64, head: Data) -> ArtifactPreview {
        if let type = FileSignature.imageType(head) {
            let kind = "\(type.dropFirst(6).uppercased()) image"
            guard size <= maximumImageBytes else {
                return ArtifactPreview(
                    kind: kind,
                    note: "The image is larger than the \(Wording.bytes(maximumImageBytes)) that a page shows."
                )
            }
            return ArtifactPreview(kind: kind, isImage: true)
        }
        guard let text = FileSignature.text(head) else {
            return ArtifactPreview(
                kind: "binary file",
                note: "There is no preview for this kind of file. Download it to look inside."
            )
        }
        let isWhole = Int64(head.count) >= size
        let cut = isWhole ? nil : "The first \(Wording.bytes(Int64(head.count))) of \(Wording.bytes(size))."
        switch path.split(separator: ".").last?.lowercased() {
        case "csv", "tsv":
            let separator: Character = path.lowercased().hasSuffix("tsv") ? "\t" : ","
            if let table = PreviewTable(separated: text, by: separator, isWhole: isWhole) {
                return of(table, "\(separator == "," ? "CSV" : "TSV") table")
            }
        case "json":
            if isWhole, let value = try? JSONDecoder().decode(JSONValue.self, from: head) {
                if let table = PreviewTable(json: value) { return of(table, "JSON table") }
                return plain("JSON", indented(text), note: nil)
            }
            return plain("JSON", text, note: cut ?? "It is not valid JSON, so it is shown as it is.")
        case "jsonl", "ndjson":
            let lines = text.split(whereSeparator: \.isNewline).dropLast(isWhole ? 0 : 1)
            let values = lines.prefix(PreviewTable.maximumRows + 1).compactMap {
                try? JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))
            }
            if values.count == min(lines.count, PreviewTable.maximumRows + 1),
                let table = PreviewTable(objects: values, isCut: !isWhole)
            {
                return of(table, "JSON lines")
            }
        case "md", "markdown":
            let shown = String(text.prefix(maximumText))
            return ArtifactPreview(kind: "Markdown", document: Markdown.html(shown), note: cut)
        case "html", "htm", "svg", "xml":
            return plain(
                "source text",
                text,
                note: "It is shown as text: pages and drawings from artifacts are never run here."
            )
        default: break
        }
        return plain("text", text, note: cut)
    }

    private static func of(_ table: PreviewTable, _ kind: String) -> ArtifactPreview {
        let note =
            table.isCut ? "The first \(table.rows.count) rows, at most \(PreviewTable.maximumColumns) columns." : nil
        return ArtifactPreview(kind: kind, table: table, note: note)
    }

    private static func plain(_ kind: String, _ text: String, note: String?) -> ArtifactPreview {
        let shown = String(text.prefix(maximumText))
        let cut =
            shown.utf8.count < text.utf8.count ? "The first \(Wording.count(Int64(maximumText))) characters." : nil
        return ArtifactPreview(kind: kind, text: shown, note: note ?? cut)
    }

    /// Valid JSON with one member a line; numbers and names stay as they were written.
    static func indented(_ text: String) -> String {
        var out = "", depth = 0, isQuoted = false, isEscaped = false, isEmpty = false
        func line() -> String { "\n" + String(repeating: "  ", count: depth) }
        for character in text.unicodeScalars {
            if isQuoted {
                out.unicodeScalars.append(character)
                isQuoted = isEscaped || character != "\""
                isEscaped = !isEscaped && character == "\\"
                continue
            }
            switch character {
            case " ", "\n", "\r", "\t": continue
            case "{", "[":
                if isEmpty { out += line() }
                out.unicodeScalars.append(character)
                depth += 1
                isEmpty = true
                continue
            case "}", "]":
                depth -= 1
                if !isEmpty { out += line() }
                out.unicodeScalars.append(character)
            case ",": out += "," + line()
            case ":": out += ": "
            default:
                if isEmpty { out += line() }
                isQuoted = character == "\""
                out.unicodeScalars.append(character)
            }
            isEmpty = false
        }
        return out
    }
}
