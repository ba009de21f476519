import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku data list`.
package struct DataListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the data sets.",
        discussion: "Example:  aku data list --json"
    )

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(DatasetsAPI.list)
        try connection.show(reply) { reply in
            Terminal.table(
                ["NAME", "VERSIONS", "ROWS", "BYTES", "LICENCE", "UPDATED"],
                reply.datasets.map { set in
                    [
                        set.name, "\(set.versions)", "\(set.rows)", "\(set.bytes)", set.licence,
                        set.updatedAt.description,
                    ]
                }
            )
        }
    }
}
