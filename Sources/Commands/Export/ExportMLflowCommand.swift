import ArgumentParser
import Client
import Foundation
import Primitives

/// `aku export mlflow`: writes experiments, runs, models and artifacts into an MLflow server through its API.
package struct ExportMLflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mlflow",
        abstract: "Write experiments, runs, models and artifacts into an MLflow server.",
        discussion: """
            The other server makes its own identifiers and creation times; the mapping file says which became which, one JSON
            object a line, and lets the same command go on where it stopped. Experiments are found again by name, registered
            models must be new there. Numbers of versions are kept. Every run is read back and compared; the exit status is 1
            when one differs.

            Example:  aku export mlflow --to http://127.0.0.1:5000 --mapping exported.jsonl
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The MLflow server: http://HOST:PORT.")
    var to: String

    @Option(name: .long, help: "The mapping file; made when it is not there.")
    var mapping: String = "aku-export.jsonl"

    @Option(name: .long, help: "A file with that server's token. Default: the variable MLFLOW_TRACKING_TOKEN.")
    var targetTokenFile: String?

    package init() {}

    package func run() async throws {
        guard to.hasPrefix("http://") || to.hasPrefix("https://") else {
            throw PlatformError(
                .invalidArgument,
                "'\(to.prefix(200))' names no server.",
                nextStep: "Write --to http://HOST:PORT."
            )
        }
        let target = AkuClient(
            baseURL: to,
            token: try MLflowToken.read(file: targetTokenFile),
            timeoutSeconds: 600
        )
        let exporter = MLflowExporter(
            source: try await MLflowServerSource(client: try connection.client(timeoutSeconds: 600)),
            target: MLflowAPI(client: target),
            ledger: try ExportLedger(path: mapping),
            progress: { Terminal.progress($0) }
        )
        let report = try await exporter.run()
        Terminal.progress("\(to): done", final: true)
        try connection.show(report) { $0.text }
        if !report.differences.isEmpty { throw ExitCode(1) }
    }
}

/// Where the token of an MLflow server is.
enum MLflowToken {
    /// The file's content, else MLFLOW_TRACKING_TOKEN, else nil.
    ///
    /// - Throws: `file_missing`.
    static func read(file: String?) throws -> String? {
        guard let file else { return ProcessInfo.processInfo.environment["MLFLOW_TRACKING_TOKEN"] }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw PlatformError(.fileMissing, "The token file '\(file)' cannot be read.")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
