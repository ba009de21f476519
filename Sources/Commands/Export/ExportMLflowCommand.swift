import ArgumentParser
import Client
import Foundation
import Primitives

/// `aku export mlflow`: writes experiments, runs, models and artifacts into an MLflow server through its API, or into a folder.
package struct ExportMLflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mlflow",
        abstract: "Write experiments, runs, models and artifacts into an MLflow server or a folder.",
        discussion: """
            A folder gets the layout of the mlflow-export-import tool, whose 'import-all' reads it, and so does 'aku import
            mlflow FOLDER', which keeps identifiers and times. Everything is read back and compared; run the command again
            after it was cut off, and it goes on. It needs the administrator's token where the server asks for tokens.

            A server makes its own identifiers and creation times; the mapping file says which became which, one JSON
            object a line, and lets the same command go on where it stopped. Experiments are found again by name, registered
            models must be new there. Numbers of versions are kept. Every run is read back and compared; the exit status is 1
            when one differs.

            Example:  aku export mlflow --to http://127.0.0.1:5000 --mapping exported.jsonl
                      aku export mlflow --to exported/
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The MLflow server, http://HOST:PORT, or a folder; made when it is not there.")
    var to: String

    @Option(name: .long, help: "The mapping file; made when it is not there.")
    var mapping: String = "aku-export.jsonl"

    @Option(name: .long, help: "A file with that server's token. Default: the variable MLFLOW_TRACKING_TOKEN.")
    var targetTokenFile: String?

    package init() {}

    package func run() async throws {
        let report = try await isServer ? exportToServer() : exportToFolder()
        Terminal.progress("\(to): done", final: true)
        try connection.show(report) { $0.text }
        if !report.differences.isEmpty { throw ExitCode(1) }
    }

    private var isServer: Bool { to.hasPrefix("http://") || to.hasPrefix("https://") }

    private func exportToFolder() async throws -> ImportReport {
        guard !to.contains("://"), !to.isEmpty else {
            throw PlatformError(
                .invalidArgument,
                "'\(to.prefix(200))' names neither a server nor a folder.",
                nextStep: "Write --to http://HOST:PORT or --to FOLDER."
            )
        }
        let client = try connection.client(timeoutSeconds: 600)
        return try await MLflowFolderWriter(
            source: MLflowServerSource(client: client),
            client: client,
            path: to,
            progress: { Terminal.progress($0) }
        ).run()
    }

    private func exportToServer() async throws -> ImportReport {
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
        return try await exporter.run()
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
