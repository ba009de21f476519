import Foundation
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("Backup repository")
struct BackupRepositoryTests {
    private let folder: TemporaryFolder
    private let clock = StepClock()

    init() throws { folder = try TemporaryFolder() }

    @Test func `Each point restores to its own moment, row by row, under load`() async throws {
        let source = try TestDatabase.make()
        try await BackupTests.fill(source)
        let repository = try self.repository()
        let writing = Task {
            for number in 0..<200 { try await BackupTests.add("late-\(number)", to: source) }
        }
        var points: [BackupPoint] = []
        for _ in 0..<3 { points.append(try await add(source, to: repository).point) }
        try await writing.value
        for point in points {
            let restored = try await restore(point, from: repository)
            let journal = Journal(database: restored)
            #expect(try await journal.size() == point.manifest.journalSize)
            #expect(try await journal.root(at: point.manifest.journalSize) == point.manifest.journalRoot)
            #expect(try await journal.verify(verifiers: [], checkpointFile: nil).entries >= 600)
            #expect(try await BackupTests.addRun(to: restored) == 4)
        }
        #expect(points.map(\.manifest.journalSize) == points.map(\.manifest.journalSize).sorted())
    }

    @Test func `What did not change costs nothing again, and rows in the middle cost the chunks around them`()
        async throws
    {
        let source = try TestDatabase.make()
        try await Self.addMetrics(source, runs: 100, steps: 0..<400)
        let repository = try self.repository()
        let first = try await add(source, to: repository)
        #expect(first.chunks.objects > 10)
        let same = try await add(source, to: repository)
        #expect(same.chunks == ObjectCount())
        #expect(same.point.tables == first.point.tables)
        try await Self.addMetrics(source, runs: 1, steps: 400..<410)
        let more = try await add(source, to: repository)
        // The chunk, its index block, and no other: the run is the first of a hundred.
        #expect((1...3).contains(more.chunks.objects))
        #expect(more.point.tables.first { $0.name == "run_metric" }?.rows.count == 40_010)
        _ = try await restore(more.point, from: repository)
    }

    @Test func `Objects come once, are checked, and come back with the point that had them`() async throws {
        let source = try TestDatabase.make()
        let objects = try ObjectStore(root: folder.path("objects"))
        let contents = [Data("one".utf8), Data(repeating: 7, count: 200_000)]
        let repository = try self.repository()
        _ = try objects.put(contents[0])
        let first = try await add(source, objects, to: repository)
        _ = try objects.put(contents[1])
        let second = try await add(source, objects, to: repository)
        #expect(first.copied.objects == 1 && second.copied.objects == 1 && second.copied.bytes == 200_000)
        let target = try ObjectStore(root: folder.path("target"))
        let early = try await repository.restoredObjects(of: first.point, to: target)
        #expect(early.copied.objects == 1 && early.missing.isEmpty)
        #expect(try target.digests() == [.sha256(of: contents[0])])
        let late = try await repository.restoredObjects(of: second.point, to: target)
        #expect(late.copied.objects == 1)
        #expect(try target.data(.sha256(of: contents[1]), upTo: 300_000) == contents[1])
    }

    @Test func `A damaged object of the platform is named, and the point is kept without it`() async throws {
        let objects = try ObjectStore(root: folder.path("objects"))
        let bad = try objects.put(Data("good bytes".utf8)).digest
        let path = objects.folder.path(bad)
        chmod(path, 0o600)
        try Data("evil bytes".utf8).write(to: URL(fileURLWithPath: path))
        let repository = try self.repository()
        let added = try await add(try TestDatabase.make(), objects, to: repository)
        #expect(added.point.unreadable == [bad])
        let restored = try await repository.restoredObjects(
            of: added.point,
            to: try ObjectStore(root: folder.path("target"))
        )
        #expect(restored.missing == [bad])
        #expect(try await repository.checked().problems.isEmpty)
    }

    @Test func `A damaged or missing chunk is named before anything is restored, and a full backup heals it`()
        async throws
    {
        let source = try TestDatabase.make()
        try await BackupTests.fill(source)
        let repository = try self.repository()
        let point = try await add(source, to: repository).point
        let table = try #require(point.tables.first { $0.name == "journal_entry" })
        let index = try #require(ChunkReference.all(repository.store.data(table.rows.index[0], upTo: 1 << 20)))
        let path = repository.store.folder.path(index[0].digest)
        for damage in [{ chmod(path, 0o600) == 0 && truncate(path, 100) == 0 }, { unlink(path) == 0 }] {
            #expect(damage())
            let failure = await #expect(throws: PlatformError.self) { try await restore(point, from: repository) }
            #expect(failure?.code == .backupCorrupt)
            #expect(failure?.context["chunk"] == index[0].digest.description)
            #expect(failure?.message.contains("'journal_entry'") == true)
            #expect(try await repository.checked().problems.isEmpty == false)
            _ = try await add(source, to: repository, full: true)
            _ = try await restore(point, from: repository)
        }
        let name = try #require(try repository.points().first)
        let file = folder.path("repository/\(name.path)")
        try (Data(contentsOf: URL(fileURLWithPath: file)) + Data(" ".utf8)).write(to: URL(fileURLWithPath: file))
        #expect(throws: PlatformError.self) { try repository.read(name) }
        let refused = await #expect(throws: PlatformError.self) {
            try await repository.pruned(keeping: KeepRule("last=9"), graceMilliseconds: 0, time: clock.source)
        }
        #expect(refused?.code == .backupCorrupt)
        #expect(try repository.points().count == 3)
    }

    @Test func `Pruning keeps what the rule keeps, and what no point names goes in two steps`() async throws {
        let source = try TestDatabase.make()
        let repository = try self.repository(at: .system)
        var points: [BackupPoint] = []
        for number in 0..<4 {
            try await BackupTests.add("entry-\(number)", to: source)
            points.append(try await add(source, to: repository).point)
        }
        let rule = try KeepRule("last=2")
        let asked = try await repository.pruned(keeping: rule, apply: false, graceMilliseconds: 0)
        #expect(asked.removed == points[..<2].map(\.moment) && !asked.applied)
        #expect(try repository.points().count == 4)
        let patient = try await repository.pruned(keeping: rule)
        #expect(patient.removed == points[..<2].map(\.moment))
        #expect(patient.recent.objects > 0 && patient.setAside == ObjectCount())
        try await Task.sleep(for: .milliseconds(10))
        let first = try await repository.pruned(keeping: rule, graceMilliseconds: 0)
        #expect(first.setAside == patient.recent)
        try await Task.sleep(for: .milliseconds(10))
        let second = try await repository.pruned(keeping: rule, graceMilliseconds: 0)
        #expect(second.freed == first.setAside)
        #expect(try await repository.checked().problems.isEmpty)
        for point in points[2...] { _ = try await restore(point, from: repository) }
        let failure = #expect(throws: PlatformError.self) { try repository.point(notAfter: points[1].moment) }
        #expect(failure?.code == .backupPointMissing)
        #expect(failure?.context["oldest"] == points[2].moment.description)
    }

    @Test func `A chunk that is set aside and named again is read from there, and brought back`() async throws {
        let source = try TestDatabase.make()
        try await BackupTests.fill(source)
        let repository = try self.repository(at: .system)
        let first = try await add(source, to: repository).point
        // A backup that began while the point was there names its chunks without looking at them; pruned meanwhile.
        let content = try CanonicalJSON.encode(first)
        try repository.files.remove(try #require(repository.points().first).path)
        try await Task.sleep(for: .milliseconds(10))
        let pruned = try await repository.pruned(keeping: KeepRule("last=1"), graceMilliseconds: 0)
        #expect(pruned.setAside.objects > 0)
        try repository.files.write(
            content,
            to: BackupPointName(moment: first.moment, digest: .sha256(of: content)).path
        )
        try await Task.sleep(for: .milliseconds(10))
        let again = try await repository.pruned(keeping: KeepRule("last=1"), graceMilliseconds: 0)
        #expect(again.restored == pruned.setAside && again.freed == ObjectCount())
        _ = try await restore(first, from: repository)
    }

    @Test func `A bucket holds a repository as a folder does`() async throws {
        let source = try TestDatabase.make()
        try await BackupTests.fill(source)
        let objects = try ObjectStore(root: folder.path("objects"))
        _ = try objects.put(Data("an object".utf8))
        let bucket = try S3Server.shared(.moto).objects("backup\(UUID())", cache: folder.path("cache"))
        #expect(throws: PlatformError.self) { try BackupRepository(objects: bucket, creating: false) }
        let repository = try BackupRepository(objects: bucket, creating: true)
        let first = try await add(source, objects, to: repository)
        #expect(try await add(source, objects, to: repository).chunks == ObjectCount())
        let other = S3Objects(sharing: bucket, folder: try ObjectFolder(root: folder.path("elsewhere")))
        let elsewhere = try BackupRepository(objects: other, creating: false)
        let found = try elsewhere.read(elsewhere.point(notAfter: first.point.moment))
        #expect(found == first.point)
        _ = try await restore(found, from: elsewhere)
        let target = try ObjectStore(root: folder.path("target"))
        #expect(try await elsewhere.restoredObjects(of: found, to: target).copied.objects == 1)
        let pruned = try await elsewhere.pruned(keeping: KeepRule("last=1"), graceMilliseconds: 0)
        #expect(pruned.removed == [first.point.moment])
        #expect(try elsewhere.points().count == 1)
    }

    private func repository(at time: TimeSource? = nil) throws -> BackupRepository {
        clock.follow(time)
        return try BackupRepository(folder: folder.path("repository"), creating: true)
    }

    private func add(
        _ source: any DatabaseEngine,
        _ objects: ObjectStore? = nil,
        to repository: BackupRepository,
        full: Bool = false
    ) async throws -> BackupAddition {
        try await repository.add(source, companions: [], objects: objects, full: full, time: clock.source)
    }

    @discardableResult
    private func restore(_ point: BackupPoint, from repository: BackupRepository) async throws -> any DatabaseEngine {
        let open = try TestDatabase.empty()
        try await repository.restore(point, open: open, place: { _, _ in })
        return try open([])
    }

    private static func addMetrics(_ database: any DatabaseEngine, runs: Int, steps: Range<Int>) async throws {
        try await database.write { transaction in
            for run in 1...runs {
                if steps.lowerBound == 0 {
                    try transaction.execute(
                        """
                        INSERT INTO tracking_run (run_id, experiment_id, name, user_id, status, start_time, artifact_uri,
                            lifecycle_stage) VALUES (?, 0, 'n', 'u', 'RUNNING', 1, 'a', 'active')
                        """,
                        [.text("run-\(run)")]
                    )
                }
                let marks = steps.map { _ in "(?, 'loss', ?, ?, 0.5, 0)" }.joined(separator: ", ")
                try transaction.execute(
                    "INSERT INTO run_metric (run_key, key, timestamp, step, value, is_nan) VALUES \(marks)",
                    steps.flatMap { [.integer(Int64(run)), .integer(Int64($0)), .integer(Int64($0))] as [SQLValue] }
                )
            }
        }
    }
}

/// A clock that goes on by a second at each look, or follows another.
private final class StepClock: Sendable {
    private let state = Mutex<(looks: Int64, other: TimeSource?)>((0, nil))

    func follow(_ other: TimeSource?) { state.withLock { $0.other = other } }

    var source: TimeSource {
        TimeSource {
            self.state.withLock { state in
                if let other = state.other {
                    // Points of the same millisecond would tell no order.
                    Thread.sleep(forTimeInterval: 0.002)
                    return other.now()
                }
                state.looks += 1
                return TestClock.epoch.advanced(byMilliseconds: state.looks * 1000)
            }
        }
    }
}
