import GRDB
import Primitives

/// Statements on one connection, inside the closure that owns it. Never leaves that closure.
struct SQLiteConnection: SQLReader {
    let raw: GRDB.Database

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        do {
            let statement = try raw.cachedStatement(sql: sql)
            try statement.setArguments(StatementArguments(arguments.map(\.databaseValue)))
            let names = statement.columnNames
            let cursor = try Row.fetchCursor(statement)
            var rows: [SQLRow] = []
            while let row = try cursor.next() {
                var columns: [String: SQLValue] = [:]
                columns.reserveCapacity(names.count)
                for (index, name) in names.enumerated() {
                    let value: DatabaseValue = row[index]
                    columns[name] = SQLValue(value)
                }
                rows.append(SQLRow(columns: columns))
            }
            return rows
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    func run(_ sql: String, _ arguments: [SQLValue] = []) throws -> Int {
        do {
            let statement = try raw.cachedStatement(sql: sql)
            try statement.execute(arguments: StatementArguments(arguments.map(\.databaseValue)))
            return raw.changesCount
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }
}
