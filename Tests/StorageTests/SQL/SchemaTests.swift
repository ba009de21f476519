import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Schema")
struct SchemaTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/schema.sql")

    @Test func `The migrations give exactly the golden schema`() async throws {
        let database = try TestDatabase.sqlite()
        let rows = try await database.read { reader in
            try reader.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
        }
        let schema = try rows.map { try $0.text("sql") + ";\n" }.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["AKU_WRITE_GOLDEN"] == "1" {
            try schema.write(to: Self.golden, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: Self.golden, encoding: .utf8)
        #expect(
            schema == expected,
            "The schema is not Golden/schema.sql. When meant: AKU_WRITE_GOLDEN=1 swift test --filter SchemaTests"
        )
    }

    @Test func `Every table is STRICT and no constraint is deferred`() async throws {
        let database = try TestDatabase.sqlite()
        let rows = try await database.read { reader in
            try reader.query("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        }
        for row in rows {
            let name = try row.text("name")
            let sql = try row.text("sql").uppercased()
            #expect(sql.hasSuffix("STRICT") || sql.contains("STRICT,"), "\(name) is not STRICT")
            #expect(!sql.contains("DEFERRED"), "\(name) defers a constraint: it would fail a whole group")
        }
    }

    @Test func `Migrations are numbered from one without gaps`() {
        #expect(Schema.migrations.map(\.number) == Array(1...Schema.migrations.count))
    }

    @Test func `A database of a newer version is refused`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("aku.sqlite")
        let newer = Migration(99, "future", "CREATE TABLE future (id INTEGER PRIMARY KEY) STRICT")
        _ = try SQLiteDatabase(path: path, time: TestClock.fixed, migrations: [newer])
        let failure = #expect(throws: PlatformError.self) { try SQLiteDatabase.open(path: path) }
        #expect(failure?.code == .databaseNewer)
    }

    @Test func `A migration that was edited after it ran is refused`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("aku.sqlite")
        func open(_ sql: String) throws {
            _ = try SQLiteDatabase(
                path: path,
                time: TestClock.fixed,

                migrations: [Migration(1, "one", sql)]
            )
        }
        try open("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT")
        try open("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT")
        let failure = #expect(throws: PlatformError.self) { try open("CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT") }
        #expect(failure?.code == .migrationChanged)
    }

    @Test func `A migration that fails leaves nothing of itself behind`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("aku.sqlite")
        let bad = Migration(1, "bad", "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE NONSENSE")
        #expect(throws: PlatformError.self) {
            try SQLiteDatabase(path: path, time: TestClock.fixed, migrations: [bad])
        }
        let good = Migration(1, "good", "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT")
        _ = try SQLiteDatabase(path: path, time: TestClock.fixed, migrations: [good])
    }

    @Test func `A file that is no database is called damaged`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("aku.sqlite", String(repeating: "not a database ", count: 1000))
        let failure = #expect(throws: PlatformError.self) { try SQLiteDatabase.open(path: path) }
        #expect(failure?.code == .databaseCorrupt)
    }
}
