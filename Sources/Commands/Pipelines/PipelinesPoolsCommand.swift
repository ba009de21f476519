import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku pipelines pools`.
package struct PipelinesPoolsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pools",
        abstract: "List pools, and give them their size: named slots that tasks of all runs share.",
        discussion: "Example:  aku pipelines pools set gpu --slots 1",
        subcommands: [PoolsListCommand.self, PoolsSetCommand.self],
        defaultSubcommand: PoolsListCommand.self
    )

    package init() {}
}

/// `aku pipelines pools list`.
package struct PoolsListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pools with their slots and how many are held.",
        discussion: "Example:  aku pipelines pools list"
    )

    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        try connection.show(try await connection.client().send(PoolsAPI.list), as: Self.text)
    }

    static func text(_ list: PoolListBody) -> String {
        Terminal.table(["POOL", "SLOTS", "HELD"], list.pools.map { [$0.name, String($0.slots), String($0.used)] })
    }
}

/// `aku pipelines pools set`.
package struct PoolsSetCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Make a pool, or give it another size.",
        discussion: """
            Tasks that run keep their slots. With 0 slots no task of the pool begins.
            Example:  aku pipelines pools set gpu --slots 2
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pool's name, as pipeline files have it.")
    var name: String

    @Option(name: .long, help: "From 0 to 1000.")
    var slots: Int

    package init() {}

    package func run() async throws {
        let list = try await connection.client().send(
            PoolsAPI.set,
            parameters: ["name": name],
            body: PoolSizeBody(slots: slots)
        )
        try connection.show(list, as: PoolsListCommand.text)
    }
}
