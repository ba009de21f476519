import Foundation
import Primitives
import Storage

extension PipelineEngine {
    /// Asks for a task of an external run: answered from the cache, or with the attempt to run. An attempt that is still
    /// on its way is fenced out and counted as lost.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_run_not_external`, `pipeline_task_not_found`,
    ///   `task_upstream_unfinished`, `task_over`, `task_cancelled`.
    package nonisolated func claim(run id: String, task name: String) async throws -> ExternalClaim {
        let answer = try await change(id) { stepper, detail -> Result<ExternalClaim, PlatformError> in
            guard let status = stepper.runs[id]?.machine[name] else { throw Self.noTask(name, detail) }
            if let image = stepper.runs[id]?.tasks[name]?.placement.image { throw Self.needsImage(name, image) }
            if status.state.isGood {
                let outputs = detail.outputs[name] ?? []
                return .success(.committed(outputs: outputs, isCached: status.state == .cached))
            }
            switch status.state {
            case .excused:
                return .success(.skipped(reason: detail.tasks.first { $0.task == name }?.skipReason ?? ""))
            case .waiting: throw Self.waiting(name, stepper.runs[id])
            case .running:
                let error = PlatformError(.taskLost, "Another attempt of the task took the place of this one.")
                try stepper.take([.ended(run: id, task: name, attempt: status.attempt, .lost(error))])
            case .retrying: try stepper.take([.retryDue(run: id, task: name)])
            default: break
            }
            guard let run = stepper.runs[id], run.machine[name]?.state == .ready else {
                return .failure(Self.over(name, stepper.runs[id]?.machine[name]?.state ?? status.state, detail))
            }
            _ = try stepper.advance(id, name)
            for case .start(let order) in stepper.actions {
                try Self.heard(id, name, stepper)
                return .success(.order(order, token: nil))
            }
            var isCached = true
            let row = try stepper.transaction.first(
                "SELECT * FROM pipeline_task WHERE run_id = ? AND task = ?",
                [.text(id), .text(name)]
            )
            if let record = try row.map(TaskRecord.init) {
                isCached = record.status.state == .cached
                if record.status.state == .excused { return .success(.skipped(reason: record.skipReason ?? "")) }
                if let failure = record.failure, record.status.state == .failed {
                    return .failure(
                        PlatformError(.taskConditionFailed, failure.message, nextStep: failure.nextStep)
                    )
                }
            }
            let linked = try PipelineStore.outputs(of: id, task: name, in: stepper.transaction)[name] ?? []
            return .success(.committed(outputs: linked, isCached: isCached))
        }
        // Thrown only now, so that what the machine decided is kept.
        guard case .order(let order, _) = try answer.get() else { return try answer.get() }
        return .order(order, token: try await issueTaskToken(id, name))
    }

    /// An attempt reports that it is alive, with what it wrote to its log since it last did.
    ///
    /// - Parameters:
    ///   - log: bytes from `offset` on; what is there already is not written again.
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`.
    package nonisolated func report(
        run id: String,
        task name: String,
        attempt: Int,
        log: Data,
        offset: Int64
    ) async throws -> ExternalVerdict {
        if try await isOwn(id) {
            return try await reportOwn(AttemptID(run: id, task: name, attempt: attempt), log: log, offset: offset)
        }
        let verdict = try await change(id) { stepper, detail -> ExternalVerdict in
            guard let status = stepper.runs[id]?.machine[name] else { throw Self.noTask(name, detail) }
            guard status.state == .running, status.attempt == attempt else { return .superseded }
            try Self.heard(id, name, stepper)
            return detail.run.cancelActor == nil ? .running : .cancelled
        }
        if verdict != .superseded { try append(log, at: offset, to: workspace.log(id, name, attempt)) }
        return verdict
    }

    /// Takes the end of an attempt in. The same end again is no error.
    ///
    /// - Throws: `task_attempt_superseded`, `task_output_missing`, `object_missing`, and those of `report`.
    package nonisolated func conclude(
        run id: String,
        task name: String,
        attempt: Int,
        _ outcome: AttemptOutcome
    ) async throws {
        if try await isOwn(id) {
            return try await concludeOwn(AttemptID(run: id, task: name, attempt: attempt), outcome)
        }
        let objects = objects
        try await change(id) { stepper, detail in
            guard let run = stepper.runs[id], let status = run.machine[name] else { throw Self.noTask(name, detail) }
            if case .succeeded(let outputs) = outcome {
                let known = detail.outputs[name] ?? []
                if status.state == .succeeded, status.attempt == attempt,
                    known == outputs.sorted(by: { $0.name < $1.name })
                {
                    return
                }
                try Self.check(outputs, of: run.tasks[name], objects)
            }
            guard status.state == .running, status.attempt == attempt else {
                throw PlatformError(
                    .taskAttemptSuperseded,
                    "Attempt \(attempt) of task '\(name)' is not on its way: the task is \(status.state.name), "
                        + "attempt \(status.attempt).",
                    nextStep: "Nothing: what this attempt did does not count.",
                    context: ["run_id": id, "task": name, "attempt": String(attempt)]
                )
            }
            try stepper.take([.ended(run: id, task: name, attempt: attempt, outcome)])
        }
    }

    /// Ends attempts of external runs that were not heard of for the lease.
    ///
    /// - Returns: how many.
    @discardableResult
    nonisolated func expireExternalAttempts() async throws -> Int {
        let before = clock.now().advanced(byMilliseconds: -Self.externalLeaseMilliseconds)
        let silent = try await database.read { reader in
            try reader.query(
                """
                SELECT t.run_id, t.task, t.attempt FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
                WHERE r.state = 'running' AND r.engine <> ? AND t.state = 'running' AND t.heartbeat_at < ?
                """,
                [.text(Self.ownEngine), .time(before)]
            ).map { try (run: $0.text("run_id"), task: $0.text("task"), attempt: Int($0.integer("attempt"))) }
        }
        for (run, task, attempt) in silent {
            let error = PlatformError(
                .taskLost,
                "The attempt was not heard of for \(Self.externalLeaseMilliseconds / 1000) s.",
                nextStep: "The engine that runs it may begin it again."
            )
            try await change(run) { stepper, _ in
                try stepper.take([.ended(run: run, task: task, attempt: attempt, .lost(error))])
            }
        }
        return silent.count
    }

    /// Looks for silent attempts until it is cancelled.
    nonisolated func watchExternalAttempts() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            _ = try? await expireExternalAttempts()
        }
    }

    // MARK: - Parts

    private static func heard(_ id: String, _ task: String, _ stepper: RunStepper) throws {
        try stepper.transaction.execute(
            "UPDATE pipeline_task SET heartbeat_at = ? WHERE run_id = ? AND task = ?",
            [.time(stepper.now), .text(id), .text(task)]
        )
    }

    nonisolated func append(_ bytes: Data, at offset: Int64, to path: String) throws {
        if bytes.isEmpty { return }
        try workspace.prepare()
        try Workspace.makeFolder((path as NSString).deletingLastPathComponent)
        let size = LogFile.size(path)
        // A gap or a log beyond the bound is the sender's mistake; the log is help for people and loses no run.
        guard offset >= 0, offset <= size, size + Int64(bytes.count) <= PipelineConfiguration.maximumExternalLogBytes,
            offset + Int64(bytes.count) > size, let file = fopen(path, "a")
        else { return }
        defer { fclose(file) }
        let fresh = bytes.dropFirst(Int(size - offset))
        fresh.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    }

    static func check(_ outputs: [TaskOutput], of task: TaskDefinition?, _ objects: ObjectStore) throws {
        let declared = task?.outputs ?? []
        guard outputs.map(\.name).sorted() == declared.sorted() else {
            throw PlatformError(
                .taskOutputMissing,
                "The attempt reports the outputs [\(outputs.map(\.name).sorted().joined(separator: ", "))]; "
                    + "the task declares [\(declared.sorted().joined(separator: ", "))].",
                nextStep: "Report each declared output once."
            )
        }
        for output in outputs {
            switch output.kind {
            case .file: _ = try objects.size(output.digest)
            case .tree: for entry in try objects.tree(output.digest).entries { _ = try objects.size(entry.digest) }
            }
        }
    }

    static func noTask(_ name: String, _ detail: RunDetail) -> PlatformError {
        PlatformError(
            .pipelineTaskNotFound,
            "Run '\(detail.run.id)' has no task '\(name.prefix(128))'.",
            nextStep: Suggestion.phrase(for: name, among: detail.tasks.map(\.task)),
            context: ["run_id": detail.run.id, "task": name]
        )
    }

    private static func needsImage(_ name: String, _ image: String) -> PlatformError {
        PlatformError(
            .executorRefused,
            "Task '\(name)' runs in the image '\(image)', and a task that another engine asks for runs as a process.",
            nextStep: "Run the pipeline on the platform's own engine, or take 'image' away.",
            context: ["task": name, "image": image]
        )
    }

    private static func waiting(_ name: String, _ run: ActiveRun?) -> PlatformError {
        let open = (run?.tasks[name]?.upstream ?? []).compactMap { other -> String? in
            guard let state = run?.machine[other]?.state, !state.isGood else { return nil }
            return "\(other) is \(state.name)"
        }
        return PlatformError(
            .taskUpstreamUnfinished,
            "Task '\(name)' waits for others: \(open.joined(separator: ", ")).",
            nextStep: "Begin it when they are committed; the order is in the pipeline file.",
            context: ["task": name]
        )
    }

    private static func over(_ name: String, _ state: TaskState, _ detail: RunDetail) -> PlatformError {
        if detail.run.cancelActor != nil {
            return PlatformError(.taskCancelled, "Run '\(detail.run.id)' was cancelled.", context: ["task": name])
        }
        return PlatformError(
            .taskOver,
            "Task '\(name)' of run '\(detail.run.id)' is \(state.name) and is not begun again.",
            nextStep: "Start a new run; what had succeeded comes from the cache.",
            context: ["run_id": detail.run.id, "task": name, "state": state.name]
        )
    }
}
