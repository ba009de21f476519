import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Backup, restore and move")
struct BackupTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `A backup taken under load restores to one moment, row by row, and writes go on`() async throws {
        let source = try await filled()
        let writing = Task {
            for number in 0..<200 { try await Self.add("late-\(number)", to: source) }
        }
        let report = try await Backup.write(source, companions: [], objects: [], to: folder.path("a.backup"))
        try await writing.value
        let restored = try await restore("a.backup")
        let entries = try await Journal(database: restored).size()
        #expect(entries == report.manifest.journalSize)
        #expect(entries >= 600)
        #expect(try await Journal(database: restored).root(at: entries) == report.manifest.journalRoot)
        #expect(try await Journal(database: source).size() == 800)
        #expect(try await Journal(database: source).root(at: entries) == report.manifest.journalRoot)
        #expect(try await Self.add("after", to: restored) == entries + 1)
    }

    @Test func `A companion file comes back, and numbered tables count on`() async throws {
        let source = try await filled()
        let key = try folder.write("data/keys/signing.key", "secret")
        _ = try await Backup.write(
            source,
            companions: [.init(name: "keys/signing.key", path: key)],
            objects: [StoredObject(digest: .sha256(of: Data("x".utf8)), size: 1)],
            to: folder.path("a.backup")
        )
        let placed = Placed()
        let target = try TestDatabase.empty()
        let report = try await Backup.restore(folder.path("a.backup"), open: target) { placed.add($0, $1) }
        #expect(placed.all == ["keys/signing.key": Data("secret".utf8)])
        #expect(report.summary.objects.count == 1)
        #expect(try await Self.addRun(to: target([])) == 4)
    }

    @Test func `A changed or shortened backup is refused before anything is restored`() async throws {
        _ = try await Backup.write(try await filled(), companions: [], objects: [], to: folder.path("a.backup"))
        let good = try Data(contentsOf: URL(fileURLWithPath: folder.path("a.backup")))
        for bad in [good.dropLast(1), good.prefix(100), Data("no backup".utf8), Data(), Self.changed(good)] {
            try folder.write("bad.backup", Data(bad))
            let failure = #expect(throws: PlatformError.self) { try Backup.examine(folder.path("bad.backup")) }
            #expect(failure?.code == .backupCorrupt)
        }
        #expect(try Backup.examine(folder.path("a.backup")).manifest.journalSize == 600)
    }

    @Test func `A target that holds something is refused and left as it is`() async throws {
        _ = try await Backup.write(try await filled(), companions: [], objects: [], to: folder.path("a.backup"))
        let target = try TestDatabase.make()
        try await Self.add("mine", to: target)
        let failure = await #expect(throws: PlatformError.self) {
            try await Backup.restore(folder.path("a.backup"), open: { _ in target }, place: { _, _ in })
        }
        #expect(failure?.code == .databaseNotEmpty)
        #expect(try await Journal(database: target).size() == 1)
    }

    @Test func `A backup of a newer schema is refused`() async throws {
        let future = Migration(99, "future", "CREATE TABLE future (id INTEGER PRIMARY KEY) STRICT")
        let source = try SQLiteDatabase.temporary(time: TestClock.fixed, migrations: Schema.migrations + [future])
        _ = try await Backup.write(source, companions: [], objects: [], to: folder.path("a.backup"))
        let failure = await #expect(throws: PlatformError.self) { try await restore("a.backup") }
        #expect(failure?.code == .databaseNewer)
    }

    @Test(.enabled(if: TestDatabase.isPostgres))
    func `A move from SQLite to PostgreSQL and back keeps every row and the root`() async throws {
        let first = try TestDatabase.sqlite()
        try await Self.fill(first)
        let second = try TestDatabase.empty()
        let there = try await Backup.move(first, open: second)
        let third = try SQLiteDatabase.temporary(time: TestClock.fixed)
        let back = try await Backup.move(second([])) { _ in third }
        #expect(there.summary == back.summary)
        #expect(there.manifest.journalRoot == back.manifest.journalRoot)
        #expect(there.summary.rows > 600)
        let again = await #expect(throws: PlatformError.self) { try await Backup.move(first, open: second) }
        #expect(again?.code == .databaseNotEmpty)
    }

    private func filled() async throws -> any DatabaseEngine {
        let database = try TestDatabase.make()
        try await Self.fill(database)
        return database
    }

    private func restore(_ name: String) async throws -> any DatabaseEngine {
        let open = try TestDatabase.empty()
        _ = try await Backup.restore(folder.path(name), open: open, place: { _, _ in })
        return try open([])
    }

    /// 600 entries of the journal, so that tiles exist; rows that refer to each other, in an order that is not their
    /// key's; values of every kind.
    static func fill(_ database: any DatabaseEngine) async throws {
        for number in 0..<600 { try await add("entry-\(number)", to: database) }
        for _ in 0..<3 { _ = try await addRun(to: database) }
        try await database.write { transaction in
            for name in ["zebra", "ant"] {
                try transaction.execute("INSERT INTO dataset (name, created_at) VALUES (?, 1)", [.text(name)])
                try transaction.execute(
                    """
                    INSERT INTO dataset_version (dataset, number, tree, created_at, created_by, licence, source, schema,
                        tags, provenance, row_count, byte_count, parent_dataset, parent_number)
                    VALUES (?, 1, ?, 1, 't', 'l', 's', '{}', '{}', '{}', 1, 1, ?, ?)
                    """,
                    [
                        .text(name), .digest(.sha256(of: Data(name.utf8))), name == "ant" ? "zebra" : nil,
                        name == "ant" ? 1 : nil,
                    ]
                )
            }
        }
    }

    static func addRun(to database: any DatabaseEngine) async throws -> Int64 {
        try await database.write { transaction in
            let id = try transaction.first("SELECT count(*) AS n FROM tracking_run")?.integer("n") ?? 0
            try transaction.execute(
                """
                INSERT INTO tracking_run (run_id, experiment_id, name, user_id, status, start_time, artifact_uri,
                    lifecycle_stage) VALUES (?, 0, 'n', 'u', 'RUNNING', 1, 'a', 'active')
                """,
                [.text("run-\(id)")]
            )
            return try transaction.first("SELECT max(run_key) AS n FROM tracking_run")?.integer("n") ?? 0
        }
    }

    @discardableResult
    static func add(_ subject: String, to database: any DatabaseEngine) async throws -> Int64 {
        try await database.write {
            try $0.record(JournalEvent(kind: "test.event", subject: subject, actor: "t", body: ["ü": "é"]))
        }
    }

    private static func changed(_ data: Data) -> Data {
        var data = data
        data[data.startIndex + data.count / 2] ^= 1
        return data
    }
}

/// Files that a restore placed.
final class Placed {
    private(set) var all: [String: Data] = [:]

    func add(_ name: String, _ content: Data) { all[name] = Data(content) }
}

extension TestDatabase {
    /// A target of a restore: migrated with what it is given the first time, the same database afterwards.
    static func empty() throws -> ([Migration]) throws -> any DatabaseEngine {
        let database = try make()
        return { _ in database }
    }
}
