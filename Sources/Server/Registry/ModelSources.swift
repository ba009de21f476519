import Foundation
import Primitives
import Registry
import Tracking

/// Finds out where the files of a new version are, and refuses sources that the client may not name: paths of this machine
/// outside the run's own artifacts, paths that climb, and the artifacts of other runs and models.
struct ModelSources: Sendable {
    /// Where a version comes from.
    struct Origin: Sendable, Hashable {
        let source: String
        let storageLocation: String
        let runID: String?
        let modelID: String?
    }

    /// Sources that MLflow's clients write for a prompt, whose text is in a tag.
    private static let promptSources: Set<String> = ["dummy-source", "prompt-template"]

    let registry: RegistryStore
    let runs: RunStore
    let models: LoggedModelStore
    /// A regular expression that every source must match; nil for none.
    let allowed: String?

    /// The origin of a source: `models:/m-…`, `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `runs:/…`, or another URI.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func resolve(_ source: String, runID: String?, modelID: String?, isPrompt: Bool) async throws -> Origin {
        if let allowed, source.range(of: allowed, options: .regularExpression) == nil {
            throw PlatformError.mlflowInvalid("Invalid model version source: '\(source.prefix(300))'.")
        }
        if isPrompt {
            guard Self.promptSources.contains(source) else {
                throw PlatformError.mlflowInvalid(
                    "Invalid prompt source: '\(source.prefix(300))'. Prompt sources must use an MLflow placeholder."
                )
            }
            return Origin(source: source, storageLocation: source, runID: runID, modelID: nil)
        }
        let run = runID.flatMap { $0.isEmpty ? nil : $0 }
        let model = modelID.flatMap { $0.isEmpty ? nil : $0 }
        if SourceURI(source).scheme == "models" { return try await registered(source, run, model) }
        if SourceURI(source).isLocal { return try await local(source, run, model) }
        try SourceURI(source).refuseClimbing()
        return try await remote(source, run, model)
    }

    /// Tells the logged model that it was registered, in the tag that MLflow's client reads, as Python writes JSON.
    func note(_ version: ModelVersion) async throws {
        guard let id = version.modelID else { return }
        let tag = "mlflow.modelVersions"
        let earlier = try await models.get(id).tags.first { $0.key == tag }?.value
        let list = try earlier.map { try CanonicalJSON.decode([JSONValue].self, from: .init($0.utf8)) } ?? []
        let entries =
            list.map { one in
                (one["name"]?.stringValue ?? "", one["version"]?.integerValue ?? 0)
            } + [(version.model, version.version)]
        let text = try entries.map { name, number in
            "{\"name\": \(try CanonicalJSON.text(name)), \"version\": \(number)}"
        }
        _ = try await models.set(tags: [KeyValue(tag, "[\(text.joined(separator: ", "))]")], on: id)
    }

    private func registered(_ source: String, _ run: String?, _ model: String?) async throws -> Origin {
        let uri = SourceURI(source)
        guard uri.authority.isEmpty else {
            throw invalid(source, "Registered model sources must use the active model registry.")
        }
        let parts = uri.path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, !first.trimmingCharacters(in: .whitespaces).isEmpty, parts.count <= 2 else {
            throw invalid(source, "The model_id request parameter must identify the resource that contains the source.")
        }
        if parts.count == 1, !first.contains("@") {
            let logged = try await known(model: first, source)
            if let model, model != first {
                throw invalid(
                    source,
                    "The model_id request parameter must identify the resource that contains the source."
                )
            }
            return Origin(
                source: source,
                storageLocation: logged.artifactLocation,
                runID: run ?? logged.sourceRunID,
                modelID: model ?? first
            )
        }
        let version = try await version(parts, source)
        if RegistryStore.isPrompt(version.tags) {
            throw invalid(source, "Prompt versions cannot be used as model version sources.")
        }
        if (run != nil && run != version.runID) || (model != nil && model != version.modelID) {
            throw invalid(source, "The run_id and model_id request parameters must match the referenced model version.")
        }
        return Origin(
            source: "models:/\(version.model)/\(version.version)",
            storageLocation: version.storageLocation,
            runID: run ?? version.runID,
            modelID: model ?? version.modelID
        )
    }

    /// The version that `NAME/VERSION`, `NAME/latest`, `NAME/STAGE` or `NAME@ALIAS` names.
    private func version(_ parts: [String], _ source: String) async throws -> ModelVersion {
        if parts.count == 1, let at = parts[0].lastIndex(of: "@") {
            return try await registry.version(
                String(parts[0][..<at]),
                alias: String(parts[0][parts[0].index(after: at)...])
            )
        }
        if let number = Int64(parts[1]) { return try await registry.version(parts[0], number) }
        if parts[1].lowercased() == "latest" { return try await registry.version(parts[0], alias: "latest") }
        let stage = try ModelStage(word: parts[1]).rawValue
        guard let newest = try await registry.model(parts[0]).latestVersions.last(where: { $0.stage == stage }) else {
            throw invalid(source, "No version is in that stage.")
        }
        return newest
    }

    /// A path of this machine is taken only below the artifacts of the run or model that the request names.
    private func local(_ source: String, _ run: String?, _ model: String?) async throws -> Origin {
        let uri = SourceURI(source)
        if !uri.authority.isEmpty, !uri.isThisMachine {
            throw PlatformError(
                ErrorCode("INTERNAL_ERROR", .internal),
                "\(source.prefix(300)) is not a valid remote uri. For remote access on windows, please consider using a "
                    + "different scheme such as SMB (e.g. smb://<hostname>/<path>)."
            )
        }
        var root: String?
        var runID = run
        if let model {
            let logged = try await known(model: model, source)
            root = logged.artifactLocation
            runID = run ?? logged.sourceRunID
        } else if let run {
            root = try await known(run: run, source).info.artifactURI
        }
        if let root, SourceURI(root).isLocal, uri.isBelow(localRoot: SourceURI(root)) {
            return Origin(source: source, storageLocation: source, runID: runID, modelID: model)
        }
        let name = model == nil ? "run_id" : "model_id"
        throw invalid(
            source,
            "To use a local path as a model version source, the \(name) request parameter has to be specified and the "
                + "local path has to be contained within the artifact directory of the run specified by the \(name)."
        )
    }

    private func remote(_ source: String, _ run: String?, _ model: String?) async throws -> Origin {
        let uri = SourceURI(source)
        var runID = run
        if let model {
            // Artifacts that are kept elsewhere belong to nobody here, so a model that is unknown is just that.
            let isOurs = uri.scheme == "runs" || uri.isProxied
            let logged = isOurs ? try await known(model: model, source) : try await models.get(model)
            runID = run ?? logged.sourceRunID
            if uri.scheme == "runs" || (uri.isProxied && !uri.isBelow(SourceURI(logged.artifactLocation))) {
                try await refuseForeign(uri, source, run: runID, model: model)
            }
        } else if uri.scheme == "runs" || uri.isProxied {
            try await refuseForeign(uri, source, run: run, model: nil)
        }
        return Origin(source: source, storageLocation: source, runID: runID, modelID: model)
    }

    /// Refuses artifacts that belong to a run or a logged model other than the one that the request names. An identifier
    /// that this server does not know has no artifacts, so it names nobody's.
    private func refuseForeign(_ uri: SourceURI, _ source: String, run: String?, model: String?) async throws {
        let what = model == nil ? "run_id" : "model_id"
        for part in uri.parts.prefix(8) where part != run && part != model {
            let isKnown: Bool
            if part.hasPrefix("m-") {
                isKnown = (try? await models.get(part)) != nil
            } else if part.count == 32 {
                isKnown = (try? await runs.get(part)) != nil
            } else {
                continue
            }
            guard isKnown, !(uri.scheme == "runs" && part != uri.parts.first) else { continue }
            throw invalid(
                source,
                "The \(what) request parameter must identify the resource that contains the source."
            )
        }
    }

    private func known(run id: String, _ source: String) async throws -> Run {
        do {
            return try await runs.get(id)
        } catch let error as PlatformError where error.code == .mlflowNotFound {
            throw invalid(source, "The run_id request parameter must identify the resource that contains the source.")
        }
    }

    private func known(model id: String, _ source: String) async throws -> LoggedModel {
        do {
            return try await models.get(id)
        } catch let error as PlatformError where error.code == .mlflowNotFound {
            throw invalid(source, "The model_id request parameter must identify the resource that contains the source.")
        }
    }

    private func invalid(_ source: String, _ reason: String) -> PlatformError {
        PlatformError.mlflowInvalid("Invalid model version source: '\(source.prefix(300))'. \(reason)")
    }
}
