import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku pipelines runs`.
package struct PipelinesRunsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List runs, newest first, or show the tasks of one.",
        discussion: "Example:  aku pipelines runs --pipeline intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "A run's id, to see its tasks.")
    var id: String?

    @Option(name: .long, help: "Runs of this pipeline only.")
    var pipeline: String?

    @Option(name: .long, help: "How many, from 1 to 500.")
    var limit = 20

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        if let id {
            let run = try await client.send(PipelinesAPI.runDetail, parameters: ["id": id])
            try connection.show(run) { run in
                let lines = RunProgress(now: Timestamp.now().milliseconds).lines(run)
                let cost = RunProgress.cost(run).map { [$0] } ?? []
                return (lines + cost + [RunProgress.failures(run)]).joined(separator: "\n")
            }
            return
        }
        let list = try await client.send(PipelinesAPI.runs, query: ["pipeline": pipeline, "limit": String(limit)])
        try connection.show(list) { list in
            Terminal.table(
                ["RUN", "PIPELINE", "VERSION", "STATE", "STARTED", "TOOK", "REASON"],
                list.runs.map { run in
                    [
                        run.id, run.pipeline, "\(run.version)", run.state, run.createdAt.description,
                        RunProgress.time(run.durationMilliseconds), run.reason,
                    ]
                }
            )
        }
    }
}

/// `aku pipelines cancel`.
package struct PipelinesCancelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a run: nothing of it starts any more, running tasks are ended.",
        discussion: "Example:  aku pipelines cancel RUN"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    package init() {}

    package func run() async throws {
        let run = try await connection.client().send(PipelinesAPI.cancel, parameters: ["id": id])
        let state = run.state == "running" ? "being cancelled" : run.state
        try connection.show(run) { "\($0.id) of \($0.pipeline) is \(state)" }
    }
}
