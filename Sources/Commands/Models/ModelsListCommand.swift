import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku models list`.
package struct ModelsListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the registered models.",
        discussion: "Example:  aku models list --json"
    )

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(ModelsAPI.list)
        try connection.show(reply) { reply in
            Terminal.table(
                ["MODEL", "LATEST", "ALIASES", "UPDATED"],
                reply.models.map { model in
                    [
                        model.name, model.latestVersion.map(String.init) ?? "–",
                        model.aliases.sorted { $0.key < $1.key }.map { "\($0.key)→\($0.value)" }.joined(separator: " "),
                        model.updatedAt.description,
                    ]
                }
            )
        }
    }
}
