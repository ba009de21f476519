import GRDB

extension SQLiteConnection: EngineConnection {
    func define(_ statements: String) throws {
        do { try raw.execute(sql: statements) } catch { throw DatabaseFailure.translate(error) }
    }

    var isInsideTransaction: Bool { raw.isInsideTransaction }

    func begin() throws { _ = try run("BEGIN IMMEDIATE") }
    func commit(journalGrew: Bool) throws { _ = try run("COMMIT") }
    func rollback() throws { _ = try run("ROLLBACK") }

    func openPart() throws { _ = try run("SAVEPOINT writer") }
    func keepPart() throws { _ = try run("RELEASE SAVEPOINT writer") }
    func undoPart() throws {
        _ = try run("ROLLBACK TO SAVEPOINT writer")
        _ = try run("RELEASE SAVEPOINT writer")
    }

    /// The data folder's lock keeps other processes away.
    func whileMigrating(_ body: () throws -> Void) throws { try body() }
}
