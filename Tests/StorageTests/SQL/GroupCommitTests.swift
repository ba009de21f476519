import Foundation
import Primitives
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private struct Refused: Error {}

    @Test func `Sixty-four writers at once are all durable and the journal has no gap`() async throws {
        let database = try TestDatabase.make()
        try await Self.makeTable(database)
        let sequences = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for writer in 0..<64 {
                group.addTask {
                    var sequences: [Int64] = []
                    for step in 0..<8 {
                        sequences.append(try await Self.add(Int64(writer * 8 + step), to: database))
                    }
                    return sequences
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sequences.sorted() == Array(1...512))
        let entries = try await Journal(database: database).entries(after: 0, limit: 1000)
        #expect(entries.map(\.sequence) == Array(1...512))
        let count = try await database.read { try $0.first("SELECT count(*) AS n FROM item")?.integer("n") }
        #expect(count == 512)
    }

    @Test func `A writer that fails loses its own changes and events and nobody else's`() async throws {
        let database = try TestDatabase.make()
        try await Self.makeTable(database)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<64 {
                group.addTask {
                    if writer % 2 == 0 {
                        _ = try? await Self.add(Int64(writer), to: database)
                    } else {
                        await #expect(throws: Refused.self) {
                            try await database.write { transaction in
                                try transaction.execute("INSERT INTO item (id) VALUES (?)", [.integer(Int64(writer))])
                                try transaction.record(JournalEvent(kind: "item.bad", subject: "item/x", actor: "t"))
                                throw Refused()
                            }
                        }
                    }
                }
            }
        }
        let rows = try await database.read {
            try $0.query("SELECT id FROM item ORDER BY id").map { try $0.integer("id") }
        }
        #expect(rows == stride(from: 0, to: 64, by: 2).map(Int64.init))
        let entries = try await Journal(database: database).entries(after: 0, limit: 1000)
        #expect(entries.map(\.event.kind) == Array(repeating: "item.added", count: 32))
        #expect(entries.map(\.sequence) == Array(1...32))
        #expect(try await Journal(database: database).verify(verifiers: [], checkpointFile: nil).findings == [])
    }

    @Test func `A constraint names its own error and the database goes on`() async throws {
        let database = try TestDatabase.make()
        try await Self.makeTable(database)
        _ = try await Self.add(1, to: database)
        let failure = await #expect(throws: PlatformError.self) { try await Self.add(1, to: database) }
        #expect(failure?.code == .uniqueViolated)
        #expect(try await Self.add(2, to: database) == 2)
    }

    @Test func `A full disk fails every writer of the group and the database stays usable`() async throws {
        let database = try TestDatabase.sqlite()
        try await Self.makeTable(database)
        let pages = try await database.write { transaction in
            let pages = try transaction.first("PRAGMA page_count")?.integer("page_count") ?? 0
            _ = try transaction.query("PRAGMA max_page_count = \(pages + 4)")
            return pages
        }
        let failure = await #expect(throws: PlatformError.self) {
            try await database.write { transaction in
                for id in 0..<1000 {
                    let filler = SQLValue.text(String(repeating: "x", count: 1000))
                    try transaction.execute("INSERT INTO item (id, text) VALUES (?, ?)", [.integer(Int64(id)), filler])
                }
            }
        }
        #expect(failure?.code == .diskFull)
        _ = try await database.write { try $0.query("PRAGMA max_page_count = \(pages + 10_000)") }
        #expect(try await Self.add(7, to: database) == 1)
        let count = try await database.read { try $0.first("SELECT count(*) AS n FROM item")?.integer("n") }
        #expect(count == 1)
        #expect(try await database.integrityProblems() == [])
    }

    @Test func `What was acknowledged is in a copy taken like a crash leaves it, with a torn last frame`() async throws
    {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase.open(path: folder.path("aku.sqlite"))
        try await Self.makeTable(database)
        for id in 1...50 { _ = try await Self.add(Int64(id), to: database) }
        // The process is not told: the files are taken as they are, as after kill -9, then cut in the middle of a
        // frame.
        let copy = folder.path("crashed.sqlite")
        try FileManager.default.copyItem(atPath: folder.path("aku.sqlite"), toPath: copy)
        var log = try Data(contentsOf: URL(fileURLWithPath: folder.path("aku.sqlite-wal")))
        log.append(log.suffix(2000))
        try log.write(to: URL(fileURLWithPath: copy + "-wal"))
        let reopened = try SQLiteDatabase.open(path: copy)
        let ids = try await reopened.read {
            try $0.query("SELECT id FROM item ORDER BY id").map { try $0.integer("id") }
        }
        #expect(ids == Array(1...50))
        #expect(try await Journal(database: reopened).verify(verifiers: [], checkpointFile: nil).findings == [])
        #expect(try await Self.add(51, to: reopened) == 51)
    }

    @Test func `Commits wait for the disk: synchronous is FULL and the log is a WAL`() async throws {
        let database = try TestDatabase.sqlite()
        let (synchronous, mode) = try await database.write { transaction in
            (
                try transaction.first("PRAGMA synchronous")?.integer("synchronous"),
                try transaction.first("PRAGMA journal_mode")?.text("journal_mode")
            )
        }
        #expect(synchronous == 2)
        #expect(mode == "wal")
    }

    private static func makeTable(_ database: any DatabaseEngine) async throws {
        _ = try await database.write {
            try $0.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, text TEXT NOT NULL DEFAULT '')")
        }
    }

    private static func add(_ id: Int64, to database: any DatabaseEngine) async throws -> Int64 {
        try await database.write { transaction in
            try transaction.execute("INSERT INTO item (id) VALUES (?)", [.integer(id)])
            return try transaction.record(JournalEvent(kind: "item.added", subject: "item/\(id)", actor: "test"))
        }
    }
}
