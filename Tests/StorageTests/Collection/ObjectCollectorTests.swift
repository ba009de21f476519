import Foundation
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("Collection of unnamed objects")
struct ObjectCollectorTests {
    private let folder: TemporaryFolder
    private let database: any Database

    init() throws {
        folder = try TemporaryFolder()
        database = try TestDatabase.make()
    }

    /// A collector whose clock is some hours ahead of the objects' own times.
    private func collector(_ store: ObjectStore, hours: Int64 = 0, database: (any Database)? = nil) -> ObjectCollector {
        ObjectCollector(
            database: database ?? self.database,
            objects: store,
            time: TimeSource { Timestamp.now().advanced(byMilliseconds: hours * 3_600_000) },
            identifiers: .system
        )
    }

    private static let day: Int64 = 24 * 3_600_000

    private func name(_ object: StoredObject, _ path: String) async throws {
        _ = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO artifact (path, digest, size, created_at) VALUES (?, ?, ?, 0)",
                [.text(path), .digest(object.digest), .integer(object.size)]
            )
        }
    }

    @Test func `Only what nothing names goes, in two collections a grace period apart`() async throws {
        let store = try ObjectStore(root: folder.path("objects"))
        let kept = try store.put(Data("kept".utf8))
        let lost = try store.put(Data("lost".utf8))
        try await name(kept, "a/kept")
        try folder.write("tree/one.txt", "one")
        let tree = try store.putTree(directory: folder.path("tree"))
        try await database.write { transaction in
            try transaction.execute("INSERT INTO dataset (name, created_at) VALUES ('d', 0)")
            try transaction.execute(
                "INSERT INTO dataset_version (dataset, number, tree, created_at, created_by, licence, source, schema, "
                    + "tags, provenance, row_count, byte_count) VALUES ('d', 1, ?, 0, 'x', 'MIT', '', '{}', '{}', '{}', 0, 0)",
                [.digest(tree.digest)]
            )
        }
        let young = try await collector(store, hours: 23).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(young.recent.objects == 1 && young.setAside.objects == 0 && young.named.objects == 3)
        let look = try await collector(store, hours: 25).collect(apply: false, graceMilliseconds: Self.day, actor: "t")
        #expect(look.setAside.objects == 1 && look.setAside.bytes == 4 && !look.applied)
        #expect(try store.digests().count == 4)

        let first = try await collector(store, hours: 25).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(first.setAside.objects == 1 && first.removed.objects == 0)
        #expect(try store.backend.aside().map(\.digest) == [lost.digest])
        let early = try await collector(store, hours: 23).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(early.waiting.objects == 1)
        let second = try await collector(store, hours: 50).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(second.removed == first.setAside)
        #expect(try store.digests() == [kept.digest, tree.digest, tree.tree.entries[0].digest].sorted())
        #expect(!store.contains(lost.digest))
        let events = try await Journal(database: database).latest(limit: 1, kindPrefix: "objects.", subject: nil)
        #expect(events.first?.event.kind == "objects.collected")
    }

    @Test func `What is set aside and then named is brought back`() async throws {
        let store = try ObjectStore(root: folder.path("objects"))
        let content = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0) })
        let object = try store.put(content)
        _ = try await collector(store, hours: 25).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(try store.digests() == [])
        try await name(object, "a/b")
        let report = try await collector(store, hours: 99).collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(report.restored.objects == 1 && report.removed.objects == 0)
        #expect(try store.data(object.digest, upTo: 1 << 20) == content)
        try store.verify(object.digest)
    }

    @Test func `Asking for an object makes it recent`() async throws {
        let store = try ObjectStore(root: folder.path("objects"))
        let object = try store.put(Data("asked for".utf8))
        let old = Date().addingTimeInterval(-48 * 3600)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: store.folder.path(object.digest))
        var look = try await collector(store).collect(apply: false, graceMilliseconds: Self.day, actor: "t")
        #expect(look.setAside.objects == 1)
        #expect(try store.missing([object.digest]) == [])
        look = try await collector(store).collect(apply: false, graceMilliseconds: Self.day, actor: "t")
        #expect(look.setAside.objects == 0 && look.recent.objects == 1)
    }

    @Test func `A tree that cannot be read stops the collection before anything is changed`() async throws {
        let store = try ObjectStore(root: folder.path("objects"))
        try folder.write("tree/one.txt", "one")
        let tree = try store.putTree(directory: folder.path("tree"))
        _ = try store.put(Data("unnamed".utf8))
        _ = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO endpoint (name, reference, model, version, variant, package_digest, created_at, since, "
                    + "deployed_by) VALUES ('e', 'r', 'm', 1, 'v', ?, 0, 0, 'x')",
                [.digest(tree.digest)]
            )
        }
        unlink(store.folder.path(tree.digest))
        let collector = collector(store, hours: 99)
        let failure = await #expect(throws: PlatformError.self) {
            try await collector.collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        }
        #expect(failure?.code == .collectionUnsafe)
        #expect(try store.backend.aside() == [])
        // The lease is free again.
        _ = try store.put(CanonicalJSON.encode(tree.tree))
        let report = try await collector.collect(apply: true, graceMilliseconds: Self.day, actor: "t")
        #expect(report.setAside.objects == 1)
    }

    @Test func `Every column that looks like a digest is listed, and every listed column exists`() async throws {
        let columns = try await SQLiteDatabase.temporary().read { reader -> Set<String> in
            var found: Set<String> = []
            for table in try reader.query("SELECT name FROM sqlite_master WHERE type = 'table'") {
                let name = try table.text("name")
                for column in try reader.query("SELECT name FROM pragma_table_info(?)", [.text(name)]) {
                    found.insert("\(name).\(try column.text("name"))")
                }
            }
            return found
        }
        let listed = Set(ObjectReferences.columns.map { "\($0.table).\($0.column)" })
        #expect(listed.subtracting(columns) == [])
        let digests = columns.filter { name in
            let column = name.split(separator: ".").last ?? ""
            return column.contains("digest") || ["tree", "object", "code"].contains(column)
        }
        #expect(digests.subtracting(listed).subtracting(ObjectReferences.others) == [])
    }

    /// Writers put objects that others put too, name them within half the grace period, and forget them again, while
    /// collections run one after another. At every moment what is named must be readable; in the end also.
    @Test(arguments: [Keeper.files, .moto])
    func `Nothing that is named is ever lost while writers and collections race`(keeper: Keeper) async throws {
        let grace: Int64 = keeper == .files ? 2000 : 6000
        let store = try keeper.store(folder)
        let collector = collector(store)
        let counts = Tally()
        let longest = ContinuousClock.now + .seconds(240)
        // Long enough for the race to be real, however slow the machine is.
        @Sendable func goesOn() -> Bool {
            counts.state.withLock { $0.named < 100 || $0.setAside < 10 || (keeper == .files && $0.removed < 5) }
                && ContinuousClock.now < longest
        }
        let database = database
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    var random = SystemRandomNumberGenerator()
                    var turn = 0
                    while goesOn() {
                        turn += 1
                        let content = Data("object \(Int.random(in: 0..<40, using: &random))".utf8)
                        let path = "w\(writer)/\(turn)"
                        let began = ContinuousClock.now
                        let object = try await store.blocking { try $0.put(content) }
                        try await Task.sleep(for: .milliseconds(Int64.random(in: 0...grace / 4, using: &random)))
                        // The protocol's promise: whoever is late puts again.
                        guard ContinuousClock.now - began < .milliseconds(grace / 2) else { continue }
                        try await database.write { transaction in
                            _ = try transaction.execute(
                                "INSERT INTO artifact (path, digest, size, created_at) VALUES (?, ?, ?, 0)",
                                [.text(path), .digest(object.digest), .integer(object.size)]
                            )
                        }
                        guard ContinuousClock.now - began < .milliseconds(grace) else { continue }
                        try await Task.sleep(for: .milliseconds(Int64.random(in: 0...3 * grace, using: &random)))
                        let read = await Result.of {
                            try await store.blocking { try $0.data(object.digest, upTo: 100) }
                        }
                        counts.state.withLock { counts in
                            counts.named += 1
                            if (try? read.get()) != content { counts.lost.append("\(path): \(read)") }
                        }
                        if turn % 2 == 0 {
                            try await database.write { transaction in
                                _ = try transaction.execute("DELETE FROM artifact WHERE path = ?", [.text(path)])
                            }
                        }
                    }
                }
            }
            group.addTask {
                while goesOn() {
                    let report = try await collector.collect(apply: true, graceMilliseconds: grace, actor: "test")
                    counts.state.withLock { counts in
                        counts.setAside += report.setAside.objects
                        counts.removed += report.removed.objects
                    }
                }
            }
            try await group.waitForAll()
        }
        let named = try await database.read { reader in
            try reader.query("SELECT DISTINCT digest FROM artifact").map { try $0.digest("digest") }
        }
        for digest in named { try await store.blocking { try $0.verify(digest) } }
        let seen = counts.state.withLock { $0 }
        #expect(seen.lost == [])
        // The race was real: objects were named, set aside and, on files, removed.
        #expect(seen.named >= 20 && seen.setAside > 0)
        if keeper == .files { #expect(seen.removed > 0) }
    }
}

/// What happened in a race.
private final class Tally: Sendable {
    struct State {
        var named = 0
        var setAside = 0
        var removed = 0
        var lost: [String] = []
    }

    let state = Mutex(State())
}

extension Result where Failure == any Error {
    fileprivate static func of(_ work: () async throws -> Success) async -> Result {
        do { return .success(try await work()) } catch { return .failure(error) }
    }
}
