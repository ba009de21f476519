import ArgumentParser

/// `aku export`: take the records elsewhere.
package struct ExportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Take the records elsewhere.",
        discussion: "Example:  aku export mlflow --to http://127.0.0.1:5000",
        subcommands: [ExportMLflowCommand.self]
    )

    package init() {}
}
