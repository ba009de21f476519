import Primitives

/// A table as both engines describe it: what a copy of its rows needs to know.
struct DatabaseTable: Sendable, Equatable {
    let name: String
    /// In the order of the table.
    let columns: [String]
    /// The columns that tell its rows apart, in the order of their index.
    let key: [String]
    /// Tables that its rows refer to, itself too.
    let references: Set<String>

    /// The tables of a database, each after those that it refers to; neither the engine's own nor the list of migrations.
    ///
    /// - Throws: `database_failed` when tables refer to each other in a circle.
    static func all(_ reader: any SQLReader, _ kind: DatabaseKind) throws -> [DatabaseTable] {
        let found =
            switch kind {
            case .sqlite: try sqlite(reader)
            case .postgres: try postgres(reader)
            }
        return try ordered(found.filter { $0.name != "schema_migration" })
    }

    /// The name as SQL takes it anywhere.
    static func quoted(_ name: String) -> String { "\"\(name)\"" }

    private static func sqlite(_ reader: any SQLReader) throws -> [DatabaseTable] {
        let columns = try reader.query(
            """
            SELECT t.name AS table_name, c.name AS column_name, c.pk AS place FROM sqlite_master AS t
            JOIN pragma_table_info(t.name) AS c
            WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' ORDER BY t.name, c.cid
            """
        )
        let references = try reader.query(
            """
            SELECT t.name AS table_name, f."table" AS target FROM sqlite_master AS t
            JOIN pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'
            """
        )
        return try assemble(columns, references)
    }

    private static func postgres(_ reader: any SQLReader) throws -> [DatabaseTable] {
        let columns = try reader.query(
            """
            SELECT t.relname AS table_name, c.attname AS column_name,
                COALESCE(array_position(i.indkey::int2[], c.attnum) + 1, 0) AS place
            FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid
            LEFT JOIN pg_index AS i ON i.indrelid = t.oid AND i.indisprimary
            WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND c.attnum > 0
                AND NOT c.attisdropped
            ORDER BY t.relname, c.attnum
            """
        )
        let references = try reader.query(
            """
            SELECT t.relname AS table_name, r.relname AS target FROM pg_constraint AS f
            JOIN pg_class AS t ON t.oid = f.conrelid JOIN pg_class AS r ON r.oid = f.confrelid
            WHERE f.contype = 'f' AND t.relnamespace = current_schema()::regnamespace
            """
        )
        return try assemble(columns, references)
    }

    private static func assemble(_ columns: [SQLRow], _ references: [SQLRow]) throws -> [DatabaseTable] {
        var targets: [String: Set<String>] = [:]
        for row in references { targets[try row.text("table_name"), default: []].insert(try row.text("target")) }
        var tables: [(name: String, columns: [(name: String, place: Int64)])] = []
        for row in columns {
            let name = try row.text("table_name")
            if tables.last?.name != name { tables.append((name, [])) }
            tables[tables.count - 1].columns.append((try row.text("column_name"), try row.integer("place")))
        }
        return tables.map { table in
            DatabaseTable(
                name: table.name,
                columns: table.columns.map(\.name),
                key: table.columns.filter { $0.place > 0 }.sorted { $0.place < $1.place }.map(\.name),
                references: targets[table.name] ?? []
            )
        }
    }

    private static func ordered(_ tables: [DatabaseTable]) throws -> [DatabaseTable] {
        var waiting = tables.sorted { $0.name < $1.name }
        var done: [DatabaseTable] = []
        var names: Set<String> = []
        while !waiting.isEmpty {
            let free = waiting.filter { $0.references.subtracting([$0.name]).isSubset(of: names) }
            guard !free.isEmpty else {
                throw PlatformError(
                    .databaseFailed,
                    "The tables \(waiting.map(\.name).joined(separator: ", ")) refer to each other in a circle."
                )
            }
            done += free
            names.formUnion(free.map(\.name))
            waiting.removeAll { names.contains($0.name) }
        }
        return done
    }
}
