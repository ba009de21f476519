import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage
import Synchronization

/// Executes the tasks of finished runs again, each from the inputs that it had, and compares what comes out with what came
/// out then. One verification at a time, one task at a time, beside the engine and in folders of its own.
///
/// Nothing that it makes is registered: no output, no cache entry, no run. A task gets no token and no address of the
/// server, so that it changes nothing there; what it made again is collected like any object that nothing names.
package final class RunVerifier: Service {
    /// The most verifications that wait.
    static let maximumWaiting = 16
    /// The most that are remembered after their end; a restart forgets all. The journal keeps the results.
    static let maximumRemembered = 64

    private let engine: PipelineEngine
    private let executor: LocalExecutor
    private let comparison: OutputComparison
    private let logger: Logger
    private let known = Mutex<[String: RunVerification]>([:])
    private let requests: AsyncStream<String>
    private let request: AsyncStream<String>.Continuation

    /// Over the engine's stores and environments.
    package init(engine: PipelineEngine, logger: Logger) {
        self.engine = engine
        self.logger = logger
        executor = engine.executor.inside(Workspace(root: engine.workspace.root + "/verifications"))
        comparison = OutputComparison(objects: engine.objects)
        (requests, request) = AsyncStream.makeStream()
    }

    /// Accepts a verification.
    ///
    /// - Parameter tasks: those to execute; every one when empty.
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`, `pipeline_run_unfinished`, `verification_busy`.
    package func start(run id: String, tasks wanted: [String], actor: String) async throws -> RunVerification {
        let detail = try await engine.store.run(id)
        for task in wanted where !detail.tasks.contains(where: { $0.task == task }) {
            throw PipelineStore.taskNotFound(task, run: id)
        }
        guard detail.run.state != .running else {
            throw PlatformError(
                .pipelineRunUnfinished,
                "Run '\(id)' is still under way.",
                nextStep: "Wait for its end: aku pipelines watch \(id)",
                context: ["run_id": id]
            )
        }
        let definition = try await engine.store.version(of: detail.run.pipeline, detail.run.version).definition()
        let verification = RunVerification(
            id: engine.ids(),
            run: id,
            pipeline: detail.run.pipeline,
            actor: actor,
            startedAt: engine.clock.now(),
            state: .running,
            tasks: definition.levels.map(\.task.name).filter { wanted.isEmpty || wanted.contains($0) }
                .map { TaskVerification(task: $0, verdict: .waiting) }
        )
        try known.withLock { known in
            guard known.values.count(where: { $0.state == .running }) < Self.maximumWaiting else {
                throw PlatformError(
                    .verificationBusy,
                    "\(Self.maximumWaiting) verifications wait already.",
                    nextStep: "Try again when one is over."
                )
            }
            let over = known.values.filter { $0.state != .running }.map(\.id).sorted()
            for id in over.dropLast(Self.maximumRemembered - 1) { known[id] = nil }
            known[verification.id] = verification
        }
        request.yield(verification.id)
        return verification
    }

    /// A verification as it stands.
    ///
    /// - Throws: `verification_not_found`.
    package func verification(_ id: String, of run: String) throws -> RunVerification {
        guard let found = known.withLock({ $0[id] }), found.run == run else {
            throw PlatformError(
                .verificationNotFound,
                "Run '\(run.prefix(64))' has no verification '\(id.prefix(64))' under way or just over.",
                nextStep: "A restart of the server ends verifications; start it again. Results stay in the "
                    + "journal as pipeline.run.verified.",
                context: ["run_id": run, "verification": id]
            )
        }
        return found
    }

    /// Works through what was accepted until graceful shutdown.
    package func run() async throws {
        try executor.workspace.prepare()
        let reaper = OrphanReaper(workspace: executor.workspace, logger: logger)
        _ = try await engine.objects.blocking { _ in reaper.reap() }
        await cancelWhenGracefulShutdown { [self] in
            for await id in requests {
                if Task.isCancelled { break }
                await perform(id)
            }
        }
    }

    // MARK: - One verification

    private func perform(_ id: String) async {
        guard let request = known.withLock({ $0[id] }) else { return }
        do {
            let detail = try await engine.store.run(request.run)
            let version = try await engine.store.version(of: detail.run.pipeline, detail.run.version)
            let run = try ActiveRun(detail, version)
            for index in request.tasks.indices where !Task.isCancelled {
                var task = request.tasks[index]
                task.verdict = .running
                note(id) { $0.tasks[index].verdict = .running }
                task = try await verify(task, in: run, detail, verification: id)
                note(id) { [task] in $0.tasks[index] = task }
            }
        } catch {
            note(id) { verification in
                for index in verification.tasks.indices
                where [.waiting, .running].contains(verification.tasks[index].verdict) {
                    verification.tasks[index].verdict = .failed
                    verification.tasks[index].reason = "\(error)"
                }
            }
        }
        Workspace.remove("\(executor.workspace.attempts)/\(id)")
        Workspace.remove("\(executor.workspace.root)/logs/\(id)")
        await conclude(id)
    }

    private func conclude(_ id: String) async {
        let isStopped = Task.isCancelled, now = engine.clock.now()
        note(id) { verification in
            verification.finishedAt = now
            verification.state = isStopped ? .stopped : verification.conclusion
        }
        guard !isStopped, let done = known.withLock({ $0[id] }) else { return }
        do {
            _ = try await engine.database.write { transaction in try transaction.record(done.event) }
        } catch {
            logger.error("the result of a verification could not be written", metadata: ["error": "\(error)"])
        }
    }

    private func note(_ id: String, _ change: (inout RunVerification) -> Void) {
        known.withLock { known in
            guard var verification = known[id] else { return }
            change(&verification)
            known[id] = verification
        }
    }

    // MARK: - One task

    private func verify(
        _ start: TaskVerification,
        in run: ActiveRun,
        _ detail: RunDetail,
        verification id: String
    ) async throws -> TaskVerification {
        var result = start
        guard let task = run.tasks[start.task], let record = detail.tasks.first(where: { $0.task == start.task }) else {
            return result
        }
        if let reason = Self.reasonToSkip(task, record) {
            result.verdict = .skipped
            result.reason = reason
            return result
        }
        let now = run.components(of: task, interpreter: executor.interpreter.current())
        result.identity = record.components.map { now.differences(from: $0) } ?? []
        let changes = result.identity
        result.identity += try await engine.database.read { try PipelineStore.packages(changes, $0) }
        let begun = engine.clock.now()
        let outcome = await executor.execute(run.rehearsal(of: task, id: id), token: nil, control: AttemptControl())
        result.durationMilliseconds = max(0, engine.clock.now().milliseconds - begun.milliseconds)
        switch outcome {
        case .succeeded(let outputs):
            for before in detail.outputs[task.name] ?? [] {
                guard let now = outputs.first(where: { $0.name == before.name }) else { continue }
                if let difference = try await comparison.difference(before, now) { result.outputs.append(difference) }
            }
            result.verdict = result.outputs.isEmpty ? .same : .different
        case .failed(let error), .lost(let error):
            result.verdict = .failed
            result.reason = error.message
            if let tail = error.context["log_tail"], !tail.isEmpty { result.reason += "\n" + tail }
        case .stopped:
            result.verdict = .failed
            result.reason = "The server went down meanwhile."
        }
        return result
    }

    private static func reasonToSkip(_ task: TaskDefinition, _ record: TaskRecord) -> String? {
        if !record.status.state.isGood { return "It has no outputs in this run: it is \(record.status.state.name)." }
        if task.map != nil { return "It is mapped: its instances are not executed again." }
        if task.placement.executor != .process {
            return "It runs on the executor '\(task.placement.executor.rawValue)', and a rehearsal is a process."
        }
        if task.policy.verify == false { return "It declares 'verify: false'." }
        if task.policy.verify == nil, !task.cache { return "It declares 'cache: false'." }
        return nil
    }
}

extension ActiveRun {
    /// An attempt whose outputs are only compared.
    func rehearsal(of task: TaskDefinition, id: String) -> AttemptOrder {
        var order = order(task)
        order.run = id
        order.attempt = 1
        order.isRehearsal = true
        // The server is not to be reached; what needs nothing else needs no network then.
        if order.network == .platform { order.network = NetworkAccess.none }
        return order
    }
}

extension RunVerification {
    /// What the journal keeps of it.
    var event: JournalEvent {
        var body: [String: JSONValue] = [
            "pipeline": .string(pipeline), "verification": .string(id), "result": .string(state.rawValue),
            "tasks": .object(
                Dictionary(
                    tasks.map { ($0.task, .string($0.verdict.rawValue)) },
                    uniquingKeysWith: { first, _ in first }
                )
            ),
        ]
        let differences = tasks.flatMap { task in
            task.outputs.map { output -> JSONValue in
                var out: [String: JSONValue] = [
                    "task": .string(task.task), "output": .string(output.output), "file": .string(output.file),
                    "kind": .string(output.kind.rawValue),
                ]
                if let offset = output.offset { out["offset"] = .integer(offset) }
                return .object(out)
            }
        }
        if !differences.isEmpty { body["differences"] = .array(differences) }
        return JournalEvent(
            kind: "pipeline.run.verified",
            subject: "pipeline-run/\(run)",
            actor: actor,
            body: .object(body)
        )
    }
}
