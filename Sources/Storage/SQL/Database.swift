import Primitives

/// A view of the database inside one read: statements see one consistent snapshot.
package protocol SQLReader {
    /// All rows of a query. Placeholders are `?`, bound in order.
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow]
}

extension SQLReader {
    /// All rows of a query without arguments.
    package func query(_ sql: String) throws -> [SQLRow] { try query(sql, []) }

    /// The first row, or nil.
    package func first(_ sql: String, _ arguments: [SQLValue] = []) throws -> SQLRow? {
        try query(sql, arguments).first
    }
}

/// A view of the database inside one write. Everything that the closure does is one atomic unit: when it throws, its
/// own changes and events are undone and nobody else's are.
package protocol SQLTransaction: SQLReader {
    /// Runs a statement.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Appends an event to the journal in this transaction: the event and the change are kept or lost together.
    ///
    /// - Returns: the event's sequence number, from 1.
    @discardableResult
    func record(_ event: JournalEvent) throws -> Int64
}

extension SQLTransaction {
    /// Runs a statement without arguments.
    @discardableResult
    package func execute(_ sql: String) throws -> Int { try execute(sql, []) }
}

/// The platform's database. One value is shared by all stores; the engine is behind it (SQLite now, PostgreSQL later).
///
/// Writes are grouped: writers that wait together share one durable commit, and each is answered after the commit is on
/// disk (`synchronous=FULL`). A write costs one savepoint; a thousand waiting writers cost one `fdatasync`.
package protocol Database: Sendable {
    /// Runs a read on a snapshot.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T

    /// Runs a write and returns after it is durable.
    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T

    /// Announces that the journal grew, at least once after each commit that appended; waiting announcements collapse
    /// into one, so a slow reader costs nothing.
    func journalGrowth() -> AsyncStream<Void>
}
