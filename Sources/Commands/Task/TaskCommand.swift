import ArgumentParser

/// `aku task`: what another engine calls.
package struct TaskCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Execute tasks of a pipeline for another engine (Airflow, Prefect, Argo).",
        discussion: "Example:  aku task exec --engine airflow --run RUN_ID --pipeline intent.yaml --task train",
        subcommands: [TaskExecCommand.self, TaskRunCommand.self, TaskFinishCommand.self]
    )

    package init() {}
}
