import Foundation
import Primitives
import Storage

/// A migrated, real database that goes away with the value: SQLite in a folder of its own, or, where
/// AKU_TEST_POSTGRES=postgres://… names a server, a PostgreSQL database of its own.
package enum TestDatabase {
    /// The address of the server that tests may make databases on; nil for SQLite.
    package static let server = ProcessInfo.processInfo.environment["AKU_TEST_POSTGRES"]

    /// Whether tests run on PostgreSQL.
    package static var isPostgres: Bool { server != nil }

    /// A database whose journal reads the given clock.
    package static func make(time: TimeSource = TestClock.fixed) throws -> any DatabaseEngine {
        guard let server else { return try SQLiteDatabase.temporary(time: time) }
        return try PostgresDatabase.temporary(on: PostgresAddress(server), time: time)
    }

    /// A SQLite database, for what is tested on that engine alone.
    package static func sqlite(time: TimeSource = TestClock.fixed) throws -> SQLiteDatabase {
        try SQLiteDatabase.temporary(time: time)
    }
}

/// Clocks for tests.
package enum TestClock {
    /// The moment at which tests stand: 2026-01-01T00:00:00Z.
    package static let epoch = Timestamp(milliseconds: 1_767_225_600_000)

    /// Stands still at `epoch`.
    package static let fixed = TimeSource { epoch }
}
