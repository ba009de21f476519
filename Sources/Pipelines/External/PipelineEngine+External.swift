import Foundation
import Primitives
import Storage

/// Runs whose tasks another engine starts. The platform keeps their state by the same rules as for its own runs (one state
/// machine, one writer, one cache), and its own engine leaves them alone. An attempt's number fences it: only the latest
/// may report.
extension PipelineEngine {
    /// The engine of the platform itself, as runs name it.
    package static let ownEngine = "aku"
    /// Engines that may run tasks.
    package static let externalEngines = ["airflow", "argo", "prefect"]
    /// The longest id of a run in another engine, in bytes.
    package static let maximumExternalIDBytes = 250
    /// An attempt that is not heard of for so long is lost.
    package static let externalLeaseMilliseconds: Int64 = 30_000

    /// Accepts a run of the newest version that another engine executes. The same engine, pipeline and external id name
    /// one run, however often and from wherever this is called.
    ///
    /// - Returns: the run's id.
    /// - Throws: `engine_unknown`, `invalid_argument`, `pipeline_not_found`, `parameter_unknown`, `parameter_type`,
    ///   `parameter_missing`, `idempotency_mismatch`.
    package nonisolated func startExternal(
        pipeline: String,
        engine: String,
        externalID: String,
        parameters: [String: JSONValue],
        actor: String
    ) async throws -> String {
        try Self.check(engine: engine, externalID: externalID)
        let version = try await store.version(of: pipeline)
        let definition = try version.definition()
        try definition.checkExportable()
        let run = NewRun(
            id: ids(),
            version: version.version,
            definition: definition,
            parameters: try definition.resolve(parameters: parameters),
            reason: "\(engine) run \(externalID)",
            actor: actor,
            key: "\(engine)/\(externalID)",
            useCache: true,
            at: clock.now()
        )
        let id = try await database.write { transaction in
            let id = try run.insert(in: transaction)
            if id == run.id {
                try transaction.execute(
                    "UPDATE pipeline_run SET engine = ?, external_id = ? WHERE id = ?",
                    [.text(engine), .text(externalID), .text(id)]
                )
            }
            return id
        }
        if id == run.id { try await change(id) { stepper, _ in try stepper.take([.created(id)]) } }
        return id
    }

    /// The run that `startExternal` made.
    ///
    /// - Throws: `engine_unknown`, `invalid_argument`, `pipeline_run_not_found`.
    package nonisolated func externalRun(pipeline: String, engine: String, externalID: String) async throws -> String {
        try Self.check(engine: engine, externalID: externalID)
        let id = try await database.read { reader in
            try reader.first(
                "SELECT id FROM pipeline_run WHERE pipeline = ? AND engine = ? AND external_id = ?",
                [.text(pipeline), .text(engine), .text(externalID)]
            )?.text("id")
        }
        guard let id else {
            throw PlatformError(
                .pipelineRunNotFound,
                "No run of '\(pipeline.prefix(128))' is known as \(engine) run '\(externalID)'.",
                nextStep: "'aku task exec' makes it when its first task begins."
            )
        }
        return id
    }

    /// Says that the other engine is done with a run: what has not ended by now is cancelled. A run that is over stays as
    /// it is.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_run_not_external`.
    package nonisolated func finishExternal(_ id: String, actor: String) async throws {
        try await change(id) { stepper, detail in
            guard detail.run.state == .running else { return }
            try stepper.transaction.execute(
                "UPDATE pipeline_run SET cancel_actor = COALESCE(cancel_actor, ?) WHERE id = ?",
                [.text(actor), .text(id)]
            )
            let under = stepper.runs[id]?.machine
            try stepper.take([.cancel(id)])
            for task in under?.running ?? [] {
                let attempt = under?[task]?.attempt ?? 0
                try stepper.take([.ended(run: id, task: task, attempt: attempt, .stopped(.cancelled))])
            }
        }
    }

    /// Takes a recorded cancellation in; tasks under way hear of it at their next report. Runs of the own engine are left
    /// to its loop.
    nonisolated func cancelExternal(_ id: String) async throws {
        guard try await store.run(id).run.engine != Self.ownEngine else { return }
        try await change(id) { stepper, _ in try stepper.take([.cancel(id)]) }
    }

    /// Changes one run in one transaction, from what the database holds. The first statement takes the row's lock, so that
    /// servers on one database follow each other.
    nonisolated func change<T: Sendable>(
        _ id: String,
        _ body: @escaping @Sendable (inout RunStepper, RunDetail) throws -> T
    ) async throws -> T {
        let objects = objects, now = clock.now()
        return try await database.write { transaction in
            try transaction.execute("UPDATE pipeline_run SET engine = engine WHERE id = ?", [.text(id)])
            guard let detail = try PipelineStore.detail(id, in: transaction) else {
                throw PipelineStore.runNotFound(id)
            }
            guard detail.run.engine != Self.ownEngine else {
                throw PlatformError(
                    .pipelineRunNotExternal,
                    "Run '\(id)' belongs to the platform's own engine.",
                    nextStep: "It starts the tasks itself; look at them with 'aku pipelines runs \(id)'.",
                    context: ["run_id": id]
                )
            }
            guard
                let version = try PipelineStore.version(of: detail.run.pipeline, detail.run.version, in: transaction)
            else { throw PipelineStore.notFound(detail.run.pipeline, detail.run.version) }
            var run = try ActiveRun(detail, version)
            for task in detail.tasks {
                guard let components = task.components, let identity = task.identity else { continue }
                run.components[task.task] = (components, identity)
            }
            var stepper = RunStepper(transaction, objects: objects, now: now, runs: [id: run], places: 1)
            return try body(&stepper, detail)
        }
    }

    private static func check(engine: String, externalID: String) throws {
        guard externalEngines.contains(engine) else {
            throw PlatformError(
                .engineUnknown,
                "'\(engine.prefix(40))' is no engine that runs tasks for the platform.",
                nextStep: Suggestion.phrase(for: engine, among: externalEngines),
                context: ["engine": engine]
            )
        }
        guard (1...maximumExternalIDBytes).contains(externalID.utf8.count) else {
            throw PlatformError(
                .invalidArgument,
                "The id of the run in the other engine has \(externalID.utf8.count) bytes; "
                    + "from 1 to \(maximumExternalIDBytes) are good."
            )
        }
    }
}
