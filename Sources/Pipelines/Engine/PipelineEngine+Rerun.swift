import Foundation
import Primitives
import Storage

extension PipelineEngine {
    /// Runs part of an ended run again, as a new run of the same version with the same parameters: the tasks named and all
    /// that wait for them are executed, whatever the cache has; every other task that ended well keeps what it wrote. Where
    /// none is named, what did not end well begins again, and may be served from the cache.
    ///
    /// - Parameters:
    ///   - names: tasks to begin with; nil for all that did not end well.
    ///   - idempotencyKey: as for `start`.
    /// - Returns: the new run's id; it is durable.
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`, `pipeline_run_unfinished`, `pipeline_rerun_empty`,
    ///   `pipeline_rerun_engine`, `idempotency_mismatch`.
    package nonisolated func rerun(
        _ id: String,
        from names: [String]? = nil,
        reason: String = "",
        actor: String,
        idempotencyKey: String? = nil
    ) async throws -> String {
        try Self.check(reason: reason, key: idempotencyKey)
        let new = ids(), now = clock.now(), objects = objects
        let started = try await database.write { transaction -> String in
            let rerun = try Rerun(id, from: names, objects: objects, in: transaction)
            return try rerun.insert(
                new,
                reason: reason.isEmpty ? "again from \(rerun.begin.joined(separator: ", "))" : reason,
                actor: actor,
                key: idempotencyKey,
                at: now,
                in: transaction
            )
        }
        mailbox.post(.created(started))
        return started
    }
}

/// An ended run of which a part is to run again.
private struct Rerun {
    private let origin: RunDetail
    private let version: PipelineVersion
    private let definition: PipelineDefinition
    /// Tasks that it begins with.
    let begin: [String]
    /// Tasks that are executed whatever the cache has.
    let fresh: Set<String>
    /// Tasks that keep what they wrote.
    private let kept: [TaskRecord]

    init(_ id: String, from names: [String]?, objects: ObjectStore, in reader: any SQLReader) throws {
        guard let origin = try PipelineStore.detail(id, in: reader),
            let version = try PipelineStore.version(of: origin.run.pipeline, origin.run.version, in: reader)
        else { throw PipelineStore.runNotFound(id) }
        self.origin = origin
        self.version = version
        definition = try version.definition()
        guard origin.run.engine == PipelineEngine.ownEngine else {
            throw PlatformError(
                .pipelineRerunEngine,
                "Run '\(id)' is led by \(origin.run.engine).",
                nextStep: "Run it again there; what ended well is taken from the cache.",
                context: ["run_id": id]
            )
        }
        guard origin.run.state != .running else {
            throw PlatformError(
                .pipelineRunUnfinished,
                "Run '\(id)' is not over yet.",
                nextStep: "Wait for it, or end it with 'aku pipelines cancel \(id)'.",
                context: ["run_id": id]
            )
        }
        for name in names ?? [] where definition.task(name) == nil { throw PipelineStore.taskNotFound(name, run: id) }
        // What runs after a failure begins by itself where the new run fails, too.
        let forFailure = Set(definition.tasks.filter(\.isForFailure).map(\.name))
        let first =
            names
            ?? origin.tasks.filter {
                !$0.status.state.isGood && $0.status.state != .excused && !forFailure.contains($0.task)
            }.map(\.task)
        guard !first.isEmpty else {
            throw PlatformError(
                .pipelineRerunEmpty,
                "Every task of run '\(id)' ended well, and none is named.",
                nextStep: "Name the task to begin with: aku pipelines rerun \(id) --from TASK",
                context: ["run_id": id]
            )
        }
        let again = definition.downstream(of: first)
        begin = first.sorted()
        // What failed is not in the cache, but instances of a mapped task that ended well are: they need no second time.
        fresh = names == nil ? [] : again
        kept = origin.tasks.filter { task in
            task.status.state.isGood && !again.contains(task.task) && !forFailure.contains(task.task)
                && origin.outputs[task.task, default: []].allSatisfy { objects.holdsAll(of: $0) }
        }
    }

    func insert(
        _ id: String,
        reason: String,
        actor: String,
        key: String?,
        at: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> String {
        var run = NewRun(
            id: id,
            version: version.version,
            definition: definition,
            parameters: origin.run.parameters,
            reason: reason,
            actor: actor,
            key: key,
            useCache: origin.run.useCache,
            at: at
        )
        run.scheduled = origin.run.scheduled.map { ScheduledTime(schedule: $0.schedule, time: $0.time) }
        run.rerun = .init(of: origin.run.id, fresh: fresh.sorted(), kept: kept.map(\.task))
        let stored = try run.insert(in: transaction)
        // The key was used before: that run stands for this one.
        guard stored == id else { return stored }
        for task in kept {
            try transaction.execute(
                """
                UPDATE pipeline_task SET state = 'cached', identity = ?, components = ?, cached_from = ?, finished_at = ?
                WHERE run_id = ? AND task = ?
                """,
                [
                    .optional(task.identity?.description),
                    .optional(try task.components.map { try CanonicalJSON.text($0) }),
                    .text(task.cachedFrom ?? origin.run.id), .time(at), .text(id), .text(task.task),
                ]
            )
            let outputs = origin.outputs[task.task, default: []]
            try PipelineStore.write(outputs, of: id, task: task.task, in: transaction)
        }
        return id
    }
}

extension PipelineDefinition {
    /// These tasks and all that wait for them, directly or not.
    func downstream(of names: [String]) -> Set<String> {
        var found = Set(names)
        // Tasks stand in any order in the file: again until nothing is added.
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for task in tasks where !found.contains(task.name) && task.upstream.contains(where: found.contains) {
                found.insert(task.name)
                isGrowing = true
            }
        }
        return found
    }
}
