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

    @Argument(help: "The run's identifier, or its first digits.")
    var id: String

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        let reply = try await client.send(RunsAPI.show, parameters: ["id": try await whole(client)])
        try connection.show(reply, as: RunText.detail)
    }

    /// The identifier that begins so; the text itself when none or several do, so that the server says what is wrong.
    private func whole(_ client: AkuClient) async throws -> String {
        guard id.count < 32, !id.isEmpty, id.allSatisfy(\.isHexDigit) else { return id }
        let found = try await client.send(
            RunsAPI.list,
            query: ["filter": "attributes.run_id LIKE '\(id.lowercased())%'", "limit": "2"]
        )
        return found.runs.count == 1 ? found.runs[0].id : id
    }
}
