import Foundation
import Primitives

/// Reads the journal: the audit log, the outbox of triggers and what the console follows. Writers append through
/// `SQLTransaction.record`, in the transaction of their change.
package struct Journal: Sendable {
    /// The most entries that one call returns.
    package static let maximumPage = 10_000

    let database: any Database

    /// Reads the journal of a database.
    package init(database: any Database) {
        self.database = database
    }

    /// Entries after a sequence number, oldest first.
    ///
    /// - Parameters:
    ///   - limit: at most this many, and at most `maximumPage`.
    ///   - kindPrefix: only kinds that begin with this text, for example `pipeline.` or `run.created`.
    ///   - subject: only this subject.
    package func entries(after: Int64, limit: Int, kindPrefix: String? = nil, subject: String? = nil) async throws
        -> [JournalEntry]
    {
        try await select("sequence > ?", [.integer(after)], "ASC", limit, kindPrefix, subject)
    }

    /// The newest entries, newest first; filters as in `entries`.
    package func latest(limit: Int, kindPrefix: String? = nil, subject: String? = nil) async throws -> [JournalEntry] {
        try await select("sequence > 0", [], "DESC", limit, kindPrefix, subject)
    }

    /// Every entry after a sequence number, then each new one as it is committed. Ends when the reader stops or when
    /// the database can no longer be read.
    package func follow(after: Int64) -> AsyncStream<JournalEntry> {
        let growth = database.journalGrowth()
        let cursor = JournalCursor(journal: self, position: after, growth: growth)
        return AsyncStream { await cursor.next() }
    }

    private func select(
        _ condition: String,
        _ arguments: [SQLValue],
        _ order: String,
        _ limit: Int,
        _ kindPrefix: String?,
        _ subject: String?
    ) async throws -> [JournalEntry] {
        var conditions = [condition]
        var arguments = arguments
        if let kindPrefix, !kindPrefix.isEmpty {
            conditions.append("kind >= ? AND kind < ?")
            arguments += [.text(kindPrefix), .text(kindPrefix + "\u{10FFFF}")]
        }
        if let subject {
            conditions.append("subject = ?")
            arguments.append(.text(subject))
        }
        arguments.append(.integer(Int64(max(0, min(limit, Self.maximumPage)))))
        let sql = """
            SELECT sequence, at, kind, subject, actor, body, leaf_hash FROM journal_entry
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence \(order) LIMIT ?
            """
        let bound = arguments
        return try await database.read { reader in try reader.query(sql, bound).map(JournalEntry.init) }
    }
}

extension JournalEntry {
    /// Loads a row of `journal_entry`.
    init(_ row: SQLRow) throws {
        let hash = try row.blob("leaf_hash")
        guard let leafHash = Digest(bytes: [UInt8](hash)) else {
            throw PlatformError(.journalCorrupt, "A leaf hash of the journal has \(hash.count) bytes.")
        }
        self.init(
            sequence: try row.integer("sequence"),
            at: try row.time("at"),
            event: JournalEvent(
                kind: try row.text("kind"),
                subject: try row.text("subject"),
                actor: try row.text("actor"),
                body: try row.json("body", as: JSONValue.self)
            ),
            leafHash: leafHash
        )
    }
}
