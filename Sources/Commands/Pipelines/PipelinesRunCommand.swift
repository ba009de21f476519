import ArgumentParser
import Client
import Foundation
import Pipelines
import Primitives
import WireAPI

/// `aku pipelines run`.
package struct PipelinesRunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Start a run of a pipeline, or of a file, which is registered first.",
        discussion: "Example:  aku pipelines run mlops/pipelines/intent.yaml -p languages=en,fr -p seed=17 --watch"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "A pipeline's name, or a pipeline file.")
    var pipeline: String

    @Option(name: .customShort("p"), help: "A parameter: key=value; a list is written a,b,c. May be given again.")
    var parameters: [String] = []

    @Flag(name: .long, help: "Follow the run to its end; exit status 1 when it does not succeed.")
    var watch = false

    @Flag(
        name: .long,
        help: "Follow the run to its end, and say for each task whether it was served from the cache and what changed."
    )
    var explain = false

    @Flag(name: .long, help: "Execute every task, whatever the cache has.")
    var noCache = false

    @Option(name: .long, help: "Why; kept with the run.")
    var reason = "started from the command line"

    @Option(name: .long, help: "The same key never starts a second run.")
    var idempotencyKey: String?

    package init() {}

    package func run() async throws {
        let client = try connection.client(timeoutSeconds: 600)
        let isFile = FileManager.default.fileExists(atPath: pipeline)
        let name = isFile ? try await client.apply(PipelineFile(path: pipeline)).name : pipeline
        let started = try await client.send(
            PipelinesAPI.run,
            parameters: ["name": name],
            body: StartRunBody(
                parameters: try RunParameters.values(parameters),
                reason: reason,
                idempotencyKey: idempotencyKey,
                useCache: !noCache
            )
        )
        if explain {
            let run = try await RunWatcher(client: client, isSilent: connection.json).watch(started.runID)
            try await PipelinesExplainCommand.show(run.id, nil, connection)
            if run.state != "succeeded" {
                Terminal.note(RunProgress.failures(run))
                throw ExitCode.failure
            }
        } else if watch {
            try await RunWatcher(client: client, isSilent: connection.json).finish(started.runID, connection)
        } else {
            try connection.show(started) { "\($0.runID)\nFollow it with: aku pipelines watch \($0.runID)" }
        }
    }
}

/// `aku pipelines watch`.
package struct PipelinesWatchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a run to its end; exit status 1 when it does not succeed.",
        discussion: "Example:  aku pipelines watch RUN"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    package init() {}

    package func run() async throws {
        try await RunWatcher(client: try connection.client(), isSilent: connection.json).finish(id, connection)
    }
}

extension RunWatcher {
    /// Watches, prints what there is to say at the end, and fails when the run did.
    func finish(_ id: String, _ connection: ConnectionOptions) async throws {
        let run = try await watch(id)
        if connection.json { try connection.show(run) { _ in "" } }
        let failures = RunProgress.failures(run)
        if !failures.isEmpty { Terminal.note(failures) }
        if run.state != "succeeded" { throw ExitCode.failure }
    }
}
