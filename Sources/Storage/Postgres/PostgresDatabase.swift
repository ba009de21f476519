import Foundation
import Primitives

/// The platform's database on PostgreSQL: writers share one durable commit as on SQLite, on one connection; reads run on
/// snapshots on a few others. Several servers may share one database: an advisory lock puts their write groups one after
/// another, so that the journal is one sequence, and each hears of the others' commits.
///
/// Limits: `maximumReaders` + 2 connections a server; texts without NUL characters.
package final class PostgresDatabase: DatabaseEngine {
    /// Connections for reads.
    package static let maximumReaders = 8
    /// Reads that may wait.
    static let maximumWaiting = 16_384

    /// Where the server is, and as whom to ask it.
    package let address: PostgresAddress
    /// The steps of the schema that ran when this value was made.
    package let migrated: [Migration]
    private let time: TimeSource
    private let queue = WriteQueue()
    private let growth = JournalGrowth()
    private let readers: PostgresLane
    private let writer: PostgresLane
    private let listener: PostgresListener
    private let onEnd: (@Sendable () -> Void)?

    /// Connects and runs the migrations that the database lacks. Waits for the server: call it when the program starts.
    ///
    /// - Throws: `postgres_library_missing`, `database_unavailable`, `database_refused`, `database_newer`,
    ///   `migration_changed`.
    package static func open(
        _ address: PostgresAddress,
        time: TimeSource = .system,
        migrations: [Migration] = Schema.migrations
    ) throws -> PostgresDatabase {
        try PostgresDatabase(address, time: time, migrations: migrations)
    }

    /// Connects to a database as it is, without migrating it.
    ///
    /// - Throws: `postgres_library_missing`, `database_unavailable`, `database_refused`.
    package static func existing(_ address: PostgresAddress) throws -> PostgresDatabase {
        try PostgresDatabase(address, time: .system, migrations: nil)
    }

    /// - Parameter onEnd: runs on a thread of its own when the value goes away.
    init(
        _ address: PostgresAddress,
        time: TimeSource,
        migrations: [Migration]?,
        onEnd: (@Sendable () -> Void)? = nil
    ) throws {
        self.onEnd = onEnd
        self.address = address
        self.time = time
        readers = PostgresLane(
            name: "postgres-reader",
            address: address,
            limit: Self.maximumReaders,
            maximumWaiting: Self.maximumWaiting
        )
        writer = PostgresLane(name: "postgres-writer", address: address, limit: 1, maximumWaiting: 2)
        listener = PostgresListener(address: address, growth: growth)
        let slot = PostgresSlot(address: address)
        if let migrations {
            migrated = try SchemaMigrator(connection: slot, time: time).run(migrations)
        } else {
            _ = try slot.connected()
            migrated = []
        }
    }

    deinit {
        readers.close()
        writer.close()
        listener.close()
        if let onEnd { Thread { onEnd() }.start() }
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = readers.add { slot in
                continuation.resume(with: Result { try slot.read(body) })
                slot.endRead()
            }
            guard !isAccepted else { return }
            continuation.resume(
                throwing: PlatformError(
                    .readQueueFull,
                    "\(Self.maximumWaiting) reads are waiting for the database.",
                    nextStep: "Try again in a moment."
                )
            )
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

    package func journalGrowth() -> AsyncStream<Void> {
        listener.start()
        return growth.stream()
    }

    /// PostgreSQL.
    package var kind: DatabaseKind { .postgres }

    /// None: the server checks its pages by itself as it reads them.
    package func integrityProblems() async throws -> [String] { [] }

    /// Runs groups on the writer's thread until nobody waits.
    private func drain() {
        _ = writer.add { [self] slot in
            while let group = queue.next() {
                if WriteGroup(connection: slot, time: time).commit(group) { growth.announce() }
            }
        }
    }
}
