import Foundation
import Primitives

/// The first rows of a table that a file holds.
struct PreviewTable: Sendable, Hashable {
    let columns: [String]
    /// Each row has as many cells as there are columns; nil is a missing value.
    let rows: [[String?]]
    /// Whether the file has more rows or columns.
    var isCut = false

    /// What a page shows of a table.
    static let maximumRows = 200
    static let maximumColumns = 60
    private static let maximumCell = 200

    /// The table as HTML; every cell is escaped.
    var html: Markup {
        let numeric = columns.indices.map { column in
            rows.contains { $0[column] != nil }
                && rows.allSatisfy { $0[column].map { $0.isEmpty || Double($0) != nil } ?? true }
        }
        func cell(_ value: String?, _ column: Int) -> String {
            let name = numeric[column] ? "num" : "clip"
            guard let value, !value.isEmpty else { return "<td class=\"\(name) none\">–</td>" }
            let title = value.count > 40 ? " title=\"\(SVG.escape(SVG.clip(value, to: Self.maximumCell)))\"" : ""
            return "<td class=\"\(name)\"\(title)>\(SVG.escape(SVG.clip(value, to: 80)))</td>"
        }
        let head = columns.enumerated().map { index, name in
            "<th scope=\"col\"\(numeric[index] ? " class=\"num\"" : "")>\(SVG.escape(SVG.clip(name, to: 60)))</th>"
        }
        let body = rows.map { row in "<tr>\(row.enumerated().map { cell($1, $0) }.joined())</tr>" }
        return Markup(
            "<table class=\"runs\"><thead><tr>\(head.joined())</tr></thead><tbody>\(body.joined())</tbody></table>"
        )
    }

    /// Cuts rows and columns to what a page shows, and fills short rows.
    init(columns: [String], rows: [[String?]], isCut: Bool = false) {
        let width = min(columns.count, Self.maximumColumns)
        self.columns = Array(columns.prefix(width))
        self.rows = rows.prefix(Self.maximumRows).map { row in
            (0..<width).map { $0 < row.count ? row[$0] : nil }
        }
        self.isCut = isCut || rows.count > Self.maximumRows || columns.count > width
    }

    /// Comma-separated values (RFC 4180), or tab-separated ones; the first row names the columns.
    ///
    /// - Parameter isWhole: whether the text is the whole file; otherwise its last line is left out.
    init?(separated text: String, by separator: Character, isWhole: Bool) {
        var rows: [[String]] = [], row: [String] = [], field = "", isQuoted = false, wasQuoted = false
        var characters = text.makeIterator(), next = characters.next()
        while let character = next, rows.count <= Self.maximumRows + 1 {
            next = characters.next()
            if isQuoted {
                if character != "\"" {
                    field.append(character)
                } else if next == "\"" {
                    field.append("\"")
                    next = characters.next()
                } else {
                    isQuoted = false
                }
            } else if character == "\"", field.isEmpty, !wasQuoted {
                (isQuoted, wasQuoted) = (true, true)
            } else if character == separator {
                row.append(field)
                (field, wasQuoted) = ("", false)
            } else if character.isNewline {
                rows.append(row + [field])
                (row, field, wasQuoted) = ([], "", false)
            } else {
                field.append(character)
            }
        }
        if isWhole, !row.isEmpty || !field.isEmpty { rows.append(row + [field]) }
        guard let columns = rows.first, rows.count > 1 || isWhole, !columns.isEmpty else { return nil }
        self.init(columns: columns, rows: rows.dropFirst().filter { $0 != [""] }, isCut: !isWhole)
    }

    /// A table in JSON: `{"columns": […], "data": [[…]]}` as MLflow and pandas write it, or a list of objects.
    init?(json: JSONValue) {
        if case .object(let object) = json, case .array(let names)? = object["columns"],
            case .array(let data)? = object["data"],
            !names.isEmpty
        {
            let rows = data.prefix(Self.maximumRows + 1).compactMap { row -> [String?]? in
                guard case .array(let cells) = row else { return nil }
                return cells.map(Self.text)
            }
            self.init(columns: names.map { Self.text($0) ?? "" }, rows: rows)
        } else if case .array(let items) = json {
            self.init(objects: items, isCut: false)
        } else {
            return nil
        }
    }

    /// A list of objects, one row each.
    init?(objects: [JSONValue], isCut: Bool) {
        let shown = objects.prefix(Self.maximumRows + 1).compactMap { item -> [String: JSONValue]? in
            if case .object(let object) = item { return object }
            return nil
        }
        guard !shown.isEmpty, shown.count == min(objects.count, Self.maximumRows + 1) else { return nil }
        let columns = Set(shown.flatMap(\.keys)).sorted()
        self.init(
            columns: columns,
            rows: shown.map { row in columns.map { Self.text(row[$0] ?? .null) } },
            isCut: isCut
        )
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        default: Wording.json(value)
        }
    }
}
