import Hummingbird
import Primitives
import Registry
import Tracking
import WireAPI

/// MLflow's calls about registered models and their aliases.
package struct RegisteredModelController: Sendable {
    private let registry: RegistryStore

    /// Makes the controller of a store.
    package init(registry: RegistryStore) {
        self.registry = registry
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/registered-models"
        routes.mlflow(.post, "\(base)/create", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let model = try await registry.create(
                name: MLflowCall.require(body.name, "name"),
                description: body.description ?? "",
                tags: (body.tags ?? []).map { ModelTag($0.key ?? "", $0.value ?? "") },
                actor: call.actor
            )
            return Self.reply(model)
        }
        routes.mlflow(.get, "\(base)/get", .modelsRead) { call in
            Self.reply(try await registry.model(MLflowCall.require(call.query("name"), "name")))
        }
        routes.mlflow(.patch, "\(base)/update", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            return Self.reply(try await registry.describe(name, body.description ?? "", actor: call.actor))
        }
        routes.mlflow(.post, "\(base)/rename", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            let new = try MLflowCall.require(body.newName, "new_name")
            return Self.reply(try await registry.rename(name, to: new, actor: call.actor))
        }
        routes.mlflow(.delete, "\(base)/delete", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            try await registry.delete(model: MLflowCall.require(body.name, "name"), actor: call.actor)
            return .mlflowEmpty
        }
        addTagRoutes(to: routes, base)
        addAliasRoutes(to: routes, base)
        routes.mlflow(.get, "\(base)/search", .modelsRead, search)
        routes.mlflow(.post, "\(base)/get-latest-versions", .modelsRead) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            return try await latest(body.name, body.stages ?? [])
        }
        routes.mlflow(.get, "\(base)/get-latest-versions", .modelsRead) { call in
            try await latest(call.query("name"), call.queries("stages"))
        }
    }

    private func addTagRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/set-tag", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            let key = try MLflowCall.require(body.key, "key")
            try await registry.set(tag: ModelTag(key, body.value ?? ""), model: name, actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.delete, "\(base)/delete-tag", .modelsWrite) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            let key = try MLflowCall.require(body.key, "key")
            try await registry.delete(tag: key, model: name, actor: call.actor)
            return .mlflowEmpty
        }
    }

    private func addAliasRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/alias", .modelsPromote) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            let alias = try MLflowCall.require(body.alias, "alias")
            let number = try ModelVersionController.number(MLflowCall.require(body.version, "version"))
            try await registry.move(alias: alias, of: name, to: number, actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.delete, "\(base)/alias", .modelsPromote) { call in
            let body = try await call.body(MLflowRegistryBodies.Model.self)
            let name = try MLflowCall.require(body.name, "name")
            try await registry.delete(alias: MLflowCall.require(body.alias, "alias"), of: name, actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.get, "\(base)/alias", .modelsRead) { call in
            let name = try MLflowCall.require(call.query("name"), "name")
            let alias = try MLflowCall.require(call.query("alias"), "alias")
            do {
                return ModelVersionController.reply(try await registry.version(name, alias: alias))
            } catch let error as PlatformError where error.code == .aliasMissing {
                // MLflow answers 400 for an alias that is not there.
                throw PlatformError.mlflowInvalid(error.message)
            }
        }
    }

    private func search(_ call: MLflowCall) async throws -> Response {
        let page = try await registry.searchModels(
            filter: call.query("filter"),
            order: call.queries("order_by"),
            maximum: Int(clamping: call.integer("max_results") ?? 100),
            token: call.query("page_token")
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("registered_models", page.elements) { writer, one in writer.object { $0.members(of: one) }
                }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    private func latest(_ name: String?, _ stages: [String]) async throws -> Response {
        let wanted = try (stages.isEmpty ? ModelStage.allCases : stages.map(ModelStage.init(word:))).map(\.rawValue)
        let model = try await registry.model(MLflowCall.require(name, "name"))
        let versions = model.latestVersions.filter { wanted.contains($0.stage) }
        return .mlflow { writer in
            guard !versions.isEmpty else { return }
            writer.array("model_versions", versions) { writer, one in writer.object { $0.members(of: one) } }
        }
    }

    private static func reply(_ model: RegisteredModel) -> Response {
        .mlflow { writer in writer.object("registered_model") { $0.members(of: model) } }
    }
}
