import Primitives

/// Which engine keeps the database.
package enum DatabaseKind: String, Sendable, CaseIterable {
    /// A file of the data folder.
    case sqlite
    /// A server.
    case postgres
}

/// A database together with what only its engine can say of itself.
package protocol DatabaseEngine: Database {
    /// Which engine it is.
    var kind: DatabaseKind { get }

    /// The steps of the schema that ran when the value was made.
    var migrated: [Migration] { get }

    /// What the engine itself finds wrong with its files; empty when they are sound, or when the engine checks its pages
    /// by itself as it reads them.
    func integrityProblems() async throws -> [String]
}

extension SQLiteDatabase: DatabaseEngine {
    /// SQLite.
    package var kind: DatabaseKind { .sqlite }
}
