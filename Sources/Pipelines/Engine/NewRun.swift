import Foundation
import Primitives
import Storage

/// A run about to be written.
struct NewRun: Sendable {
    let id: String
    let version: Int
    let definition: PipelineDefinition
    let parameters: [String: JSONValue]
    let reason: String
    let actor: String
    let key: String?
    let useCache: Bool
    let at: Timestamp
    /// The schedule's time that it stands for; nil for a run that somebody or something started.
    var scheduled: ScheduledTime?
    /// The ended run of which it runs a part again.
    var rerun: PartOfRun?

    /// Part of an ended run.
    struct PartOfRun: Sendable {
        let of: String
        let fresh: [String]
        let kept: [String]
    }

    /// - Returns: the id, or that of the earlier run with the same key.
    func insert(in transaction: any SQLTransaction) throws -> String {
        if let key, let earlier = try earlier(key, transaction) { return earlier }
        try transaction.execute(
            """
            INSERT INTO pipeline_run (id, pipeline, version, parameters, reason, actor, idempotency_key, use_cache, state, created_at,
                schedule, logical_time, backfill_id, rerun_of, fresh_tasks)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(id), .text(definition.name), .integer(Int64(version)), try .json(parameters), .text(reason),
                .text(actor),
                .optional(key), .bool(useCache), .time(at),
                .optional(scheduled?.schedule), .optional(scheduled?.time), .optional(scheduled?.backfill),
                .optional(rerun?.of), try rerun.map { try .json($0.fresh) } ?? .null,
            ]
        )
        for (position, task) in definition.tasks.enumerated() {
            try transaction.execute(
                "INSERT INTO pipeline_task (run_id, task, position, state) VALUES (?, ?, ?, 'waiting')",
                [.text(id), .text(task.name), .integer(Int64(position))]
            )
        }
        var body: [String: JSONValue] = [
            "pipeline": .string(definition.name), "version": .integer(Int64(version)),
            "reason": .string(reason),
            "parameters": .object(parameters),
        ]
        if let scheduled {
            body["schedule"] = .string(scheduled.schedule)
            body["logical_time"] = .string(scheduled.time.description)
            if let backfill = scheduled.backfill { body["backfill"] = .string(backfill) }
        }
        if let rerun {
            body["rerun_of"] = .string(rerun.of)
            body["fresh"] = .array(rerun.fresh.map(JSONValue.string))
            body["kept"] = .array(rerun.kept.map(JSONValue.string))
        }
        try transaction.record(
            JournalEvent(
                kind: "pipeline.run.created",
                subject: "pipeline-run/\(id)",
                actor: actor,
                body: .object(body)
            )
        )
        return id
    }

    private func earlier(_ key: String, _ transaction: any SQLTransaction) throws -> String? {
        let row = try transaction.first(
            "SELECT * FROM pipeline_run WHERE pipeline = ? AND idempotency_key = ?",
            [.text(definition.name), .text(key)]
        )
        guard let row else { return nil }
        let run = try RunRecord(row)
        // Compared as JSON: 1 and 1.0 are one value there.
        guard try CanonicalJSON.text(run.parameters) == CanonicalJSON.text(parameters) else {
            throw PlatformError(
                .idempotencyMismatch,
                "The idempotency key was used for run '\(run.id)' with other parameters.",
                nextStep: "Use a new key for a new run.",
                context: ["run_id": run.id]
            )
        }
        return run.id
    }
}
