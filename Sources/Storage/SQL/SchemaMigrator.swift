import Primitives

/// Brings a database to the schema of this version: each step in a transaction of its own, recorded with a digest of
/// its text so that an edited step is noticed instead of half believed.
struct SchemaMigrator<Connection: EngineConnection> {
    let connection: Connection
    let time: TimeSource

    /// Runs the steps that the database lacks.
    ///
    /// - Returns: the steps that ran.
    /// - Throws: `database_newer` when it has steps that this version does not know, `migration_changed` when a step
    ///   that it has run reads differently now.
    @discardableResult
    func run(_ migrations: [Migration]) throws -> [Migration] {
        var ran: [Migration] = []
        try connection.whileMigrating {
            try connection.define(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number INTEGER PRIMARY KEY,
                    name TEXT NOT NULL,
                    digest TEXT NOT NULL,
                    applied_at INTEGER NOT NULL
                ) STRICT
                """
            )
            ran = try lacking(migrations)
            for migration in ran { try apply(migration) }
        }
        return ran
    }

    private func lacking(_ migrations: [Migration]) throws -> [Migration] {
        let known = Dictionary(uniqueKeysWithValues: migrations.map { (Int64($0.number), $0) })
        var applied: Set<Int> = []
        for row in try connection.query("SELECT number, name, digest FROM schema_migration ORDER BY number") {
            guard let migration = known[try row.integer("number")] else { throw newer(try row.text("name")) }
            guard try row.digest("digest") == migration.digest else { throw changed(migration) }
            applied.insert(migration.number)
        }
        return migrations.filter { !applied.contains($0.number) }
    }

    private func apply(_ migration: Migration) throws {
        try connection.begin()
        do {
            try connection.define(migration.sql)
            _ = try connection.run(
                "INSERT INTO schema_migration (number, name, digest, applied_at) VALUES (?, ?, ?, ?)",
                [
                    .integer(Int64(migration.number)), .text(migration.name), .digest(migration.digest),
                    .time(time.now()),
                ]
            )
            try connection.commit(journalGrew: false)
        } catch {
            if connection.isInsideTransaction { try? connection.rollback() }
            throw error
        }
    }

    private func newer(_ name: String) -> PlatformError {
        PlatformError(
            .databaseNewer,
            "The database has run the migration '\(name)', which this version of aku does not know.",
            nextStep: "Use the newer version of aku, or another data folder."
        )
    }

    private func changed(_ migration: Migration) -> PlatformError {
        PlatformError(
            .migrationChanged,
            "Migration \(migration.number) '\(migration.name)' reads differently from when this database ran it.",
            nextStep: "Use the version of aku that made this data folder, or another data folder."
        )
    }
}

extension Migration {
    /// The digest of its text, kept in the database that ran it.
    package var digest: Digest { .sha256(of: [UInt8](sql.utf8)) }
}
