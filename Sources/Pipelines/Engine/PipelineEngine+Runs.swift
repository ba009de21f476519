import Foundation
import Primitives
import Storage

extension PipelineEngine {
    /// The longest reason and idempotency key, in bytes.
    package static let maximumReasonBytes = 4096

    /// Accepts a run of the newest version; returns after it is durable. With an idempotency key that was used before, the
    /// earlier run's id is returned and nothing is started.
    ///
    /// - Parameters:
    ///   - parameters: values for the pipeline's parameters; text is read as the parameter's type.
    ///   - useCache: false executes every task, and refreshes the cache.
    /// - Returns: the run's id.
    /// - Throws: `pipeline_not_found`, `parameter_unknown`, `parameter_type`, `parameter_missing`, `idempotency_mismatch`.
    package nonisolated func start(
        pipeline: String,
        parameters: [String: JSONValue] = [:],
        reason: String,
        actor: String,
        idempotencyKey: String? = nil,
        useCache: Bool = true
    ) async throws -> String {
        guard reason.utf8.count <= Self.maximumReasonBytes, idempotencyKey?.utf8.count ?? 0 <= Self.maximumReasonBytes
        else {
            throw PlatformError(
                .tooLarge,
                "The reason or idempotency key is longer than \(Self.maximumReasonBytes) bytes."
            )
        }
        let version = try await store.version(of: pipeline)
        let definition = try version.definition()
        let values = try definition.resolve(parameters: parameters)
        let run = NewRun(
            id: ids(),
            version: version.version,
            definition: definition,
            parameters: values,
            reason: reason,
            actor: actor,
            key: idempotencyKey,
            useCache: useCache,
            at: clock.now()
        )
        let id = try await database.write { transaction in try run.insert(in: transaction) }
        mailbox.post(.created(id))
        return id
    }

    /// Cancels a run: nothing of it starts after this returns, and running tasks are ended. Cancelling twice is no error.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_run_finished`.
    package nonisolated func cancel(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            guard let row = try transaction.first("SELECT * FROM pipeline_run WHERE id = ?", [.text(id)]) else {
                throw PipelineStore.runNotFound(id)
            }
            let run = try RunRecord(row)
            if run.state == .running, run.cancelActor == nil {
                try transaction.execute(
                    "UPDATE pipeline_run SET cancel_actor = ? WHERE id = ?",
                    [.text(actor), .text(id)]
                )
                try transaction.record(
                    JournalEvent(
                        kind: "pipeline.run.cancel_requested",
                        subject: "pipeline-run/\(id)",
                        actor: actor,
                        body: ["pipeline": .string(run.pipeline)]
                    )
                )
            } else if run.state != .running, run.state != .cancelled {
                throw PlatformError(
                    .pipelineRunFinished,
                    "Run '\(id)' has \(run.state.rawValue) already.",
                    nextStep: "Look at it with 'aku pipelines show \(id)'.",
                    context: ["run_id": id]
                )
            }
        }
        mailbox.post(.cancel(id))
    }

    /// Bytes of a task's log from an offset, at most 1 MiB.
    ///
    /// - Parameters:
    ///   - attempt: the latest when nil.
    /// - Returns: the bytes, the attempt they belong to, and whether more can come.
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`.
    package nonisolated func log(
        run id: String,
        task name: String,
        attempt: Int? = nil,
        offset: Int64 = 0,
        limit: Int = 1 << 20
    ) async throws -> (bytes: Data, attempt: Int, isOpen: Bool) {
        let detail = try await store.run(id)
        guard let task = detail.tasks.first(where: { $0.task == name }) else {
            throw PlatformError(
                .pipelineTaskNotFound,
                "Run '\(id)' has no task '\(name.prefix(128))'.",
                nextStep: Suggestion.phrase(for: name, among: detail.tasks.map(\.task)),
                context: ["run_id": id, "task": name]
            )
        }
        // A linked task has no log of its own; the log of the execution that it is linked to says what happened.
        if let source = task.cachedFrom, source != id {
            return try await log(run: source, task: name, offset: offset, limit: limit)
        }
        let wanted = attempt ?? task.status.attempt
        let bytes = LogFile.read(workspace.log(id, name, wanted), from: offset, limit: min(limit, 1 << 20))
        return (bytes, wanted, !task.status.state.isFinal)
    }

    /// The execution that wrote an object or tree; nil when none did. See `PipelineStore.producer`.
    package nonisolated func producer(of digest: Digest) async throws -> TaskExecution? {
        try await store.producer(of: digest)
    }
}

/// A run about to be written.
private struct NewRun: Sendable {
    let id: String
    let version: Int
    let definition: PipelineDefinition
    let parameters: [String: JSONValue]
    let reason: String
    let actor: String
    let key: String?
    let useCache: Bool
    let at: Timestamp

    /// - Returns: the id, or that of the earlier run with the same key.
    func insert(in transaction: any SQLTransaction) throws -> String {
        if let key, let earlier = try earlier(key, transaction) { return earlier }
        try transaction.execute(
            """
            INSERT INTO pipeline_run (id, pipeline, version, parameters, reason, actor, idempotency_key, use_cache, state, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)
            """,
            [
                .text(id), .text(definition.name), .integer(Int64(version)), try .json(parameters), .text(reason),
                .text(actor),
                .optional(key), .bool(useCache), .time(at),
            ]
        )
        for (position, task) in definition.tasks.enumerated() {
            try transaction.execute(
                "INSERT INTO pipeline_task (run_id, task, position, state) VALUES (?, ?, ?, 'waiting')",
                [.text(id), .text(task.name), .integer(Int64(position))]
            )
        }
        try transaction.record(
            JournalEvent(
                kind: "pipeline.run.created",
                subject: "pipeline-run/\(id)",
                actor: actor,
                body: [
                    "pipeline": .string(definition.name), "version": .integer(Int64(version)),
                    "reason": .string(reason),
                    "parameters": .object(parameters),
                ]
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
