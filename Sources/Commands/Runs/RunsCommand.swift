import ArgumentParser

/// `aku runs`: look at tracking runs.
package struct RunsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Look at tracking runs, and remove deleted ones.",
        discussion: """
            Example:  aku runs list --experiment intent --filter "metrics.accuracy > 0.9"
                      aku runs show 01a2079d8f0a7b4c8f21a3b4c5d6e7f8
            """,
        subcommands: [RunsListCommand.self, RunsShowCommand.self, RunsPurgeCommand.self]
    )

    package init() {}
}
