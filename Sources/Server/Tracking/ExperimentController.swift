import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about experiments.
package struct ExperimentController: Sendable {
    private let experiments: ExperimentStore

    /// Makes the controller of a store.
    package init(experiments: ExperimentStore) {
        self.experiments = experiments
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/experiments"
        routes.mlflow(.post, "\(base)/create", .trackingWrite, create)
        routes.mlflow(.get, "\(base)/get", .trackingRead) { call in
            let id = try ExperimentStore.number(MLflowCall.require(call.query("experiment_id"), "experiment_id"))
            return Self.reply(try await experiments.get(id))
        }
        routes.mlflow(.get, "\(base)/get-by-name", .trackingRead) { call in
            let name = try MLflowCall.require(call.query("experiment_name"), "experiment_name")
            guard let found = try await experiments.find(name: name) else {
                throw PlatformError.mlflowMissing("Could not find experiment with name '\(name)'")
            }
            return Self.reply(found)
        }
        routes.mlflow(.post, "\(base)/delete", .trackingWrite) { try await move($0, .deleted) }
        routes.mlflow(.post, "\(base)/restore", .trackingWrite) { try await move($0, .active) }
        routes.mlflow(.post, "\(base)/update", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.ExperimentChange.self)
            let id = try ExperimentStore.number(MLflowCall.require(body.experimentID, "experiment_id"))
            let name = try MLflowCall.require(body.newName, "new_name")
            try await experiments.rename(id, to: name, actor: call.actor)
            return .mlflowEmpty
        }
        addTagRoutes(to: routes, base)
        routes.mlflow(.post, "\(base)/search", .trackingRead) { call in
            try await search(call.body(MLflowBodies.Search.self))
        }
        routes.mlflow(.get, "\(base)/search", .trackingRead) { call in
            try await search(
                filter: call.query("filter"),
                order: call.queries("order_by"),
                view: call.query("view_type"),
                maximum: call.integer("max_results"),
                token: call.query("page_token")
            )
        }
    }

    private func addTagRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/set-experiment-tag", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.ExperimentChange.self)
            let id = try ExperimentStore.number(MLflowCall.require(body.experimentID, "experiment_id"))
            let key = try MLflowCall.require(body.key, "key")
            try await experiments.setTag(KeyValue(key, body.value ?? ""), on: id)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/delete-experiment-tag", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.ExperimentChange.self)
            let id = try ExperimentStore.number(MLflowCall.require(body.experimentID, "experiment_id"))
            try await experiments.deleteTag(MLflowCall.require(body.key, "key"), of: id)
            return .mlflowEmpty
        }
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowBodies.CreateExperiment.self)
        let name = try MLflowCall.require(body.name, "name")
        try ArtifactLocation.check(body.artifactLocation ?? "", parameter: "artifact_location")
        let id = try await experiments.create(
            name: name,
            artifactLocation: body.artifactLocation,
            tags: (body.tags ?? []).map { KeyValue($0.key ?? "", $0.value ?? "") },
            actor: call.actor
        )
        return .mlflow { $0.member("experiment_id", String(id)) }
    }

    private func move(_ call: MLflowCall, _ stage: LifecycleStage) async throws -> Response {
        let body = try await call.body(MLflowBodies.ExperimentChange.self)
        let id = try ExperimentStore.number(MLflowCall.require(body.experimentID, "experiment_id"))
        try await experiments.move(id, to: stage, actor: call.actor)
        return .mlflowEmpty
    }

    private func search(_ body: MLflowBodies.Search) async throws -> Response {
        try await search(
            filter: body.filter,
            order: body.orderBy ?? [],
            view: body.viewType,
            maximum: body.maxResults?.value,
            token: body.pageToken
        )
    }

    private func search(
        filter: String?,
        order: [String],
        view: String?,
        maximum: Int64?,
        token: String?
    ) async throws -> Response {
        let page = try await experiments.search(
            filter: filter,
            order: order,
            view: view.flatMap(ViewType.init(rawValue:)) ?? .activeOnly,
            maximum: Int(clamping: maximum ?? 0),
            token: token
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("experiments", page.elements) { writer, one in writer.object { $0.members(of: one) } }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    private static func reply(_ experiment: Experiment) -> Response {
        .mlflow { writer in writer.object("experiment") { $0.members(of: experiment) } }
    }
}
