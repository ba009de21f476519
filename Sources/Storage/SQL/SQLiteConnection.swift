import Foundation
import GRDB
import GRDBSQLite
import Primitives

/// Statements on one connection, inside the closure that owns it. Never leaves that closure.
///
/// GRDB keeps the connections, their queues and the cache of prepared statements; rows are read and arguments bound on the
/// statement itself, since a GRDB row costs several allocations where this one costs two.
struct SQLiteConnection: SQLReader {
    let raw: GRDB.Database

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        do {
            let cached = try raw.cachedStatement(sql: sql)
            let statement = cached.sqliteStatement
            defer { finish(statement) }
            try bind(arguments, to: statement)
            let count = Int(sqlite3_column_count(statement))
            var header: SQLRowHeader?
            var rows: [SQLRow] = []
            while try step(statement) {
                // Asked after the first step: a statement whose schema changed is prepared again there.
                let names = header ?? SQLRowHeader(names: cached.columnNames)
                header = names
                let values = [SQLValue](unsafeUninitializedCapacity: count) { buffer, filled in
                    for column in 0..<count {
                        buffer.initializeElement(at: column, to: Self.value(statement, Int32(column)))
                    }
                    filled = count
                }
                rows.append(SQLRow(header: names, values: values))
            }
            return rows
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    func run(_ sql: String, _ arguments: [SQLValue] = []) throws -> Int {
        do {
            let statement = try raw.cachedStatement(sql: sql).sqliteStatement
            defer { finish(statement) }
            try bind(arguments, to: statement)
            while try step(statement) {}
            return raw.changesCount
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    /// One row further; false at the end.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(statement)
        }
    }

    /// Ends the statement's hold on the database and lets go of the bound values.
    private func finish(_ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func bind(_ arguments: [SQLValue], to statement: OpaquePointer) throws {
        guard arguments.count == Int(sqlite3_bind_parameter_count(statement)) else {
            throw PlatformError(
                ErrorCode("schema_mismatch", .internal),
                "The statement takes \(sqlite3_bind_parameter_count(statement)) values and was given \(arguments.count)."
            )
        }
        var place: Int32 = 0
        for argument in arguments {
            place += 1
            let code =
                switch argument {
                case .null: sqlite3_bind_null(statement, place)
                case .integer(let value): sqlite3_bind_int64(statement, place, value)
                case .real(let value): sqlite3_bind_double(statement, place, value)
                case .text(let value): Self.bind(value, statement, place)
                case .blob(let value): Self.bind(value, statement, place)
                }
            guard code == SQLITE_OK else { throw failure(statement) }
        }
    }

    private static func bind(_ text: String, _ statement: OpaquePointer, _ place: Int32) -> Int32 {
        // An empty buffer may have no address, and no address would mean NULL.
        if text.isEmpty { return sqlite3_bind_text(statement, place, "", 0, copied) }
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_bind_text(statement, place, characters.baseAddress, Int32(characters.count), copied)
            }
        }
    }

    private static func bind(_ data: Data, _ statement: OpaquePointer, _ place: Int32) -> Int32 {
        data.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_zeroblob(statement, place, 0)
            }
            return sqlite3_bind_blob(statement, place, address, Int32(bytes.count), copied)
        }
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, column) else { return .text("") }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let bytes = sqlite3_column_blob(statement, column) else { return .blob(Data()) }
            return .blob(Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, column))))
        default: return .null
        }
    }

    private func failure(_ statement: OpaquePointer) -> any Error {
        let connection = sqlite3_db_handle(statement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)),
            sql: sqlite3_sql(statement).map { String(cString: $0) }
        )
    }

    /// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
