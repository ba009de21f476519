import Foundation
import Primitives

/// Writes every row of a database, of one snapshot, page by page in the order of each table's key: memory stays flat and
/// writers go on.
struct DatabaseDump {
    /// Rows of one page.
    static let page = 1000

    let reader: any SQLReader
    let kind: DatabaseKind

    /// What the snapshot is.
    func manifest(at moment: Timestamp) throws -> BackupManifest {
        let end = try JournalEnd.load(reader)
        return BackupManifest(
            format: BackupManifest.currentFormat,
            version: Release.version,
            madeAt: moment,
            engine: kind.rawValue,
            schema: try reader.query("SELECT * FROM schema_migration ORDER BY number").map { row in
                BackupManifest.Step(
                    number: try row.integer("number"),
                    name: try row.text("name"),
                    digest: try row.digest("digest"),
                    appliedAt: try row.time("applied_at")
                )
            },
            journalSize: end.size,
            journalRoot: end.frontier.root
        )
    }

    /// Writes the tables.
    func tables(to sink: BackupSink) throws -> [BackupSummary.Table] {
        try DatabaseTable.all(reader, kind).map { table in
            try sink.add(.table, json: BackupTableHead(name: table.name, columns: table.columns))
            var rows: Int64 = 0
            var hash = SHA256Stream()
            try forEachPage(of: table) { page in
                var content = Data()
                for row in page { BackupRows.append(row, to: &content) }
                hash.update(content)
                rows += Int64(page.count)
                try sink.add(.rows, content)
            }
            return BackupSummary.Table(name: table.name, rows: rows, digest: hash.finalize())
        }
    }

    /// Counts and digests of the rows, without writing them.
    func summary() throws -> [BackupSummary.Table] { try tables(to: BackupSink { _ in }) }

    /// The rows of a table, in the order of its key; each row's columns in the order of the table.
    func forEachPage(of table: DatabaseTable, _ body: ([SQLRow]) throws -> Void) throws {
        guard !table.key.isEmpty else {
            throw PlatformError(.databaseFailed, "The table \(table.name) has no primary key to read it by.")
        }
        let key = table.key.map(DatabaseTable.quoted).joined(separator: ", ")
        let columns = table.columns.map(DatabaseTable.quoted).joined(separator: ", ")
        let marks = table.key.map { _ in "?" }.joined(separator: ", ")
        let name = DatabaseTable.quoted(table.name)
        var last: [SQLValue] = []
        while true {
            let condition = last.isEmpty ? "" : " WHERE (\(key)) > (\(marks))"
            let rows = try reader.query(
                "SELECT \(columns) FROM \(name)\(condition) ORDER BY \(key) LIMIT \(Self.page)",
                last
            )
            guard let end = rows.last else { return }
            try body(rows)
            guard rows.count == Self.page else { return }
            last = try table.key.map { try end.value($0) }
        }
    }
}
