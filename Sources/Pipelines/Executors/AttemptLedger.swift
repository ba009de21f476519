import Foundation
import Primitives
import Storage

/// What the database knows of attempts that run outside the server's own processes. The first outcome of an attempt is the
/// one that counts, whoever tells it: its runner, or its executor.
struct AttemptLedger: Sendable {
    let database: any Database
    let clock: TimeSource

    /// One attempt.
    struct Entry: Sendable {
        /// What its executor calls it; empty when its outcome came before the answer to its submission.
        let handle: String
        let outcome: AttemptOutcome?
    }

    /// An attempt; nil when it was never submitted as far as is known.
    func entry(_ id: AttemptID) async throws -> Entry? {
        try await database.read { reader in try Self.entry(id, reader) }
    }

    /// Notes that an executor took an attempt in.
    func submitted(_ id: AttemptID, _ kind: ExecutorKind, handle: String) async throws {
        let now = clock.now()
        try await database.write { transaction in
            _ = try transaction.execute(
                """
                INSERT INTO pipeline_attempt (run_id, task, attempt, executor, handle, submitted_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (run_id, task, attempt) DO UPDATE SET handle = excluded.handle
                """,
                Self.key(id) + [.text(kind.rawValue), .text(handle), .time(now)]
            )
        }
    }

    /// Keeps an outcome, unless there is one already.
    ///
    /// - Returns: the one that counts.
    func ended(_ id: AttemptID, _ kind: ExecutorKind, _ outcome: AttemptOutcome) async throws -> AttemptOutcome {
        let now = clock.now()
        return try await database.write { transaction in
            try Self.end(id, kind, outcome, now, transaction)
        }
    }

    /// Attempts of these that are under way by the database; the rest of them are over, or of no run that it knows.
    func underWay(_ ids: [AttemptID]) async throws -> (underWay: Set<AttemptID>, over: [AttemptID]) {
        try await database.read { reader in
            var underWay: Set<AttemptID> = [], over: [AttemptID] = []
            for id in ids {
                let row = try reader.first(
                    "SELECT state, attempt FROM pipeline_task WHERE run_id = ? AND task = ?",
                    [.text(id.run), .text(id.task)]
                )
                guard let row else { continue }
                if try row.text("state") == TaskState.running.name, try row.integer("attempt") == Int64(id.attempt) {
                    underWay.insert(id)
                } else {
                    over.append(id)
                }
            }
            return (underWay, over)
        }
    }

    static func end(
        _ id: AttemptID,
        _ kind: ExecutorKind,
        _ outcome: AttemptOutcome,
        _ now: Timestamp,
        _ transaction: any SQLTransaction
    ) throws -> AttemptOutcome {
        guard let stored = StoredOutcome(outcome) else { return outcome }
        try transaction.execute(
            """
            INSERT INTO pipeline_attempt (run_id, task, attempt, executor, handle, submitted_at, outcome, ended_at)
            VALUES (?, ?, ?, ?, '', ?, ?, ?)
            ON CONFLICT (run_id, task, attempt) DO UPDATE SET
                outcome = COALESCE(pipeline_attempt.outcome, excluded.outcome),
                ended_at = COALESCE(pipeline_attempt.ended_at, excluded.ended_at)
            """,
            key(id) + [.text(kind.rawValue), .time(now), try .json(stored), .time(now)]
        )
        return try entry(id, transaction)?.outcome ?? outcome
    }

    static func entry(_ id: AttemptID, _ reader: any SQLReader) throws -> Entry? {
        let row = try reader.first(
            "SELECT handle, outcome FROM pipeline_attempt WHERE run_id = ? AND task = ? AND attempt = ?",
            key(id)
        )
        guard let row else { return nil }
        let outcome = try row.optionalText("outcome").map { _ in
            try row.json("outcome", as: StoredOutcome.self).outcome()
        }
        return Entry(handle: try row.text("handle"), outcome: outcome)
    }

    private static func key(_ id: AttemptID) -> [SQLValue] {
        [.text(id.run), .text(id.task), .integer(Int64(id.attempt))]
    }
}
