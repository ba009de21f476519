import Hummingbird
import Primitives
import Registry
import Tracking
import WireAPI

/// MLflow's calls about versions of registered models.
package struct ModelVersionController: Sendable {
    private let registry: RegistryStore
    private let sources: ModelSources
    private let intake: VersionIntake

    /// Makes the controller of a store; the tracking stores tell where a version's files are.
    package init(
        registry: RegistryStore,
        runs: RunStore,
        models: LoggedModelStore,
        artifacts: ArtifactStore,
        settings: RegistrySettings
    ) {
        self.registry = registry
        sources = ModelSources(registry: registry, runs: runs, models: models, allowed: settings.sourcePattern)
        intake = VersionIntake(registry: registry, artifacts: artifacts, mode: settings.modelScan)
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/model-versions"
        routes.mlflow(.post, "\(base)/create", .modelsWrite, create)
        routes.mlflow(.get, "\(base)/get", .modelsRead) { call in
            let (name, number) = try Self.key(call.query("name"), call.query("version"))
            return Self.reply(try await registry.version(name, number))
        }
        routes.mlflow(.patch, "\(base)/update", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Version.self)
            let (name, number) = try Self.key(body.name, body.version)
            return Self.reply(try await registry.describe(name, number, body.description, actor: call.actor))
        }
        routes.mlflow(.delete, "\(base)/delete", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Version.self)
            let (name, number) = try Self.key(body.name, body.version)
            try await registry.deleteVersion(name, number, actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/transition-stage", .modelsPromote) { call in
            let body = try await call.body(MLflowRegistryBodies.Version.self)
            let (name, number) = try Self.key(body.name, body.version)
            let stage = try ModelStage(word: MLflowCall.require(body.stage, "stage"))
            let archive = body.archiveExistingVersions ?? false
            return Self.reply(try await registry.move(name, number, to: stage, archive: archive, actor: call.actor))
        }
        addTagRoutes(to: routes, base)
        routes.mlflow(.get, "\(base)/get-download-uri", .modelsRead) { call in
            let (name, number) = try Self.key(call.query("name"), call.query("version"))
            let version = try await registry.version(name, number)
            return .mlflow { $0.member("artifact_uri", version.storageLocation) }
        }
        routes.mlflow(.get, "\(base)/search", .modelsRead, search)
    }

    private func addTagRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/set-tag", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Version.self)
            let (name, number) = try Self.key(body.name, body.version)
            let key = try MLflowCall.require(body.key, "key")
            try await registry.set(tag: ModelTag(key, body.value ?? ""), name, number, actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.delete, "\(base)/delete-tag", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Version.self)
            let (name, number) = try Self.key(body.name, body.version)
            let key = try MLflowCall.require(body.key, "key")
            try await registry.delete(tag: key, name, number, actor: call.actor)
            return .mlflowEmpty
        }
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowRegistryBodies.Version.self)
        let name = try MLflowCall.require(body.name, "name")
        let source = try MLflowCall.require(body.source, "source")
        let tags = (body.tags ?? []).map { ModelTag($0.key ?? "", $0.value ?? "") }
        let isPrompt = RegistryStore.isPrompt(tags)
        let origin = try await sources.resolve(source, runID: body.runID, modelID: body.modelID, isPrompt: isPrompt)
        let look = isPrompt ? nil : try await intake.look(at: origin.storageLocation)
        let version = try await registry.createVersion(
            of: name,
            RegistryStore.NewVersion(
                source: origin.source,
                storageLocation: origin.storageLocation,
                runID: origin.runID,
                runLink: body.runLink,
                modelID: origin.modelID,
                description: body.description ?? "",
                tags: tags,
                content: look?.content
            ),
            actor: call.actor
        )
        try await sources.note(version)
        try await intake.attest(look?.report, version)
        return Self.reply(version)
    }

    private func search(_ call: MLflowCall) async throws -> Response {
        let page = try await registry.searchVersions(
            filter: call.query("filter"),
            order: call.queries("order_by"),
            maximum: Int(clamping: call.integer("max_results") ?? 200_000),
            token: call.query("page_token")
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("model_versions", page.elements) { writer, one in writer.object { $0.members(of: one) } }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    /// The version number that a text names.
    static func number(_ text: String) throws -> Int64 {
        guard let number = Int64(text) else {
            throw PlatformError.mlflowInvalid("Parameter 'version' must be an integer, got '\(text.prefix(100))'.")
        }
        return number
    }

    static func reply(_ version: ModelVersion) -> Response {
        .mlflow { writer in writer.object("model_version") { $0.members(of: version) } }
    }

    private static func key(_ name: String?, _ version: String?) throws -> (String, Int64) {
        (try MLflowCall.require(name, "name"), try number(MLflowCall.require(version, "version")))
    }
}
