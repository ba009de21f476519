import Foundation

/// What the footer of a Parquet file says: columns, types, rows. Values are not decoded here.
enum ParquetPreview {
    /// The largest footer read.
    static let maximumFooterBytes: Int64 = 2 << 20

    /// Reads the footer; nil when the file is no Parquet file that can be read.
    ///
    /// - Throws: what reading throws.
    static func read(_ file: ArtifactFile) async throws -> ArtifactPreview? {
        guard file.size >= 12 else { return nil }
        let tail = [UInt8](try await file.bytes(file.size - 8..<file.size))
        guard tail.suffix(4).elementsEqual("PAR1".utf8) else { return nil }
        let length = tail.prefix(4).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard length <= file.size - 12 else { return nil }
        guard length <= maximumFooterBytes else {
            return ArtifactPreview(
                kind: "Parquet",
                note: "The footer is larger than the \(Wording.bytes(maximumFooterBytes)) that a page reads."
            )
        }
        let footer = try await file.bytes(file.size - 8 - length..<file.size - 8)
        var reader = ThriftReader(footer)
        guard let metadata = try? reader.structure() else { return nil }
        return of(metadata)
    }

    private static func of(_ metadata: ThriftValue) -> ArtifactPreview {
        let elements = metadata[2]?.list ?? []
        var chunks: [String: (packed: Int64, codec: String)] = [:]
        for group in metadata[4]?.list ?? [] {
            for chunk in group[1]?.list ?? [] {
                guard let column = chunk[3] else { continue }
                let path = (column[3]?.list ?? []).compactMap(\.text).joined(separator: ".")
                let before = chunks[path]?.packed ?? 0
                let codec = codecs[Int(column[4]?.integer ?? -1)] ?? "?"
                chunks[path] = (before + (column[7]?.integer ?? 0), codec)
            }
        }
        let rows = columns(elements).map { column -> [String?] in
            let chunk = chunks[column.path]
            return [
                column.path, column.type, column.isOptional ? "yes" : "no", chunk.map { Wording.bytes($0.packed) },
                chunk?.codec,
            ]
        }
        let count = Wording.count(metadata[3]?.integer ?? 0)
        let groups = metadata[4]?.list?.count ?? 0
        let writer = metadata[6]?.text.map { ", written by \(SVG.clip($0, to: 60))" } ?? ""
        return ArtifactPreview(
            kind: "Parquet, \(count) rows",
            table: PreviewTable(columns: ["Column", "Type", "Nulls", "Stored", "Codec"], rows: rows),
            note:
                "\(count) rows in \(groups) row \(groups == 1 ? "group" : "groups")\(writer). The columns as the footer tells them; "
                + "download the file to read its values."
        )
    }

    /// The leaves of the schema tree, which is written depth first.
    private static func columns(_ elements: [ThriftValue]) -> [(path: String, type: String, isOptional: Bool)] {
        var out: [(path: String, type: String, isOptional: Bool)] = []
        var open: [(name: String, left: Int64)] = []
        for element in elements.dropFirst() {
            let name = element[4]?.text ?? "?"
            while let last = open.last, last.left == 0 { open.removeLast() }
            if !open.isEmpty { open[open.count - 1].left -= 1 }
            if let children = element[5]?.integer, children > 0 {
                open.append((name, children))
            } else {
                let path = (open.map(\.name) + [name]).joined(separator: ".")
                out.append((path, type(element), element[3]?.integer != 0))
            }
        }
        return out
    }

    private static func type(_ element: ThriftValue) -> String {
        let logical = element[10].flatMap { value -> String? in
            if case .fields(let fields) = value { return fields.keys.first.flatMap { logicals[$0] } }
            return nil
        }
        let physical = physicals[Int(element[1]?.integer ?? -1)] ?? "group"
        return logical ?? (element[6]?.integer == 0 ? "string" : physical)
    }

    private static let physicals = [
        0: "boolean", 1: "int32", 2: "int64", 3: "int96", 4: "float", 5: "double", 6: "bytes", 7: "fixed bytes",
    ]
    private static let logicals = [
        1: "string", 2: "map", 3: "list", 4: "enum", 5: "decimal", 6: "date", 7: "time", 8: "timestamp", 10: "integer",
        12: "json", 13: "bson", 14: "uuid", 15: "float16",
    ]
    private static let codecs = [
        0: "none", 1: "snappy", 2: "gzip", 3: "lzo", 4: "brotli", 5: "lz4", 6: "zstd", 7: "lz4 raw",
    ]
}
