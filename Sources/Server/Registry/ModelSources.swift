import Foundation
import Primitives
import Registry
import Tracking

/// Finds out where the files of a new version are, and refuses sources that the client may not name.
struct ModelSources: Sendable {
    /// Where a version comes from.
    struct Origin: Sendable, Hashable {
        let source: String
        let storageLocation: String
        let runID: String?
        let modelID: String?
    }

    let registry: RegistryStore
    let runs: RunStore
    let models: LoggedModelStore

    /// The origin of a source: `models:/m-…`, `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `runs:/…`, or any other URI but
    /// one of this machine's files.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func resolve(_ source: String, runID: String?, modelID: String?, isPrompt: Bool) async throws -> Origin {
        let run = runID.flatMap { $0.isEmpty ? nil : $0 }
        let model = modelID.flatMap { $0.isEmpty ? nil : $0 }
        // A prompt's text is in a tag; its source is a word that names nothing.
        if isPrompt { return Origin(source: source, storageLocation: source, runID: run, modelID: nil) }
        if source.hasPrefix("models:/") { return try await registered(source, run, model) }
        try Self.refuseLocal(source)
        if let model {
            let logged = try await known(model, source)
            return Origin(source: source, storageLocation: source, runID: run ?? logged.sourceRunID, modelID: model)
        }
        return Origin(source: source, storageLocation: source, runID: run, modelID: nil)
    }

    /// Tells the logged model that it was registered, in the tag that MLflow's client reads.
    func note(_ version: ModelVersion) async throws {
        guard let id = version.modelID else { return }
        let tag = "mlflow.modelVersions"
        let earlier = try await models.get(id).tags.first { $0.key == tag }?.value
        let entry: JSONValue = ["name": .string(version.model), "version": .integer(version.version)]
        let list = try earlier.map { try CanonicalJSON.decode([JSONValue].self, from: .init($0.utf8)) } ?? []
        _ = try await models.set(tags: [KeyValue(tag, try CanonicalJSON.text(list + [entry]))], on: id)
    }

    private func registered(_ source: String, _ run: String?, _ model: String?) async throws -> Origin {
        let path = source.dropFirst("models:/".count).drop { $0 == "/" }
        let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
        if parts.count == 1, let id = parts.first, id.hasPrefix("m-"), !id.contains("@") {
            let logged = try await known(id, source)
            return Origin(
                source: source,
                storageLocation: logged.artifactLocation,
                runID: run ?? logged.sourceRunID,
                modelID: model ?? id
            )
        }
        let version: ModelVersion
        if parts.count == 2, let number = Int64(parts[1]) {
            version = try await registry.version(parts[0], number)
        } else if parts.count == 1, let at = path.firstIndex(of: "@") {
            version = try await registry.version(String(path[..<at]), alias: String(path[path.index(after: at)...]))
        } else {
            throw invalid(source, "Write models:/NAME/VERSION, models:/NAME@ALIAS or models:/MODEL_ID.")
        }
        return Origin(
            source: "models:/\(version.model)/\(version.version)",
            storageLocation: version.storageLocation,
            runID: run ?? version.runID,
            modelID: model ?? version.modelID
        )
    }

    private func known(_ id: String, _ source: String) async throws -> LoggedModel {
        do {
            return try await models.get(id)
        } catch let error as PlatformError where error.code == .mlflowNotFound {
            throw invalid(source, "The model_id request parameter must identify the resource that contains the source.")
        }
    }

    /// A path of the server's own disk would let a client read what it may not.
    private static func refuseLocal(_ source: String) throws {
        let scheme = source.firstIndex(of: ":").map { source[..<$0].lowercased() }
        let isLocal = scheme == nil || scheme == "file" || source.hasPrefix("/")
        let climbs = source.removingPercentEncoding?.split(separator: "/").contains("..") ?? true
        guard isLocal || climbs else { return }
        throw PlatformError.mlflowInvalid(
            "Invalid model version source: '\(source.prefix(300))'. To use a local path as a model version source, the run_id "
                + "request parameter has to be specified and the local path has to be contained within the artifact directory of "
                + "the run specified by the run_id; this server keeps artifacts in its own store."
        )
    }

    private func invalid(_ source: String, _ reason: String) -> PlatformError {
        PlatformError.mlflowInvalid("Invalid model version source: '\(source.prefix(300))'. \(reason)")
    }
}
