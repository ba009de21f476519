import Foundation
import Primitives
import Storage

/// Attempts that the platform's own engine gave to an executor elsewhere: what `aku task run` calls in a job or a pod. The
/// engine's loop alone moves the run; here an attempt reads its order, tells that it is alive, and leaves its outcome.
extension PipelineEngine {
    /// What an attempt under way is to run.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`, `task_attempt_superseded`.
    package nonisolated func order(run id: String, task name: String, attempt: Int) async throws -> ExternalClaim {
        let order = try await database.read { reader in
            let detail = try Self.ownRun(id, name, attempt, reader)
            guard let version = try PipelineStore.version(of: detail.run.pipeline, detail.run.version, in: reader)
            else { throw PipelineStore.notFound(detail.run.pipeline, detail.run.version) }
            let run = try ActiveRun(detail, version)
            guard let task = run.tasks[name], !task.placement.executor.usesThisMachine else {
                throw Self.superseded(id, name, attempt, "it runs on the server's own machine")
            }
            return run.order(task)
        }
        return .order(order, token: try await issueTaskToken(id, name))
    }

    /// Whether a run belongs to the platform's own engine.
    ///
    /// - Throws: `pipeline_run_not_found`.
    nonisolated func isOwn(_ id: String) async throws -> Bool {
        let engine = try await database.read { reader in
            try reader.first("SELECT engine FROM pipeline_run WHERE id = ?", [.text(id)])?.text("engine")
        }
        guard let engine else { throw PipelineStore.runNotFound(id) }
        return engine == Self.ownEngine
    }

    /// An attempt reports that it is alive; see `report`.
    nonisolated func reportOwn(_ id: AttemptID, log: Data, offset: Int64) async throws -> ExternalVerdict {
        let now = clock.now()
        let verdict = try await database.write { transaction -> ExternalVerdict in
            let row = try transaction.first(
                """
                SELECT t.state, t.attempt, r.cancel_actor FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
                WHERE t.run_id = ? AND t.task = ?
                """,
                [.text(id.run), .text(id.task)]
            )
            guard let row, try row.text("state") == TaskState.running.name,
                try row.integer("attempt") == Int64(id.attempt)
            else { return .superseded }
            try transaction.execute(
                "UPDATE pipeline_task SET heartbeat_at = ? WHERE run_id = ? AND task = ?",
                [.time(now), .text(id.run), .text(id.task)]
            )
            return try row.optionalText("cancel_actor") == nil ? .running : .cancelled
        }
        if verdict != .superseded { try append(log, at: offset, to: workspace.log(id.run, id.task, id.attempt)) }
        return verdict
    }

    /// Keeps the outcome of an attempt and wakes whoever follows it. The first outcome counts.
    nonisolated func concludeOwn(_ id: AttemptID, _ outcome: AttemptOutcome) async throws {
        let objects = objects, now = clock.now()
        try await database.write { transaction in
            if try AttemptLedger.entry(id, transaction)?.outcome != nil { return }
            let detail = try Self.ownRun(id.run, id.task, id.attempt, transaction)
            guard
                let version = try PipelineStore.version(of: detail.run.pipeline, detail.run.version, in: transaction),
                let task = try version.definition().task(id.task), !task.placement.executor.usesThisMachine
            else { throw Self.superseded(id.run, id.task, id.attempt, "it runs on the server's own machine") }
            if case .succeeded(let outputs) = outcome { try Self.check(outputs, of: task, objects) }
            // An attempt whose process was ended from outside is as lost as one whose machine went away.
            var kept = outcome
            if case .stopped(let reason) = outcome, reason != .cancelled {
                kept = .lost(PlatformError(.taskLost, "The attempt was ended from outside, by its executor."))
            }
            _ = try AttemptLedger.end(id, task.placement.executor, kept, now, transaction)
        }
        executors.wakes.wake(id)
    }

    private static func ownRun(
        _ id: String,
        _ name: String,
        _ attempt: Int,
        _ reader: any SQLReader
    ) throws -> RunDetail {
        guard let detail = try PipelineStore.detail(id, in: reader) else { throw PipelineStore.runNotFound(id) }
        guard let status = detail.tasks.first(where: { $0.task == name })?.status else { throw noTask(name, detail) }
        guard detail.run.engine == ownEngine, status.state == .running, status.attempt == attempt else {
            throw superseded(id, name, attempt, "the task is \(status.state.name), attempt \(status.attempt)")
        }
        return detail
    }

    private static func superseded(_ id: String, _ name: String, _ attempt: Int, _ why: String) -> PlatformError {
        PlatformError(
            .taskAttemptSuperseded,
            "Attempt \(attempt) of task '\(name)' is not on its way: \(why).",
            nextStep: "Nothing: what this attempt did does not count.",
            context: ["run_id": id, "task": name, "attempt": String(attempt)]
        )
    }
}
