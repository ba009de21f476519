import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku runs show`.
package struct RunsShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a run: its params, and the course of its metrics.",
        discussion: "Example:  aku runs show 01a2079d8f0a7b4c8f21a3b4c5d6e7f8"
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "The run's identifier.")
    var id: String

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(RunsAPI.show, parameters: ["id": id])
        try connection.show(reply, as: RunText.detail)
    }
}
