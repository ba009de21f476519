import Dispatch
import Foundation
import GRDB
import Primitives
import Synchronization

/// The platform's database on SQLite: WAL, `synchronous=FULL`, foreign keys on, one writer connection with group
/// commit, a few reader connections that never wait for it.
///
/// Limits: one process per file (`DataFolder` holds the lock); closures must not touch the database from elsewhere.
package final class SQLiteDatabase: Database {
    /// KiB of pages that the writer keeps at most.
    private static let writerCacheKiB = 32 << 10
    /// Pages of 4 KiB in the write-ahead log before they are copied into the file.
    private static let pagesBetweenCheckpoints = 8_000

    private let pool: DatabasePool
    private let queue = WriteQueue()
    private let time: TimeSource
    private let growth = JournalGrowth()
    private let temporaryFolder: String?
    /// The steps of the schema that ran when this value was made.
    package let migrated: [Migration]
    /// Held so that the folder's lock lasts as long as anyone can write.
    private let dataFolder: DataFolder?

    /// Opens or creates the database of a data folder, which stays locked for as long as the value lives; errors as for
    /// `open(path:time:)`.
    package static func open(in folder: DataFolder, time: TimeSource = .system) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: folder.database, time: time, dataFolder: folder, migrations: Schema.migrations)
    }

    /// Opens or creates the database and runs the migrations that it lacks.
    ///
    /// - Throws: `database_newer`, `migration_changed`, `database_corrupt`, `disk_full`.
    package static func open(
        path: String,
        time: TimeSource = .system,
        migrations: [Migration] = Schema.migrations
    ) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: path, time: time, migrations: migrations)
    }

    /// Opens an existing database as it is, without migrating it: another process may be using it.
    ///
    /// - Throws: `file_missing`, `database_corrupt`.
    package static func existing(path: String) throws -> SQLiteDatabase {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw PlatformError(.fileMissing, "The database '\(path)' cannot be read.")
        }
        return try SQLiteDatabase(path: path, time: .system, migrations: nil)
    }

    /// A migrated database in a folder of its own that goes away with the value. For tests.
    package static func temporary() throws -> SQLiteDatabase { try temporary(time: .system) }

    /// A migrated temporary database whose journal reads the given clock. For tests.
    package static func temporary(time: TimeSource, migrations: [Migration] = Schema.migrations) throws
        -> SQLiteDatabase
    {
        let folder = FileManager.default.temporaryDirectory.path + "/aku-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try SQLiteDatabase(
            path: folder + "/aku.sqlite",
            time: time,
            temporaryFolder: folder,
            migrations: migrations
        )
    }

    init(
        path: String,
        time: TimeSource,
        temporaryFolder: String? = nil,
        dataFolder: DataFolder? = nil,
        migrations: [Migration]?
    ) throws {
        self.time = time
        self.temporaryFolder = temporaryFolder
        self.dataFolder = dataFolder
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.label = "aku.database"
        // LIKE tells upper case from lower case, as PostgreSQL's does.
        configuration.prepareDatabase { raw in try raw.execute(sql: "PRAGMA case_sensitive_like = ON") }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            migrated = try pool.writeWithoutTransaction { raw in
                // GRDB chooses NORMAL for WAL, which may lose acknowledged commits when the power fails.
                try raw.execute(sql: "PRAGMA synchronous = FULL")
                // The pages of a large write stay in memory until its end, and pages that many writes change go from the
                // log to the file once: 2 MB and 4 MB, as SQLite has it, are a small share of what a busy hour changes.
                try raw.execute(sql: "PRAGMA cache_size = -\(Self.writerCacheKiB)")
                try raw.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.pagesBetweenCheckpoints)")
                guard let migrations else { return [] }
                return try SchemaMigrator(connection: SQLiteConnection(raw: raw), time: time).run(migrations)
            }
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    deinit {
        guard let temporaryFolder else { return }
        // The last holder may be a group that just ended, on the writer's queue, which closing waits for.
        DispatchQueue.global().async { [pool] in
            try? pool.close()
            try? FileManager.default.removeItem(atPath: temporaryFolder)
        }
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T {
        do {
            return try await pool.read { raw in try body(SQLiteConnection(raw: raw)) }
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            let write = PendingWrite(
                run: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) }
            )
            do {
                if try queue.add(write) { drain() }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    package func journalGrowth() -> AsyncStream<Void> { growth.stream() }

    /// Runs groups on the writer's own queue until nobody waits.
    private func drain() {
        pool.asyncWriteWithoutTransaction { [self] raw in
            while let group = queue.next() {
                if WriteGroup(connection: SQLiteConnection(raw: raw), time: time).commit(group) { growth.announce() }
            }
        }
    }
}
