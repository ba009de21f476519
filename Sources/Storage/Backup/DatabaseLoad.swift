import Foundation
import Primitives

/// Puts the rows of a backup into an empty database of the same schema, in one transaction.
final class DatabaseLoad {
    /// Values of one INSERT at most; SQLite takes 32,766.
    private static let maximumValues = 20_000

    private let transaction: any SQLTransaction
    private let kind: DatabaseKind
    private let tables: [String: DatabaseTable]
    private var current: DatabaseTable?
    private var columns: [String] = []

    /// - Throws: `database_not_empty`.
    init(_ transaction: any SQLTransaction, _ kind: DatabaseKind) throws {
        self.transaction = transaction
        self.kind = kind
        let found = try DatabaseTable.all(transaction, kind)
        tables = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
        try prepare(found)
    }

    /// Goes to a table.
    ///
    /// - Throws: `restore_differs` when the schema has no such table or other columns.
    func begin(_ head: BackupTableHead) throws {
        guard let table = tables[head.name], Set(table.columns) == Set(head.columns) else {
            throw PlatformError(.restoreDiffers, "The backup's table '\(head.name)' is not that of this schema.")
        }
        current = table
        columns = head.columns
    }

    /// Adds rows to the table begun last.
    func add(_ content: Data) throws {
        guard let table = current else { throw BackupSource.corrupt("rows belong to no table") }
        let rows = try BackupRows.decode(content, columns: columns.count)
        let row = "(" + columns.map { _ in "?" }.joined(separator: ", ") + ")"
        let names = columns.map(DatabaseTable.quoted).joined(separator: ", ")
        let size = max(1, Self.maximumValues / max(1, columns.count))
        for start in stride(from: 0, to: rows.count, by: size) {
            let part = rows[start..<min(rows.count, start + size)]
            let marks = part.map { _ in row }.joined(separator: ", ")
            try transaction.execute(
                "INSERT INTO \(DatabaseTable.quoted(table.name)) (\(names)) VALUES \(marks)",
                part.flatMap(\.self)
            )
        }
    }

    /// Checks what was put off, and lets numbered tables count on from their largest number.
    func finish() throws {
        guard kind == .postgres else { return }
        try transaction.execute("SET CONSTRAINTS ALL IMMEDIATE")
        try change(circular(), to: "NOT DEFERRABLE")
        let numbered = try transaction.query(
            """
            SELECT table_name::text AS table_name, column_name::text AS column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND is_identity = 'YES'
            """
        )
        for row in numbered {
            let table = DatabaseTable.quoted(try row.text("table_name"))
            let column = try row.text("column_name")
            _ = try transaction.query(
                """
                SELECT setval(pg_get_serial_sequence(?, ?)::regclass,
                    (SELECT GREATEST(COALESCE(max(\(DatabaseTable.quoted(column))), 1), 1) FROM \(table))) AS next
                """,
                [.text(table), .text(column)]
            )
        }
    }

    /// Constraints of tables that refer to themselves: their rows come in any order.
    private func circular() throws -> [(table: String, name: String)] {
        let rows = try transaction.query(
            """
            SELECT t.relname AS table_name, f.conname AS name FROM pg_constraint AS f
            JOIN pg_class AS t ON t.oid = f.conrelid
            WHERE f.contype = 'f' AND f.conrelid = f.confrelid
                AND t.relnamespace = current_schema()::regnamespace
            ORDER BY t.relname, f.conname
            """
        )
        return try rows.map { (try $0.text("table_name"), try $0.text("name")) }
    }

    private func change(_ constraints: [(table: String, name: String)], to kind: String) throws {
        for (table, name) in constraints {
            try transaction.execute(
                "ALTER TABLE \(DatabaseTable.quoted(table)) ALTER CONSTRAINT \(DatabaseTable.quoted(name)) \(kind)"
            )
        }
    }

    /// The target may hold what migrations put into it and nothing else.
    private func prepare(_ found: [DatabaseTable]) throws {
        for name in ["journal_entry", "tracking_run", "access_token", "registered_model", "dataset", "pipeline"] {
            guard tables[name] != nil else { continue }
            if try transaction.first("SELECT 1 AS one FROM \(DatabaseTable.quoted(name)) LIMIT 1") != nil {
                throw PlatformError(
                    .databaseNotEmpty,
                    "The target holds something already: its table '\(name)' has rows.",
                    nextStep: "Name an empty database or data folder."
                )
            }
        }
        // What migrations put in goes before what refers to it comes: the last tables first.
        for table in found.reversed() { try transaction.execute("DELETE FROM \(DatabaseTable.quoted(table.name))") }
        switch kind {
        case .sqlite: _ = try transaction.query("PRAGMA defer_foreign_keys = ON")
        case .postgres: try change(circular(), to: "DEFERRABLE INITIALLY DEFERRED")
        }
    }
}
