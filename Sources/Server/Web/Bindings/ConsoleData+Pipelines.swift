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
            return try await Self.pipeline(name, version.version, try version.definition().summary, count, store)
        }
        pipelineRun = { id in
            let detail = try await store.run(id)
            let version = try await store.version(of: detail.run.pipeline, detail.run.version)
            return Console.PipelineRun(detail, try version.definition())
        }
        taskLog = { run, task in try await Self.tail(run, task, engine) }
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
        return Console.Log(task: task, text: text, isCut: isCut)
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
                Console.Task(
                    task,
                    needs: definition.task(task.task)?.upstream ?? [],
                    outputs: detail.outputs[task.task] ?? []
                )
            }
        )
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
            outputs: outputs.map { Console.Output(name: $0.name, digest: $0.digest.description, bytes: $0.bytes) }
        )
    }
}
