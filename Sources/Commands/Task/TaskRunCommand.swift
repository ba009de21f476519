import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku task run`.
package struct TaskRunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Execute an attempt that the platform's engine gave to an executor: a Slurm job or a pod calls this.",
        discussion: """
            The server says what the attempt is; code and inputs are fetched by digest, outputs are uploaded and \
            committed. An attempt that another one has replaced is not run. Exit status 0 when the task has its outputs.
            Example:  aku task run --run RUN_ID --task train --attempt 1
            """
    )

    @Option(name: .customLong("run"), help: "The run's id.")
    var runID: String

    @Option(name: .long, help: "The task.")
    var task: String

    @Option(name: .long, help: "The attempt's number.")
    var attempt: Int

    @Option(name: .long, help: "The Python interpreter of tasks. Default: AKU_PYTHON, .venv/bin/python, python3.")
    var python: String?

    @Option(name: .long, help: "Where the task's folder is made. Default: TMPDIR, else /tmp.")
    var work: String?

    @Flag(name: .long, help: "Tasks get this process's PATH: the image's own, in a pod.")
    var keepPath = false

    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let client = try connection.client(timeoutSeconds: 600)
        let claim = try await TaskWorker.patiently {
            try await client.send(
                ExternalRunsAPI.order,
                parameters: ["id": runID, "task": task, "attempt": String(attempt)]
            )
        }
        guard let order = claim.order else {
            throw PlatformError(.internalError, "The server sent no order for the attempt.")
        }
        Terminal.print("task \(task) of run \(runID), attempt \(order.attempt)")
        var worker = TaskWorker(client: client, run: runID, task: task, order: order)
        if keepPath { worker.path = ProcessInfo.processInfo.environment["PATH"] }
        let outcome = try await worker.work(
            in: work ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp",
            python: LocalMachine.python(option: python)
        )
        Terminal.print("task \(task) \(outcome.state)")
        guard outcome.state == "succeeded" else {
            if let failure = outcome.failure {
                Terminal.note("\(failure.code): \(failure.message) \(failure.nextStep)")
            }
            throw ExitCode.failure
        }
    }
}
