import Foundation
import Primitives

/// A thread's place for a connection: made when it is first needed and again after it was lost, with growing pauses
/// between attempts. While a pause lasts, work is refused at once instead of waiting behind it.
final class PostgresSlot {
    private static let longestPause: TimeInterval = 5

    private let address: PostgresAddress
    private var session: PostgresSession?
    private var pause: TimeInterval = 0
    private var notBefore = Date.distantPast
    private var lastFailure: (any Error)?
    private var isPartKept = false

    init(address: PostgresAddress) { self.address = address }

    /// The connection, made now when there is none.
    ///
    /// - Throws: `database_unavailable`, `database_refused`.
    func connected() throws -> PostgresSession {
        if let session, session.isConnected { return session }
        session = nil
        if let lastFailure, Date() < notBefore { throw lastFailure }
        do {
            let session = try PostgresSession(address)
            self.session = session
            pause = 0
            lastFailure = nil
            return session
        } catch {
            pause = min(Self.longestPause, max(0.1, pause * 2))
            notBefore = Date().addingTimeInterval(pause * .random(in: 0.75...1.25))
            lastFailure = error
            throw error
        }
    }

    /// Runs the first statement of a piece of work; when the connection turns out to be lost, once more on a new one.
    func open(_ statements: (PostgresSession) -> String) throws {
        let session = try connected()
        do {
            if session.isInsideTransaction { try session.execute("ROLLBACK") }
            try session.execute(statements(session))
        } catch {
            guard !session.isConnected else { throw error }
            let session = try connected()
            try session.execute(statements(session))
        }
    }

    /// Runs a read on one snapshot, once more when the connection was lost or the schema has changed meanwhile.
    func read<T>(_ body: (any SQLReader) throws -> T) throws -> T {
        do {
            return try readOnce(body)
        } catch let error as PlatformError where isWorthRepeating(error) {
            if let session, session.isConnected { try session.forgetStatements() }
            return try readOnce(body)
        }
    }

    /// Ends a read's transaction; called after its answer is on its way.
    func endRead() {
        guard let session, session.isConnected, session.isInsideTransaction else { return }
        try? session.execute("COMMIT")
    }

    private func readOnce<T>(_ body: (any SQLReader) throws -> T) throws -> T {
        try open { _ in "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" }
        do {
            return try body(connected())
        } catch {
            endRead()
            throw error
        }
    }

    private func isWorthRepeating(_ error: PlatformError) -> Bool {
        if error.code == .databaseUnavailable { return lastFailure == nil }
        // A plan whose result changed its type, a statement that is gone, a table that a migration replaced.
        return ["0A000", "26000"].contains(error.context["sqlstate"])
    }
}

extension PostgresSlot: EngineConnection {
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] { try current().query(sql, arguments) }

    func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try current().run(sql, arguments) }

    func define(_ statements: String) throws { try connected().execute(PostgresSchema.translate(statements)) }

    var isInsideTransaction: Bool { session.map { $0.isConnected && $0.isInsideTransaction } ?? false }

    /// The lock is taken before the first snapshot: with READ COMMITTED every statement after it sees all commits so
    /// far, and nobody else writes, so that transactions run one after another as they do on SQLite.
    func begin() throws {
        isPartKept = false
        try open { "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(\($0.lock))" }
    }

    func commit(journalGrew: Bool) throws {
        let session = try current()
        try refuseFailed(session)
        try session.execute(journalGrew ? "NOTIFY \(session.channel); COMMIT" : "COMMIT")
    }

    func rollback() throws { try current().execute("ROLLBACK") }

    /// Releases the part before it on the same way.
    func openPart() throws {
        try current().execute(isPartKept ? "RELEASE SAVEPOINT writer; SAVEPOINT writer" : "SAVEPOINT writer")
        isPartKept = false
    }

    func keepPart() throws {
        try refuseFailed(current())
        isPartKept = true
    }

    func undoPart() throws {
        try current().execute("ROLLBACK TO SAVEPOINT writer; RELEASE SAVEPOINT writer")
        isPartKept = false
    }

    func whileMigrating(_ body: () throws -> Void) throws {
        let session = try connected()
        // Another number than the writers' lock: the steps take that one themselves.
        try session.execute("SELECT pg_advisory_lock(\(session.lock ^ 1))")
        defer { try? session.execute("SELECT pg_advisory_unlock(\(session.lock ^ 1))") }
        try body()
    }

    /// The connection of the open transaction: a new one would not have it.
    private func current() throws -> PostgresSession {
        guard let session, session.isConnected else { throw PostgresFailure.unavailable("the connection was lost") }
        return session
    }

    /// COMMIT of a failed transaction undoes it without an error.
    private func refuseFailed(_ session: PostgresSession) throws {
        guard session.hasFailed else { return }
        throw PlatformError(.databaseFailed, "A statement failed and the change went on as if it had not.")
    }
}
