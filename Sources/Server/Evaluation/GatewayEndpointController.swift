import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about the gateway's endpoints, their models, tags and users.
package struct GatewayEndpointController: Sendable {
    private let gateway: GatewayStore

    /// Makes the controller of a store.
    package init(gateway: GatewayStore) {
        self.gateway = gateway
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "gateway/endpoints"
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy) { call, members in
            let name = try members.required("name")
            let request = try Self.request(members, name: name, user: "created_by")
            return Self.reply(try await gateway.createEndpoint(request, actor: call.actor))
        }
        routes.evaluation(.get, "\(base)/get", .endpointsRead) { _, members in
            Self.reply(try await gateway.endpoint(id: members.words("endpoint_id"), name: members.words("name")))
        }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let endpoints = try await gateway.endpoints(
                provider: members.words("provider"),
                secret: members.words("secret_id")
            )
            return .mlflow { $0.list("endpoints", endpoints) { $0.members(of: $1) } }
        }
        routes.evaluation(.post, "\(base)/update", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            let request = try Self.request(members, name: members.words("name"), user: "updated_by")
            return Self.reply(try await gateway.updateEndpoint(id, request, actor: call.actor))
        }
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            try await gateway.deleteEndpoint(members.required("endpoint_id"), actor: call.actor)
            return .mlflowEmpty
        }
        addModelRoutes(to: routes, base)
        addTagRoutes(to: routes, base)
        addBindingRoutes(to: routes, "\(base)/bindings")
    }

    private func addModelRoutes(to routes: RouteTable, _ base: String) {
        routes.evaluation(.post, "\(base)/models/attach", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            guard let config = members.value("model_config") else { throw MLflowName.missing("model_config") }
            let mapping = try await gateway.attach(
                Self.place(config, at: "model_config"),
                to: id,
                user: members.words("created_by"),
                actor: call.actor
            )
            return .mlflow { writer in writer.object("mapping") { $0.members(of: mapping) } }
        }
        routes.evaluation(.post, "\(base)/models/detach", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            try await gateway.detach(members.required("model_definition_id"), from: id, actor: call.actor)
            return .mlflowEmpty
        }
    }

    private func addTagRoutes(to routes: RouteTable, _ base: String) {
        routes.evaluation(.post, "\(base)/set-tag", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            let tag = KeyValue(try members.required("key"), try members.text("value") ?? "")
            try await gateway.set(tag, onEndpoint: id, actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.delete, "\(base)/delete-tag", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            try await gateway.delete(tag: members.required("key"), ofEndpoint: id, actor: call.actor)
            return .mlflowEmpty
        }
    }

    private func addBindingRoutes(to routes: RouteTable, _ base: String) {
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            let binding = try await gateway.bind(
                members.required("resource_id"),
                type: members.required("resource_type"),
                to: id,
                user: members.words("created_by"),
                actor: call.actor
            )
            return .mlflow { writer in writer.object("binding") { $0.members(of: binding) } }
        }
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            let id = try members.required("endpoint_id")
            try await gateway.unbind(
                members.required("resource_id"),
                type: members.required("resource_type"),
                from: id,
                actor: call.actor
            )
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let bindings = try await gateway.bindings(
                endpoint: members.words("endpoint_id"),
                type: members.words("resource_type"),
                resource: members.words("resource_id")
            )
            return .mlflow { $0.list("bindings", bindings) { $0.members(of: $1) } }
        }
    }

    private static func request(_ members: RequestMembers, name: String?, user: String) throws
        -> GatewayStore.EndpointRequest
    {
        let configs = members.value("model_configs")?.elements ?? []
        return GatewayStore.EndpointRequest(
            name: name,
            places: configs.isEmpty ? nil : try configs.enumerated().map { try place($1, at: "model_configs[\($0)]") },
            routingStrategy: members.name("routing_strategy", among: ["REQUEST_BASED_TRAFFIC_SPLIT"]),
            fallback: members.value("fallback_config").map { config in
                GatewayEndpoint.Fallback(
                    strategy: RequestMembers.name(config["strategy"], among: ["SEQUENTIAL"]),
                    attempts: RequestMembers.integer(config["max_attempts"])
                )
            },
            experimentID: try members.words("experiment_id").map(ExperimentStore.number),
            tracksUsage: try members.flag("usage_tracking"),
            user: try members.words(user)
        )
    }

    private static func place(_ config: OrderedJSON, at path: String) throws -> GatewayModelPlace {
        guard let model = config["model_definition_id"]?.stringValue, !model.isEmpty else {
            throw MLflowName.missing("\(path).model_definition_id")
        }
        let linkage = RequestMembers.name(config["linkage_type"], among: ["PRIMARY", "FALLBACK"])
        guard let linkage = linkage.flatMap(GatewayModelPlace.Linkage.init) else {
            throw PlatformError.mlflowInvalid(
                "Invalid or missing value for required parameter 'linkage_type' in \(path). "
                    + "Must be one of: PRIMARY, FALLBACK."
            )
        }
        return GatewayModelPlace(
            modelID: model,
            linkage: linkage,
            weight: RequestMembers.real(config["weight"]) ?? 1,
            fallbackOrder: RequestMembers.integer(config["fallback_order"])
        )
    }

    private static func reply(_ endpoint: GatewayEndpoint) -> Response {
        .mlflow { writer in writer.object("endpoint") { $0.members(of: endpoint) } }
    }
}
