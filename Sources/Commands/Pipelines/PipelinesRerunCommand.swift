import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku pipelines rerun`.
package struct PipelinesRerunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Run part of an ended run again, as a new run of the same version with the same parameters.",
        discussion: """
            Tasks that ended well and wait for none of those named keep what they wrote; the others are executed, whatever
            the cache has.

            Example:  aku pipelines rerun RUN --from train --watch
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The ended run's id.")
    var id: String

    @Option(name: .long, help: "A task to begin with; may be given again. Default: all that did not end well.")
    var from: [String] = []

    @Flag(name: .long, help: "Follow the run to its end; exit status 1 when it does not succeed.")
    var watch = false

    @Option(name: .long, help: "Why; kept with the run.")
    var reason: String?

    @Option(name: .long, help: "The same key never starts a second run.")
    var idempotencyKey: String?

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        let started = try await client.send(
            PipelinesAPI.rerun,
            parameters: ["id": id],
            body: RerunBody(from: from.isEmpty ? nil : from, reason: reason, idempotencyKey: idempotencyKey)
        )
        if watch {
            try await RunWatcher(client: client, isSilent: connection.json).finish(started.runID, connection)
        } else {
            try connection.show(started) { "\($0.runID)\nFollow it with: aku pipelines watch \($0.runID)" }
        }
    }
}
