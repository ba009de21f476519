import ArgumentParser
import Client
import Foundation
import Primitives

/// `aku import mlflow`: experiments, runs, metrics, models and artifacts of an MLflow server, with their identifiers.
package struct ImportMLflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mlflow",
        abstract: "Bring an MLflow server's records over, identifiers and times kept.",
        discussion: """
            SOURCE is a server, the SQLite file of one, which may go on running, or a folder of 'aku export mlflow'. Experiments, runs with every point of every
            metric, data sets, logged models, registered models with versions and aliases, artifacts, and (from a server or folder) traces with spans and
            assessments come over. Killed half way, the same command goes on where it stopped. In the end every record's fingerprint here is
            compared with the source's; the exit status is 1 when one differs.

            A record that came over before is replaced. Numbers and names that something else has taken here are refused, so
            import into a new server. It needs the administrator's token where the server asks for tokens.

            Example:  aku import mlflow http://127.0.0.1:5000
                      aku import mlflow sqlite:///mlflow.db --artifacts mlartifacts
                      aku import mlflow exported/
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "http://HOST:PORT, https://HOST, sqlite:///FILE (sqlite:////FILE from the root), or a folder.")
    var source: String

    @Option(
        name: .long,
        help: "The folder behind a SQLite file's proxied artifacts: the server's --artifacts-destination."
    )
    var artifacts: String?

    @Option(name: .long, help: "A file with the source server's token. Default: the variable MLFLOW_TRACKING_TOKEN.")
    var sourceTokenFile: String?

    package init() {}

    package func run() async throws {
        let client = try connection.client(timeoutSeconds: 600)
        let importer = MLflowImporter(source: try await open(), client: client) { Terminal.progress($0) }
        let report = try await importer.run()
        Terminal.progress("\(report.source): done", final: true)
        try connection.show(report) { $0.text }
        if !report.differences.isEmpty { throw ExitCode(1) }
    }

    private func open() async throws -> any MLflowSource {
        if source.hasPrefix("http://") || source.hasPrefix("https://") {
            return try await MLflowServerSource(
                client: AkuClient(
                    baseURL: source,
                    token: MLflowToken.read(file: sourceTokenFile),
                    timeoutSeconds: 600
                )
            )
        }
        if !source.contains("://") { return try MLflowFolderSource(path: source) }
        guard source.hasPrefix("sqlite:///") else {
            throw PlatformError(
                .invalidArgument,
                "'\(source.prefix(200))' names no source.",
                nextStep: "Write http://HOST:PORT, sqlite:///FILE or a folder."
            )
        }
        return try await MLflowDatabaseSource(
            path: String(source.dropFirst("sqlite:///".count)),
            artifactFolder: artifacts
        )
    }
}
