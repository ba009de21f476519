import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku task exec`.
package struct TaskExecCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Execute one task of a run that another engine leads, and report it to the server.",
        discussion: """
            The server answers from its cache, or gives the attempt out. Inputs are fetched by digest, outputs are \
            uploaded and committed. Calling it again for a task that is committed does nothing. Exit status 0 when the \
            task has its outputs, and that of --skip-status when its condition leaves it out.
            Example:  aku task exec --engine airflow --run RUN_ID --pipeline intent.yaml --task train -p seed=17
            """
    )

    @OptionGroup var external: ExternalRunOptions

    @Option(name: .long, help: "The task.")
    var task: String

    @Option(name: .customShort("p"), help: "A parameter: key=value; a list is written a,b,c. May be given again.")
    var assignments: [String] = []

    @Option(name: .customLong("parameters"), help: "Parameters as a JSON object; null leaves a parameter out.")
    var parametersJSON: String?

    @Option(name: .long, help: "The Python interpreter of tasks. Default: AKU_PYTHON, .venv/bin/python, python3.")
    var python: String?

    @Option(name: .long, help: "Where the task's folder is made. Default: TMPDIR, else /tmp.")
    var work: String?

    @Option(name: .long, help: "Exit status for a task that its condition leaves out. Default: 0.")
    var skipStatus: Int32 = 0

    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let client = try connection.client(timeoutSeconds: 600)
        let id = try await external.findOrStart(client, parameters: try parameters())
        let claim = try await client.send(ExternalRunsAPI.claim, parameters: ["id": id, "task": task])
        if claim.state == "skipped" {
            Terminal.print("task \(task) of run \(id) is skipped: \(claim.reason ?? "")")
            throw ExitCode(skipStatus)
        }
        guard let order = claim.order else {
            Terminal.print("task \(task) of run \(id) is \(claim.state)" + Self.list(claim.outputs))
            return
        }
        Terminal.print("task \(task) of run \(id), attempt \(order.attempt)")
        let worker = TaskWorker(client: client, run: id, task: task, order: order)
        let outcome = try await worker.work(
            in: work ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp",
            python: LocalMachine.python(option: python)
        )
        Terminal.print("task \(task) \(outcome.state)" + Self.list(outcome.outputs))
        guard outcome.state == "succeeded" else {
            if let failure = outcome.failure {
                Terminal.note("\(failure.code): \(failure.message) \(failure.nextStep)")
            }
            throw ExitCode.failure
        }
    }

    private func parameters() throws -> [String: JSONValue] {
        var out: [String: JSONValue] = [:]
        if let parametersJSON {
            out = try CanonicalJSON.decode(
                [String: JSONValue].self,
                from: Data(parametersJSON.utf8),
                what: "--parameters"
            ).filter { $0.value != .null }
        }
        for text in assignments {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ValidationError("-p \(text): write key=value.")
            }
            out[String(text[..<equals])] = .string(String(text[text.index(after: equals)...]))
        }
        return out
    }

    private static func list(_ outputs: [PipelineTaskBody.Output]) -> String {
        outputs.map { "\n  \($0.name)  \($0.digest)  \($0.bytes) bytes" }.joined()
    }
}
