import Foundation
import HTTPTypes
import Hummingbird
import Primitives
import Registry
import Tracking
import WireAPI

/// MLflow's calls that reach artifacts through the run, logged model or model version that owns them.
package struct RunArtifactController: Sendable {
    private let runs: RunStore
    private let models: LoggedModelStore
    private let registry: RegistryStore
    private let site: ArtifactSite

    /// The largest file that `upload-artifact` takes, in bytes.
    private static let maximumUploadBytes = 10 << 20

    /// Makes the controller of the stores.
    package init(runs: RunStore, models: LoggedModelStore, registry: RegistryStore, site: ArtifactSite) {
        self.runs = runs
        self.models = models
        self.registry = registry
        self.site = site
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.mlflow(.get, "mlflow/artifacts/list", .trackingRead, listRun)
        routes.mlflow(.get, "mlflow/logged-models/{model_id}/artifacts/directories", .trackingRead, listModel)
        routes.mlflow(.get, "mlflow/logged-models/{model_id}/artifacts/files", .trackingRead) { call in
            guard let sent = call.query("artifact_file_path"), !sent.isEmpty else {
                throw PlatformError.mlflowInvalid(
                    "Request must include the \"artifact_file_path\" query parameter."
                )
            }
            let path = try ArtifactPath.check(sent)
            let model = try await models.get(call.call.parameter("model_id"))
            return try await site.send(model.artifactLocation, path, to: call.call.request)
        }
        routes.mlflow(.post, "mlflow/upload-artifact", .trackingWrite, upload)
        routes.raw(.get, "/get-artifact", permission: .trackingRead, errors: .mlflow) { call in
            let call = MLflowCall(call: call)
            let path = try ArtifactPath.check(MLflowCall.require(call.query("path"), "path"))
            let run = try await runs.info(RunController.run(call.query("run_id"), call.query("run_uuid")))
            return try await site.send(run.artifactURI, path, to: call.call.request)
        }
        routes.raw(.get, "/model-versions/get-artifact", permission: .modelsRead, errors: .mlflow) { call in
            let call = MLflowCall(call: call)
            let path = try ArtifactPath.check(MLflowCall.require(call.query("path"), "path"))
            let name = try MLflowCall.require(call.query("name"), "name")
            let number = try ModelVersionController.number(MLflowCall.require(call.query("version"), "version"))
            let version = try await registry.version(name, number)
            return try await site.send(version.storageLocation, path, to: call.call.request)
        }
    }

    private func listRun(_ call: MLflowCall) async throws -> Response {
        let folder = try ArtifactPath.check(call.query("path") ?? "")
        let run = try await runs.info(RunController.run(call.query("run_id"), call.query("run_uuid")))
        return try await list(run.artifactURI, folder)
    }

    private func listModel(_ call: MLflowCall) async throws -> Response {
        let folder = try ArtifactPath.check(call.query("artifact_directory_path") ?? "")
        return try await list(models.get(call.call.parameter("model_id")).artifactLocation, folder)
    }

    private func list(_ location: String, _ folder: String) async throws -> Response {
        let entries = try await site.list(location, folder)
        return .mlflow { writer in
            writer.member("root_uri", location)
            if !entries.isEmpty { writer.array("files", entries) { $0.entry($1, in: folder) } }
        }
    }

    private func upload(_ call: MLflowCall) async throws -> Response {
        guard let id = call.query("run_uuid"), !id.isEmpty else {
            throw PlatformError.mlflowInvalid("Request must specify run_uuid.")
        }
        guard let sent = call.query("path"), !sent.isEmpty else {
            throw PlatformError.mlflowInvalid("Request must specify path.")
        }
        let path = try ArtifactPath.check(sent)
        if let length = call.call.request.headers[.contentLength].flatMap(Int.init), length > Self.maximumUploadBytes {
            throw PlatformError.mlflowInvalid("Artifact size is too large. Max size is 10MB.")
        }
        let data = try await call.call.body(upTo: Self.maximumUploadBytes)
        guard !data.isEmpty else { throw PlatformError.mlflowInvalid("Request must specify data.") }
        try await site.keep(data, at: runs.info(id).artifactURI, path)
        return .mlflowEmpty
    }
}
