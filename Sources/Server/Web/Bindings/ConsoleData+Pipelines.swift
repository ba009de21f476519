import Foundation
import Pipelines
import Primitives

extension ConsoleData {
    /// Answers the questions about pipelines.
    mutating func bind(pipelines store: PipelineStore, engine: PipelineEngine) {
        pipelines = { count in
            var out: [Console.Pipeline] = []
            for summary in try await store.pipelines().prefix(100) {
                out.append(try await Self.pipeline(summary.name, summary.latestVersion, summary.summary, count, store))
            }
            return out
        }
        pipeline = { name, count in
            let version = try await store.version(of: name)
            let definition = try version.definition()
            var pipeline = try await Self.pipeline(name, version.version, definition.summary, count, store)
            pipeline.parameters = definition.parameters.map {
                Console.Parameter(
                    name: $0.name,
                    type: $0.type.rawValue,
                    standard: $0.standard?.commandText,
                    summary: $0.summary
                )
            }
            pipeline.schedules = try await ScheduleStore(engine: engine).list(pipeline: name, next: 3)
                .map(Console.Schedule.init)
            pipeline.backfills = try await BackfillStore(engine: engine).list(pipeline: name, limit: 10)
                .map(Console.Backfill.init)
            return pipeline
        }
        pipelineRun = { id in
            let (detail, definition) = try await store.runWithDefinition(id)
            var run = Console.PipelineRun(detail, definition)
            if run.tasks.count <= Self.maximumExplained {
                let reasons = try await store.explain(id).map { ($0.task, $0.words) }
                let known = Dictionary(reasons, uniquingKeysWith: { first, _ in first })
                for index in run.tasks.indices { run.tasks[index].cacheReason = known[run.tasks[index].name] ?? nil }
            }
            return run
        }
        taskInstances = { id, task, query in
            let (detail, definition) = try await store.runWithDefinition(id)
            let run = Console.PipelineRun(detail, definition)
            guard let task = run.tasks.first(where: { $0.name == task }) else {
                throw ConsoleData.missing("task of the run", task)
            }
            let page = try await store.instances(run: id, task: task.name, state: query.state, after: query.after)
            return Console.Instances(
                run: run,
                task: task,
                instances: page.elements.map { Console.Task($0.task, needs: [], outputs: $0.outputs) },
                next: page.nextToken
            )
        }
        taskLog = { run, task in try await Self.tail(run, task, engine) }
        bindActions(engine)
    }

    /// Runs with more tasks are shown without the reasons of the cache: each takes a query.
    private static let maximumExplained = 100

    private mutating func bindActions(_ engine: PipelineEngine) {
        startRun = { name, parameters, reason, actor in
            try await engine.start(pipeline: name, parameters: parameters, reason: reason, actor: actor)
        }
        cancelRun = { id, actor in try await engine.cancel(id, actor: actor) }
        rerun = { id, task, reason, actor in
            try await engine.rerun(id, from: task.map { [$0] }, reason: reason, actor: actor)
        }
        pauseSchedule = { pipeline, schedule, isPaused, actor in
            let store = ScheduleStore(engine: engine)
            if isPaused {
                try await store.pause(pipeline, schedule, actor: actor)
            } else {
                try await store.resume(pipeline, schedule, actor: actor)
            }
        }
        planBackfill = { pipeline, request in
            let plan = try await Self.plan(pipeline, request, engine)
            let schedule = try await engine.store.version(of: pipeline).definition().schedule(plan.schedule)
            return Console.BackfillPreview(
                schedule: plan.schedule,
                times: plan.times.map(schedule.localText),
                kept: plan.kept
            )
        }
        startBackfill = { pipeline, request, actor in
            _ = try await BackfillStore(engine: engine).create(
                try await Self.plan(pipeline, request, engine),
                parameters: [:],
                parallel: request.parallel,
                actor: actor
            )
        }
    }

    private static func plan(
        _ pipeline: String,
        _ request: Console.BackfillRequest,
        _ engine: PipelineEngine
    ) async throws -> BackfillPlan {
        try await engine.planBackfill(
            pipeline,
            schedule: request.schedule,
            from: request.from,
            to: request.to,
            again: Backfill.Again(named: request.again)
        )
    }

    private static func pipeline(
        _ name: String,
        _ version: Int,
        _ summary: String,
        _ count: Int,
        _ store: PipelineStore
    ) async throws -> Console.Pipeline {
        var definitions: [Int: PipelineDefinition] = [:]
        var runs: [Console.PipelineRun] = []
        for record in try await store.runs(pipeline: name, limit: count).elements {
            if definitions[record.version] == nil {
                definitions[record.version] = try await store.version(of: name, record.version).definition()
            }
            guard let definition = definitions[record.version] else { continue }
            runs.append(Console.PipelineRun(try await store.run(record.id), definition))
        }
        return Console.Pipeline(name: name, description: summary, version: version, runs: runs)
    }

    /// The end of a log, which is read a mebibyte at a time and at most 64 of them.
    private static func tail(_ run: String, _ task: String, _ engine: PipelineEngine) async throws -> Console.Log? {
        var end = Data()
        var offset: Int64 = 0
        for _ in 0..<64 {
            let part = try await engine.log(run: run, task: task, offset: offset).bytes
            if part.isEmpty { break }
            offset += Int64(part.count)
            end = (end + part).suffix(maximumLogBytes)
        }
        guard !end.isEmpty else { return nil }
        let isCut = offset > Int64(end.count)
        var text = String(decoding: end, as: UTF8.self)
        if isCut, let line = text.firstIndex(of: "\n") { text = String(text[text.index(after: line)...]) }
        return Console.Log(task: task, text: text, isCut: isCut, end: offset)
    }
}

extension Console.PipelineRun {
    /// A stored run with the edges of its definition.
    init(_ detail: RunDetail, _ definition: PipelineDefinition) {
        let run = detail.run
        self.init(
            id: run.id,
            pipeline: run.pipeline,
            version: run.version,
            state: run.state.rawValue,
            reason: run.reason,
            actor: run.actor,
            createdAt: run.createdAt,
            finishedAt: run.finishedAt,
            parameters: .object(run.parameters),
            tasks: detail.tasks.map { task in
                var shown = Console.Task(
                    task,
                    needs: definition.task(task.task)?.upstream ?? [],
                    outputs: detail.outputs[task.task] ?? []
                )
                shown.instanceStates = detail.instances[task.task] ?? [:]
                return shown
            },
            engine: run.engine,
            externalID: run.externalID,
            rerunOf: run.rerunOf,
            failureCode: run.failureCode,
            deadline: definition.deadlineSeconds.map { run.createdAt.advanced(byMilliseconds: Int64($0) * 1000) }
        )
    }
}

extension Console.Schedule {
    fileprivate init(_ state: ScheduleState) {
        self.init(
            name: state.schedule.name,
            cron: state.schedule.cron.source,
            zone: state.schedule.zoneName,
            isPaused: state.isPaused,
            pausedBy: state.pausedBy,
            next: state.next.map(state.schedule.localText),
            lastRun: state.last?.run,
            lastState: state.last?.state.rawValue
        )
    }
}

extension Console.Backfill {
    fileprivate init(_ backfill: Backfill) {
        self.init(
            id: backfill.id,
            schedule: backfill.schedule,
            state: backfill.state.rawValue,
            parallel: backfill.parallel,
            actor: backfill.actor,
            createdAt: backfill.createdAt
        )
    }
}

extension TaskExplanation {
    /// Why the cache did not serve the task, in a few words; nil when it did or there is nothing to say.
    fileprivate var words: String? {
        guard verdict == .miss || verdict == .off, !["waiting", "ready"].contains(state) else { return nil }
        if verdict == .off { return "executed, whatever the cache has" }
        guard comparedWith != nil else { return "first time" }
        let parts = differences.map(\.part)
        if parts.isEmpty { return "no equal execution is kept" }
        return "changed: " + parts.prefix(3).joined(separator: ", ") + (parts.count > 3 ? ", …" : "")
    }
}

extension Console.Task {
    fileprivate init(_ task: TaskRecord, needs: [String], outputs: [TaskOutput]) {
        self.init(
            name: task.task,
            state: task.status.state.name,
            attempt: task.status.attempt,
            needs: needs,
            startedAt: task.startedAt,
            finishedAt: task.finishedAt,
            identity: task.identity?.description,
            cachedFrom: task.cachedFrom,
            errorCode: task.failure?.code,
            // The message ends with the log's last lines; the log has a place of its own on the page.
            errorMessage: task.skipReason ?? task.failure?.message.split(separator: "\n").first.map(String.init),
            nextStep: task.failure?.nextStep,
            outputs: outputs.map { Console.Output(name: $0.name, digest: $0.digest.description, bytes: $0.bytes) },
            cpuMilliseconds: task.usage?.cpuMilliseconds,
            peakMemoryBytes: task.usage?.peakMemoryBytes,
            instances: task.mapSize
        )
    }
}
