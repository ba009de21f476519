import ArgumentParser

/// `aku import`: bring another platform's records over.
package struct ImportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring another platform's records over.",
        discussion: "Example:  aku import mlflow http://127.0.0.1:5000",
        subcommands: [ImportMLflowCommand.self]
    )

    package init() {}
}
