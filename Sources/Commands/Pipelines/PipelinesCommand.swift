import ArgumentParser

/// `aku pipelines`: definitions and runs.
package struct PipelinesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pipelines",
        abstract: "Check, register, run and watch pipelines.",
        discussion: "Example:  aku pipelines run mlops/pipelines/intent.yaml -p languages=en,fr --watch",
        subcommands: [
            PipelinesApplyCommand.self, PipelinesLintCommand.self, PipelinesListCommand.self, PipelinesShowCommand.self,
            PipelinesRunCommand.self, PipelinesWatchCommand.self, PipelinesRunsCommand.self, PipelinesLogsCommand.self,
            PipelinesCancelCommand.self, PipelinesRerunCommand.self, PipelinesExplainCommand.self,
            PipelinesSchemaCommand.self,
            PipelinesExportCommand.self, PipelinesImportCommand.self, PipelinesVerifyCommand.self,
            PipelinesSchedulesCommand.self,
            PipelinesBackfillCommand.self, PipelinesBackfillsCommand.self, PipelinesInstancesCommand.self,
            PipelinesPoolsCommand.self,
        ]
    )

    package init() {}
}
