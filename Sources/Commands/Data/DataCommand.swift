import ArgumentParser

/// `aku data`: clean, register and look at data sets.
package struct DataCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Clean, register and look at data sets.",
        discussion: """
            Example:  aku data clean --in corpus --out clean
                      aku data register --name intents --from clean
                      aku data show intents@1
            """,
        subcommands: [
            DataCleanCommand.self, DataRegisterCommand.self, DataListCommand.self, DataShowCommand.self,
            DataPreviewCommand.self,
        ]
    )

    package init() {}
}
