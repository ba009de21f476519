import CPostgres
import Foundation
import Primitives

/// One connection to PostgreSQL, used by one thread at a time: its prepared statements and its transaction.
final class PostgresSession: SQLReader {
    /// Statements that stay prepared; beyond it all are forgotten, since a text that was used comes again.
    private static let maximumPrepared = 1024

    private struct Key: Hashable {
        let sql: String
        let types: [UInt32]
    }

    private let connection: OpaquePointer
    private var prepared: [Key: String] = [:]
    private var made = 0
    /// The key of the advisory lock that writers of this schema take, and the name of its channel.
    private(set) var lock: Int64 = 0

    /// Connects and waits for the server's answer, ten seconds at most.
    ///
    /// - Throws: `postgres_library_missing`, `database_unavailable`, `database_refused`.
    init(_ address: PostgresAddress) throws {
        try PostgresLibrary.load()
        let words = ["application_name", "connect_timeout", "dbname", "client_encoding"]
        let values = ["aku", "10", address.text, "UTF8"]
        let made = Self.withStrings(words) { words in Self.withStrings(values) { aku_pq_connect(words, $0) } }
        guard let made else { throw PostgresFailure.unavailable("no memory") }
        guard aku_pq_status(made) == AKU_PQ_CONNECTION_OK else {
            defer { aku_pq_finish(made) }
            throw PostgresFailure.connecting(made, to: address)
        }
        connection = made
        try checkServer()
        // What is acknowledged is on disk, whatever the server's default says.
        try execute("SET synchronous_commit = on; SET standard_conforming_strings = on; SET bytea_output = 'hex'")
        let row = try first("SELECT hashtextextended('aku:' || current_schema(), 0) AS lock")
        lock = try row?.integer("lock") ?? 0
    }

    deinit { aku_pq_finish(connection) }

    /// The channel on which commits announce that the journal grew.
    var channel: String { "aku_journal_\(String(UInt64(bitPattern: lock), radix: 16))" }

    /// Whether the connection stands, as far as is known without asking.
    var isConnected: Bool { aku_pq_status(connection) == AKU_PQ_CONNECTION_OK }

    /// Whether a transaction is open, failed or not.
    var isInsideTransaction: Bool {
        let status = aku_pq_transaction_status(connection)
        return status == AKU_PQ_IN_TRANSACTION || status == AKU_PQ_IN_ERROR
    }

    /// Whether a statement of the open transaction has failed, so that it can only be undone.
    var hasFailed: Bool { aku_pq_transaction_status(connection) == AKU_PQ_IN_ERROR }

    /// The major version of the server, for example 15.
    var serverMajor: Int { Int(aku_pq_server_version(connection)) / 10_000 }

    /// The raw connection, for COPY and notifications.
    var handle: OpaquePointer { connection }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        let result = try run(prepared: sql, arguments)
        defer { aku_pq_clear(result) }
        let columns = aku_pq_column_count(result)
        let rows = aku_pq_row_count(result)
        guard rows > 0 else { return [] }
        let names = (0..<columns).map { column in
            aku_pq_column_name(result, column).map { String(cString: $0) } ?? ""
        }
        let types = (0..<columns).map { aku_pq_column_type(result, $0) }
        let header = SQLRowHeader(names: names)
        let reader = PostgresValue(result: result)
        return try (0..<rows).map { row in
            let values = try (0..<columns).map { try reader.read(row: row, column: $0, type: types[Int($0)]) }
            return SQLRow(header: header, values: values)
        }
    }

    /// Runs a statement and says how many rows it changed.
    func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        let result = try run(prepared: sql, arguments)
        defer { aku_pq_clear(result) }
        return aku_pq_changed_rows(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// Runs statements without arguments, in PostgreSQL's own words.
    func execute(_ statements: String) throws {
        let result = aku_pq_exec(connection, statements)
        defer { if let result { aku_pq_clear(result) } }
        guard let result, Self.isFine(result) else {
            throw PostgresFailure.make(result, on: connection, sql: statements)
        }
    }

    /// Forgets the prepared statements: after the schema changed, a plan may not fit any more.
    func forgetStatements() throws {
        try execute("DEALLOCATE ALL")
        prepared = [:]
    }

    private func run(prepared sql: String, _ arguments: [SQLValue]) throws -> OpaquePointer {
        let arguments = try PostgresArguments(arguments)
        let name = try prepare(sql, arguments.types)
        let result = arguments.withPointers { values, lengths, formats in
            aku_pq_exec_prepared(connection, name, Int32(values.count), values, lengths, formats)
        }
        guard let result, Self.isFine(result) else {
            defer { if let result { aku_pq_clear(result) } }
            throw PostgresFailure.make(result, on: connection, sql: sql)
        }
        return result
    }

    private func prepare(_ sql: String, _ types: [UInt32]) throws -> String {
        let key = Key(sql: sql, types: types)
        if let name = prepared[key] { return name }
        let (text, count, untyped) = PostgresStatement.numbered(sql)
        guard count == types.count else {
            throw PlatformError(
                ErrorCode("schema_mismatch", .internal),
                "The statement takes \(count) values and was given \(types.count)."
            )
        }
        if prepared.count >= Self.maximumPrepared { try forgetStatements() }
        made += 1
        let name = "s\(made)"
        // NULL has the type that the statement says; where it says none, text does.
        let named = types.enumerated().map { $1 == 0 && untyped.contains($0) ? 25 : $1 }
        let result = aku_pq_prepare(connection, name, text, Int32(named.count), named)
        defer { if let result { aku_pq_clear(result) } }
        guard let result, Self.isFine(result) else { throw PostgresFailure.make(result, on: connection, sql: text) }
        prepared[key] = name
        return name
    }

    private func checkServer() throws {
        guard serverMajor >= 13 else {
            throw PlatformError(
                .databaseRefused,
                "The database server is PostgreSQL \(serverMajor).",
                nextStep: "Use PostgreSQL 13 or later."
            )
        }
        let encoding = aku_pq_parameter(connection, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            throw PlatformError(
                .databaseRefused,
                "The database keeps text as \(encoding).",
                nextStep: "Make one with ENCODING 'UTF8'."
            )
        }
    }

    private static func isFine(_ result: OpaquePointer) -> Bool {
        switch aku_pq_result_status(result) {
        case AKU_PQ_EMPTY_QUERY, AKU_PQ_COMMAND_OK, AKU_PQ_TUPLES_OK, AKU_PQ_COPY_IN, AKU_PQ_COPY_OUT: true
        default: false
        }
    }

    /// A list of C strings that ends with NULL, as libpq takes it.
    private static func withStrings<Value>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
    ) -> Value {
        let bytes = texts.map { Array($0.utf8CString) }
        func collect(_ place: Int, _ pointers: [UnsafePointer<CChar>?]) -> Value {
            guard place < bytes.count else {
                return (pointers + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
            }
            return bytes[place].withUnsafeBufferPointer { collect(place + 1, pointers + [$0.baseAddress]) }
        }
        return collect(0, [])
    }
}
