import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

/// What is PostgreSQL's alone; the other suites run on it as they are when AKU_TEST_POSTGRES names a server.
@Suite("PostgreSQL", .enabled(if: TestDatabase.isPostgres))
struct PostgresDatabaseTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/schema.postgres.sql")

    private func make() throws -> PostgresDatabase {
        try PostgresDatabase.temporary(on: PostgresAddress(TestDatabase.server ?? ""), time: TestClock.fixed)
    }

    @Test func `The migrations give exactly the golden schema`() async throws {
        let schema = try await make().read { try PostgresShape(reader: $0).text() }
        if ProcessInfo.processInfo.environment["AKU_WRITE_GOLDEN"] == "1" {
            try schema.write(to: Self.golden, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: Self.golden, encoding: .utf8)
        #expect(
            schema == expected,
            "The schema is not Golden/schema.postgres.sql. When meant: AKU_WRITE_GOLDEN=1 make unit-postgres"
        )
    }

    @Test func `Every value comes back as it was stored`() async throws {
        let database = try make()
        let values: [SQLValue] = [
            .integer(.min), .integer(.max), .real(-0.0), .real(.infinity), .real(-.infinity),
            .real(.leastNonzeroMagnitude), .text(""),
            .text("ü\u{10FFFF}'\\"), .blob(Data()), .blob(Data(0...255)), .null,
        ]
        try await database.write { transaction in
            try transaction.execute("CREATE TABLE v (n BIGINT PRIMARY KEY, i BIGINT, r FLOAT8, t TEXT, b BYTEA)")
            for (place, value) in values.enumerated() {
                let column =
                    switch value {
                    case .integer, .null: "i"
                    case .real: "r"
                    case .text: "t"
                    case .blob: "b"
                    }
                try transaction.execute("INSERT INTO v (n, \(column)) VALUES (?, ?)", [.integer(Int64(place)), value])
            }
        }
        let read = try await database.read { reader in
            try reader.query("SELECT * FROM v ORDER BY n").map { row in
                try ["i", "r", "t", "b"].map { try row.value($0) }.first { $0 != .null } ?? .null
            }
        }
        #expect(read == values)
        let nan = try await database.read { try $0.first("SELECT ? + 0 AS x", [.real(.nan)])?.real("x") }
        #expect(nan?.isNaN == true)
    }

    @Test func `Sums, means and truths of SQL are numbers`() async throws {
        let row = try await make().read { reader in
            try reader.first(
                """
                SELECT sum(x) AS s, avg(x) AS m, count(*) AS n, min(x) = 1 AS t, 7 / 2 AS d, max(length(y)) AS l
                FROM (VALUES (1::bigint, 'a'), (2, 'bb'), (123456789012, '')) AS v (x, y)
                """
            )
        }
        #expect(try row?.value("s") == .integer(123_456_789_015))
        #expect(try row?.real("m") == 41_152_263_005)
        #expect(try ["n", "t", "d", "l"].map { try row?.integer($0) } == [3, 1, 3, 2])
    }

    @Test func `Two servers on one database append to one journal in one order, and hear of each other`() async throws {
        let one = try make()
        let other = try PostgresDatabase.open(one.address, time: TestClock.fixed)
        let followed = Task {
            var sequences: [Int64] = []
            for await entry in Journal(database: other).follow(after: 0) {
                sequences.append(entry.sequence)
                if sequences.count == 200 { break }
            }
            return sequences
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let database = number % 2 == 0 ? one : other
                group.addTask {
                    _ = try await database.write { transaction in
                        try transaction.record(JournalEvent(kind: "test.event", subject: "s/\(number)", actor: "t"))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await followed.value == Array(1...200))
        let check = try await Journal(database: one).verify(verifiers: [], checkpointFile: nil)
        #expect(check.findings == [])
        #expect(check.entries == 200)
    }

    @Test func `Two servers that start at once migrate once`() async throws {
        let empty = try make()
        try await empty.write { transaction in
            try transaction.execute("DROP SCHEMA public CASCADE")
            try transaction.execute("CREATE SCHEMA public")
        }
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        let open: @Sendable () throws -> Int = {
                            try PostgresDatabase.open(empty.address).migrated.count
                        }
                        Thread { continuation.resume(with: Result { try open() }) }.start()
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.sorted() == [0, 0, 0, Schema.migrations.count])
    }

    @Test func `A connection that the server ended is made again, and the next read and write succeed`() async throws {
        let database = try make()
        _ = try await database.write { try $0.record(JournalEvent(kind: "a.b", subject: "s", actor: "t")) }
        _ = try await database.read { try $0.query("SELECT 1 AS one") }
        let killer = try PostgresSession(database.address)
        try killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await database.read { try $0.first("SELECT count(*) AS n FROM journal_entry")?.integer("n") } == 1)
        let second = try await database.write { try $0.record(JournalEvent(kind: "a.b", subject: "s", actor: "t")) }
        #expect(second == 2)
    }

    @Test func `A server that is not there, and a user that it does not know, are told apart`() throws {
        let away = try PostgresAddress("postgres://u:secret@127.0.0.1:1/aku")
        let missing = #expect(throws: PlatformError.self) { try PostgresDatabase.open(away) }
        #expect(missing?.code == .databaseUnavailable)
        #expect(missing?.description.contains("secret") == false)
        let unknown = try PostgresAddress(TestDatabase.server ?? "").naming(database: "nothing_here")
        let refused = #expect(throws: PlatformError.self) { try PostgresDatabase.open(unknown) }
        #expect(refused?.code == .databaseRefused)
    }

    @Test func `A statement that failed and was passed over does not commit half a change`() async throws {
        let database = try make()
        let failure = await #expect(throws: PlatformError.self) {
            try await database.write { transaction in
                try transaction.execute("INSERT INTO dataset (name, created_at) VALUES ('a', 1)")
                _ = try? transaction.execute("INSERT INTO dataset (name, created_at) VALUES ('a', 1)")
            }
        }
        #expect(failure?.code == .databaseFailed)
        #expect(try await database.read { try $0.query("SELECT name FROM dataset").count } == 0)
    }
}
