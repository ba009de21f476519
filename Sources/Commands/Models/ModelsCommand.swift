import ArgumentParser

/// `aku models`: package, register, test and promote models.
package struct ModelsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Package, register, test and promote models.",
        discussion: """
            Example:  aku models register --name intent --package package/
                      aku models show intent
                      aku models alias intent champion 3 --expected 2
            """,
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, PackageCommand.self, ModelsRegisterCommand.self,
            GateCommand.self,
            ModelsPromoteCommand.self, ModelsAliasCommand.self,
        ]
    )

    package init() {}
}
