import Foundation
import Primitives
import Storage

extension PipelineEngine {
    /// The longest reason and idempotency key, in bytes.
    package static let maximumReasonBytes = 4096

    /// Accepts a run of the newest version; returns after it is durable. With an idempotency key that was used before,
    /// the
    /// earlier run's id is returned and nothing is started.
    ///
    /// - Parameters:
    ///   - parameters: values for the pipeline's parameters; text is read as the parameter's type.
    ///   - useCache: false executes every task, and refreshes the cache.
    /// - Returns: the run's id.
    /// - Throws: `pipeline_not_found`, `parameter_unknown`, `parameter_type`, `parameter_missing`,
    /// `idempotency_mismatch`.
    package nonisolated func start(
        pipeline: String,
        parameters: [String: JSONValue] = [:],
        reason: String,
        actor: String,
        idempotencyKey: String? = nil,
        useCache: Bool = true
    ) async throws -> String {
        try Self.check(reason: reason, key: idempotencyKey)
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
        configuration.crashPoints.pass(.runAccepted)
        mailbox.post(.created(id))
        return id
    }

    /// Checks the length of what stands with a new run.
    ///
    /// - Throws: `too_large`.
    static func check(reason: String, key: String?) throws {
        guard reason.utf8.count <= Self.maximumReasonBytes, key?.utf8.count ?? 0 <= Self.maximumReasonBytes
        else {
            throw PlatformError(
                .tooLarge,
                "The reason or idempotency key is longer than \(Self.maximumReasonBytes) bytes."
            )
        }
    }

    /// Cancels a run: nothing of it starts after this returns, and running tasks are ended. Cancelling twice is no
    /// error.
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
        try await cancelExternal(id)
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
        let task = try await store.task(run: id, name)
        // A linked task has no log of its own; the log of the execution that it is linked to says what happened.
        if let source = task.cachedFrom, let identity = task.identity,
            let origin = try await store.origin(of: identity, in: source), source != id || origin != name
        {
            return try await log(run: source, task: origin, offset: offset, limit: limit)
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
