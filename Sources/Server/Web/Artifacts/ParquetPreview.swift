import Foundation

/// The first rows of a Parquet file, and what its footer says: columns, types, sizes. Read here rather than by a library in
/// another process: a file that nobody trusts is looked into, and every length in it is checked.
enum ParquetPreview {
    /// The largest footer read.
    static let maximumFooterBytes: Int64 = 2 << 20
    /// Row groups that are looked into for the first rows.
    private static let maximumGroups = 20

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
        let columns = ParquetColumn.leaves(metadata[2]?.list ?? [])
        let (table, problems) = try await values(metadata, columns, file)
        return of(metadata, columns, table, problems)
    }

    /// The first rows, from as many row groups as they take; and why some columns have none.
    private static func values(
        _ metadata: ThriftValue,
        _ columns: [ParquetColumn],
        _ file: ArtifactFile
    ) async throws -> (table: PreviewTable, problems: [(column: String, problem: ParquetProblem)]) {
        let shown = columns.prefix(PreviewTable.maximumColumns)
        var cells = [[String?]](repeating: [], count: shown.count)
        var problems: [ParquetProblem?] = Array(repeating: nil, count: shown.count)
        var count = 0
        for group in (metadata[4]?.list ?? []).prefix(maximumGroups) where count < PreviewTable.maximumRows {
            let rows = Int(clamping: group[3]?.integer ?? 0)
            let wanted = min(rows, PreviewTable.maximumRows - count)
            guard wanted > 0 else { continue }
            let chunks = Dictionary(
                (group[1]?.list ?? []).compactMap { chunk in
                    chunk[3].map { ($0[3]?.list?.compactMap(\.text) ?? [], $0) }
                },
                uniquingKeysWith: { first, _ in first }
            )
            for (place, column) in shown.enumerated() {
                var found: [String?] = []
                do {
                    guard problems[place] == nil else { throw ParquetProblem.broken }
                    guard let chunk = chunks[column.path] else { throw ParquetProblem.broken }
                    found = try await ParquetValues.read(column, chunk, file, rows: wanted)
                } catch let problem as ParquetProblem {
                    if problems[place] == nil { problems[place] = problem }
                }
                cells[place] += found + Array(repeating: nil, count: max(0, wanted - found.count))
            }
            count += wanted
        }
        let total = metadata[3]?.integer ?? 0
        let read = shown.indices.filter { problems[$0] == nil }
        let rows = (0..<count).map { row in read.map { cells[$0][row] } }
        let table = PreviewTable(
            columns: read.map { shown[$0].name },
            rows: rows,
            isCut: total > Int64(count) || columns.count > shown.count
        )
        return (
            table,
            zip(shown, problems).compactMap { column, problem in problem.map { (column: column.name, problem: $0) } }
        )
    }

    private static func of(
        _ metadata: ThriftValue,
        _ columns: [ParquetColumn],
        _ table: PreviewTable,
        _ problems: [(column: String, problem: ParquetProblem)]
    ) -> ArtifactPreview {
        var chunks: [[String]: (packed: Int64, codec: String)] = [:]
        for group in metadata[4]?.list ?? [] {
            for chunk in group[1]?.list ?? [] {
                guard let column = chunk[3] else { continue }
                let path = (column[3]?.list ?? []).compactMap(\.text)
                let codec = codecs[Int(clamping: column[4]?.integer ?? -1)] ?? "?"
                chunks[path] = ((chunks[path]?.packed ?? 0) + (column[7]?.integer ?? 0), codec)
            }
        }
        let details = columns.map { column -> [String?] in
            let chunk = chunks[column.path]
            return [
                column.name, column.typeName, column.maximumDefinition > 0 ? "yes" : "no",
                chunk.map { Wording.bytes($0.packed) }, chunk?.codec,
            ]
        }
        let count = Wording.count(metadata[3]?.integer ?? 0)
        let groups = metadata[4]?.list?.count ?? 0
        let writer = metadata[6]?.text.map { ", written by \(SVG.clip($0, to: 60))" } ?? ""
        var notes = ["\(count) rows in \(groups) row \(groups == 1 ? "group" : "groups")\(writer)."]
        if table.isCut {
            notes.append("The first \(table.rows.count) rows, at most \(PreviewTable.maximumColumns) columns.")
        }
        let unread = Dictionary(grouping: problems, by: { $0.problem }).sorted { $0.key.text < $1.key.text }
        for (problem, names) in unread {
            let shown = names.prefix(5).map { $0.column }.joined(separator: ", ")
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            notes.append("Values of \(shown)\(more) are not shown, since \(problem.text).")
        }
        return ArtifactPreview(
            kind: "Parquet, \(count) rows",
            table: table.columns.isEmpty ? nil : table,
            details: PreviewTable(columns: ["Column", "Type", "Nulls", "Stored", "Codec"], rows: details),
            note: notes.joined(separator: " ")
        )
    }

    static let codecs = [
        0: "none", 1: "Snappy", 2: "gzip", 3: "LZO", 4: "Brotli", 5: "LZ4", 6: "zstd", 7: "LZ4 raw",
    ]
}
