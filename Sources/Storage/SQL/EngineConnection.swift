import Primitives

/// What group commit, the journal and the migrations need of an engine's connection; each engine has one. Used by one
/// thread at a time.
protocol EngineConnection: SQLReader {
    /// Runs a statement and says how many rows it changed.
    func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Runs statements of the schema, written as `Migration` says.
    func define(_ statements: String) throws

    /// Whether a transaction is open; false too when the engine has rolled it back by itself or the connection is gone.
    var isInsideTransaction: Bool { get }

    /// Opens a transaction that is the only one to write until it ends, and that sees every commit before it.
    func begin() throws
    /// Makes the transaction durable, and with it the news that the journal grew.
    func commit(journalGrew: Bool) throws
    /// Undoes the transaction.
    func rollback() throws

    /// Opens one writer's part of the transaction.
    func openPart() throws
    /// Keeps the part.
    func keepPart() throws
    /// Undoes the part; the transaction goes on.
    func undoPart() throws

    /// Keeps other processes from migrating the same database while the closure runs.
    func whileMigrating(_ body: () throws -> Void) throws
}

extension EngineConnection {
    func run(_ sql: String) throws -> Int { try run(sql, []) }
}
