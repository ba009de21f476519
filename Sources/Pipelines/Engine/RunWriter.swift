import Foundation
import Primitives
import Storage

/// Writes transitions of one run, each with its journal event.
struct RunWriter {
    private let transaction: any SQLTransaction
    private let run: ActiveRun
    private let now: Timestamp

    init(_ transaction: any SQLTransaction, _ run: ActiveRun, _ now: Timestamp) {
        self.transaction = transaction
        self.run = run
        self.now = now
    }

    /// One task's change of state.
    ///
    /// - Parameter reason: why it is left out, where its own condition says so.
    func write(
        _ transition: TaskTransition,
        failure: PlatformError?,
        cachedFrom: String?,
        reason: String? = nil
    ) throws {
        let name = transition.task, status = run.machine[name] ?? TaskStatus(state: transition.to)
        let known = run.components[name]
        var retryAt: Timestamp?
        if case .retrying(let at) = transition.to { retryAt = at }
        let lost = transition.from == .running && transition.to == .ready
        let isOwn = transition.from == .running || transition.from == .ready && transition.to == .failed
        let ownFailure = isOwn ? failure : nil
        // What follows from one task's condition has the same step, but not the same reason.
        let ownReason = transition.from == .ready ? reason : nil
        let skipReason = [.skipped, .excused].contains(transition.to) ? ownReason ?? self.reason(of: name) : nil
        if run.tasks[name] == nil { try insertIfFresh(transition, status) }
        try transaction.execute(
            """
            UPDATE pipeline_task SET state = ?, attempt = ?, losses = ?, retry_at = ?, identity = COALESCE(?, identity),
                components = COALESCE(?, components), cached_from = COALESCE(?, cached_from),
                started_at = CASE ? WHEN 1 THEN ? ELSE started_at END, finished_at = ?,
                error_code = COALESCE(?, error_code), error_message = COALESCE(?, error_message),
                next_step = COALESCE(?, next_step), skip_reason = ?, excused = ?
            WHERE run_id = ? AND task = ?
            """,
            [
                .text(transition.to.name), .integer(Int64(status.attempt)), .integer(Int64(status.losses)),
                .optional(retryAt),
                .optional(known?.identity.description), .optional(try known.map { try CanonicalJSON.text($0.value) }),
                .optional(cachedFrom), .bool(transition.to == .running), .time(now),
                transition.to.isFinal ? .time(now) : .null,
                .optional(ownFailure?.code.name), .optional(ownFailure.map(Self.message)),
                .optional(ownFailure?.nextStep),
                .optional(skipReason), .bool(transition.to == .excused),
                .text(run.id), .text(name),
            ]
        )
        if transition.to == .succeeded {
            try transaction.execute(
                """
                UPDATE pipeline_task SET error_code = NULL, error_message = NULL, next_step = NULL
                WHERE run_id = ? AND task = ? AND error_code IS NOT NULL
                """,
                [.text(run.id), .text(name)]
            )
        }
        let map = transition.to == .running ? run.machine.instances(of: name) : nil
        if let map {
            try transaction.execute(
                "UPDATE pipeline_task SET map_size = ? WHERE run_id = ? AND task = ?",
                [.integer(Int64(map.count)), .text(run.id), .text(name)]
            )
        }
        if transition.to == .running, let pool = run.definition(of: name)?.pool {
            try transaction.execute(
                "UPDATE pipeline_task SET pool = ? WHERE run_id = ? AND task = ?",
                [.text(pool), .text(run.id), .text(name)]
            )
        }
        guard let kind = Self.kind(transition.to, lost: lost) else { return }
        var body: [String: JSONValue] = [
            "pipeline": .string(run.definition.name), "task": .string(name), "attempt": .integer(Int64(status.attempt)),
        ]
        if let map { body["instances"] = .integer(Int64(map.count)) }
        if let identity = known?.identity { body["identity"] = .string(identity.description) }
        if let cachedFrom { body["cached_from"] = .string(cachedFrom) }
        if let ownFailure {
            body["code"] = .string(ownFailure.code.name)
            body["reason"] = .string(ownFailure.message)
        }
        if transition.to == .excused, let skipReason { body["reason"] = .string(skipReason) }
        if let retryAt { body["retry_at"] = .string(retryAt.description) }
        if lost { body["losses"] = .integer(Int64(status.losses)) }
        if transition.to.isGood {
            let outputs = (run.outputs[name] ?? []).map { ($0.name, JSONValue.string($0.digest.description)) }
            body["outputs"] = .object(Dictionary(outputs, uniquingKeysWith: { first, _ in first }))
        }
        try record(kind, body)
    }

    /// The run's end.
    func write(_ outcome: RunState) throws {
        try transaction.execute(
            "UPDATE pipeline_run SET state = ?, finished_at = ? WHERE id = ?",
            [.text(outcome.rawValue), .time(now), .text(run.id)]
        )
        var counts: [String: Int64] = [:]
        var failed: [JSONValue] = []
        for task in run.definition.tasks {
            guard let state = run.machine[task.name]?.state else { continue }
            counts[state.name, default: 0] += 1
            if state == .failed { failed.append(.string(task.name)) }
        }
        var body: [String: JSONValue] = [
            "pipeline": .string(run.definition.name),
            "tasks": .object(counts.mapValues(JSONValue.integer)),
        ]
        if !failed.isEmpty { body["failed"] = .array(failed) }
        if run.machine.isExpired { body["code"] = .string(ErrorCode.pipelineDeadlineExceeded.name) }
        try record("pipeline.run.\(outcome.rawValue)", body)
    }

    /// The row of an instance is made when it first moves: those that wait cost none.
    private func insertIfFresh(_ transition: TaskTransition, _ status: TaskStatus) throws {
        guard transition.from == .ready, status.attempt == (transition.to == .running ? 1 : 0),
            let (task, index) = InstanceName.parts(transition.task)
        else { return }
        try transaction.execute(
            """
            INSERT INTO pipeline_task (run_id, task, position, state, parent, map_index)
            VALUES (?, ?, ?, 'ready', ?, ?)
            """,
            [
                .text(run.id), .text(transition.task),
                .integer(Int64(run.definition.tasks.firstIndex { $0.name == task } ?? 0)), .text(task),
                .integer(Int64(index)),
            ]
        )
    }

    /// Why a task is left out that has no reason of its own: the first of those that it waits for which says so.
    private func reason(of name: String) -> String? {
        if let task = run.tasks[name], task.isForFailure, task.upstream.isEmpty { return "No task failed." }
        for other in run.tasks[name]?.upstream ?? [] {
            switch run.machine[other]?.state {
            case .failed: return "Task '\(other)' failed."
            case .skipped, .excused: return "Task '\(other)' was skipped."
            default: continue
            }
        }
        return nil
    }

    private func record(_ kind: String, _ body: [String: JSONValue]) throws {
        try transaction.record(
            JournalEvent(kind: kind, subject: "pipeline-run/\(run.id)", actor: "system", body: .object(body))
        )
    }

    private static func kind(_ state: TaskState, lost: Bool) -> String? {
        switch state {
        case .running: "pipeline.task.started"
        case .succeeded: "pipeline.task.succeeded"
        case .cached: "pipeline.task.cached"
        case .failed: "pipeline.task.failed"
        case .retrying: "pipeline.task.retrying"
        case .ready: lost ? "pipeline.task.lost" : nil
        case .excused: "pipeline.task.skipped"
        case .waiting, .skipped, .cancelled: nil
        }
    }

    /// The message with the last lines of the log, which stand in no journal event: logs may hold anything.
    private static func message(_ error: PlatformError) -> String {
        guard let tail = error.context["log_tail"], !tail.isEmpty else { return error.message }
        return error.message + "\n" + tail
    }
}
