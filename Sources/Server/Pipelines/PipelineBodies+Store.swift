import Pipelines
import Primitives
import WireAPI

extension CodeItem {
    init(_ body: CodeItemBody) throws {
        guard let kind = OutputKind(rawValue: body.kind) else {
            throw PlatformError(
                .invalidArgument,
                "'\(body.kind.prefix(40))' is no kind of code.",
                nextStep: "Write file or tree."
            )
        }
        self.init(path: body.path, digest: body.digest, kind: kind)
    }
}

extension PipelineBody {
    init(_ version: PipelineVersion) throws {
        let definition = try version.definition()
        self.init(
            name: version.pipeline,
            version: version.version,
            digest: version.digest,
            description: definition.summary,
            parameters: definition.parameters.map {
                Parameter(name: $0.name, type: $0.type.rawValue, standard: $0.standard, description: $0.summary)
            },
            tasks: definition.levels.map { task, level in
                Task(
                    name: task.name,
                    upstream: task.upstream,
                    level: level,
                    outputs: task.outputs,
                    run: task.run.source
                )
            },
            code: version.items.map { CodeItemBody(path: $0.path, digest: $0.digest, kind: $0.kind.rawValue) },
            actor: version.actor,
            createdAt: version.createdAt,
            source: version.source
        )
    }
}

extension PipelineListBody.Item {
    init(_ summary: PipelineSummary) {
        self.init(
            name: summary.name,
            version: summary.latestVersion,
            description: summary.summary,
            createdAt: summary.createdAt
        )
    }
}

extension PipelineRunBody {
    init(_ run: RunRecord, tasks: [PipelineTaskBody]?, now: Timestamp) {
        self.init(
            id: run.id,
            pipeline: run.pipeline,
            version: run.version,
            state: run.state.rawValue,
            parameters: run.parameters,
            reason: run.reason,
            actor: run.actor,
            cancelledBy: run.cancelActor,
            engine: run.engine,
            externalID: run.externalID,
            createdAt: run.createdAt,
            finishedAt: run.finishedAt,
            durationMilliseconds: max(0, (run.finishedAt ?? now).milliseconds - run.createdAt.milliseconds),
            tasks: tasks
        )
        schedule = run.scheduled?.schedule
        logicalTime = run.scheduled?.time
        backfillID = run.scheduled?.backfill
        rerunOf = run.rerunOf
        failureCode = run.failureCode
    }

    init(_ detail: RunDetail, _ definition: PipelineDefinition, now: Timestamp) {
        let tasks = detail.tasks.map { record -> PipelineTaskBody in
            var body = PipelineTaskBody(
                record,
                upstream: definition.task(record.task)?.upstream ?? [],
                outputs: detail.outputs[record.task] ?? [],
                now: now
            )
            body.instanceStates = detail.instances[record.task]
            return body
        }
        self.init(detail.run, tasks: tasks, now: now)
        deadline = definition.deadlineSeconds.map {
            detail.run.createdAt.advanced(byMilliseconds: Int64($0) * 1000)
        }
    }
}

extension PipelineTaskBody {
    init(_ record: TaskRecord, upstream: [String], outputs: [TaskOutput], now: Timestamp) {
        var retryAt: Timestamp?
        if case .retrying(let at) = record.status.state { retryAt = at }
        let end = record.finishedAt ?? (record.status.state == .running ? now : nil)
        let duration = record.startedAt.flatMap { start in end.map { max(0, $0.milliseconds - start.milliseconds) } }
        self.init(
            name: record.task,
            state: record.status.state.name,
            upstream: upstream,
            attempts: record.status.attempt,
            losses: record.status.losses,
            cachedFrom: record.cachedFrom,
            identity: record.identity,
            startedAt: record.startedAt,
            finishedAt: record.finishedAt,
            retryAt: retryAt,
            durationMilliseconds: duration ?? 0,
            failure: record.failure.map { Failure(code: $0.code, message: $0.message, nextStep: $0.nextStep) },
            outputs: outputs.map { Output(name: $0.name, digest: $0.digest, kind: $0.kind.rawValue, bytes: $0.bytes) }
        )
        skipReason = record.skipReason
        cpuMilliseconds = record.usage?.cpuMilliseconds
        peakMemoryBytes = record.usage?.peakMemoryBytes
        instances = record.mapSize
    }
}

extension ExplainRunBody.Task {
    init(_ explanation: TaskExplanation) {
        let sentence: String
        switch (explanation.cachedFrom, explanation.comparedWith) {
        case (let source?, _): sentence = "The same identity was executed by run \(source); its outputs are linked."
        case (nil, _) where explanation.identity == nil && explanation.state == TaskState.ready.name:
            sentence = "It waits for a free task slot, or for a run that executes the same identity."
        case (nil, _) where explanation.identity == nil:
            sentence = "The task has not been ready yet, so it has no identity."
        case (nil, nil): sentence = "No earlier run of the pipeline got to this task."
        case (nil, let earlier?) where explanation.differences.isEmpty:
            sentence =
                "Nothing differs from run \(earlier); it was executed since "
                + (explanation.verdict == .off ? "the cache is off for it." : "the cache had no good outputs.")
        case (nil, let earlier?):
            sentence = "Differs from run \(earlier) in \(explanation.differences.map(\.part).joined(separator: ", "))."
        }
        self.init(
            name: explanation.task,
            state: explanation.state,
            verdict: explanation.verdict.rawValue,
            explanation: sentence,
            identity: explanation.identity,
            comparedWith: explanation.comparedWith,
            cachedFrom: explanation.cachedFrom,
            differences: explanation.differences.map { .init(part: $0.part, before: $0.before, now: $0.now) }
        )
    }
}
