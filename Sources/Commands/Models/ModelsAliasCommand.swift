import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku models alias`.
package struct ModelsAliasCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alias",
        abstract: "Point an alias at a version.",
        discussion: """
            Example:  aku models alias intent champion 3 --expected 2

            With --expected the alias moves only when it points at that version now (0: when it does not exist).
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "The model.")
    var name: String

    @Argument(help: "The alias.")
    var alias: String

    @Argument(help: "The version.")
    var version: Int64

    @Option(name: .long, help: "The version that it must point at now; 0 for none.")
    var expected: Int64?

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(
            ModelsAPI.moveAlias,
            parameters: ["name": name, "alias": alias],
            body: MoveAliasBody(version: version, expected: expected)
        )
        try connection.show(reply) { reply in
            "\(reply.model)@\(reply.alias): \(reply.from.map { "version \($0)" } ?? "nothing") → version \(reply.to)."
        }
    }
}
