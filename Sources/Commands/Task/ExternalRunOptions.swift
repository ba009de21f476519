import ArgumentParser
import Client
import Foundation
import Pipelines
import Primitives
import WireAPI

/// Which run of which engine.
package struct ExternalRunOptions: ParsableArguments {
    @Option(name: .long, help: "The engine that calls: airflow, argo or prefect.")
    var engine: String

    @Option(name: .customLong("run"), help: "What that engine calls the run.")
    var externalID: String

    @Option(name: .long, help: "The pipeline file, or the name of a registered pipeline.")
    var pipeline: String

    package init() {}

    /// The run, if the server knows it.
    func find(_ client: AkuClient) async throws -> String? {
        do {
            let query = ["pipeline": try name(), "engine": engine, "external_id": externalID]
            return try await client.send(ExternalRunsAPI.find, query: query).runID
        } catch let error as PlatformError where error.code.name == ErrorCode.pipelineRunNotFound.name {
            return nil
        }
    }

    /// The run; the first task to ask registers the file and makes it, and it keeps that version.
    func findOrStart(_ client: AkuClient, parameters: [String: JSONValue]) async throws -> String {
        if let id = try await find(client) { return id }
        let name = isFile ? try await client.apply(PipelineFile(path: pipeline)).name : pipeline
        let body = ExternalRunBody(engine: engine, externalID: externalID, parameters: parameters)
        return try await client.send(ExternalRunsAPI.start, parameters: ["name": name], body: body).runID
    }

    private var isFile: Bool { FileManager.default.fileExists(atPath: pipeline) }

    private func name() throws -> String {
        isFile ? try PipelineFile(path: pipeline).definition().name : pipeline
    }
}

/// `aku task finish`.
package struct TaskFinishCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "finish",
        abstract: "Say that another engine is done with a run; what has not ended is cancelled.",
        discussion: """
            Exit status 0 when the run succeeded, 1 otherwise.
            Example:  aku task finish --engine airflow --run RUN_ID --pipeline intent.yaml
            """
    )

    @OptionGroup var external: ExternalRunOptions
    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        guard let id = try await external.find(client) else {
            Terminal.note("no task of the run has begun")
            throw ExitCode.failure
        }
        let body = try await client.send(ExternalRunsAPI.finish, parameters: ["id": id])
        try connection.show(body) { RunProgress(now: Timestamp.now().milliseconds).lines($0).joined(separator: "\n") }
        if body.state != "succeeded" { throw ExitCode.failure }
    }
}
