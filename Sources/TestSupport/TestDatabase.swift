import Primitives
import Storage

/// A migrated, real SQLite database in a folder that goes away with it.
package enum TestDatabase {
    /// A database whose journal reads the given clock.
    package static func make(time: TimeSource = TestClock.fixed) throws -> SQLiteDatabase {
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
