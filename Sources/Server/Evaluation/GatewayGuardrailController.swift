import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about the gateway's guardrails.
package struct GatewayGuardrailController: Sendable {
    private let gateway: GatewayStore

    /// Makes the controller of a store.
    package init(gateway: GatewayStore) {
        self.gateway = gateway
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "gateway/guardrails"
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy, create)
        routes.evaluation(.get, "\(base)/get", .endpointsRead) { _, members in
            Self.reply(try await gateway.guardrail(members.required("guardrail_id")))
        }
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            try await gateway.deleteGuardrail(members.required("guardrail_id"), actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let maximum = try members.integer("max_results") ?? 0
            let page = try await gateway.guardrails(
                maximum: maximum == 0 ? 1000 : Int(clamping: maximum),
                token: members.words("page_token")
            )
            return .mlflow(page, as: "guardrails") { $0.members(of: $1) }
        }
        addPlaceRoutes(to: routes, base)
    }

    private func addPlaceRoutes(to routes: RouteTable, _ base: String) {
        routes.evaluation(.post, "\(base)/add-to-endpoint", .endpointsDeploy) { call, members in
            let endpoint = try members.required("endpoint_id")
            let place = try await gateway.add(
                guardrail: members.required("guardrail_id"),
                to: endpoint,
                order: members.integer("execution_order"),
                actor: call.actor
            )
            return Self.reply(place)
        }
        routes.evaluation(.patch, "\(base)/update-config", .endpointsDeploy) { call, members in
            let endpoint = try members.required("endpoint_id")
            let place = try await gateway.move(
                guardrail: members.required("guardrail_id"),
                at: endpoint,
                to: members.integer("execution_order"),
                actor: call.actor
            )
            return Self.reply(place)
        }
        routes.evaluation(.delete, "\(base)/remove-from-endpoint", .endpointsDeploy) { call, members in
            let endpoint = try members.required("endpoint_id")
            try await gateway.remove(guardrail: members.required("guardrail_id"), from: endpoint, actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/list-for-endpoint", .endpointsRead) { _, members in
            let places = try await gateway.guardrails(of: members.required("endpoint_id"))
            return .mlflow { $0.list("configs", places) { $0.members(of: $1) } }
        }
    }

    private func create(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let name = try members.required("name")
        let scorer = try members.required("scorer_id")
        guard let version = try members.integer("scorer_version") else { throw MLflowName.missing("scorer_version") }
        guard let stage: GatewayGuardrail.Stage = try members.choice("stage") else {
            throw PlatformError.mlflowInvalid("Invalid stage: \(members.written("stage"))")
        }
        guard let action: GatewayGuardrail.Action = try members.choice("action") else {
            throw PlatformError.mlflowInvalid("Invalid action: \(members.written("action"))")
        }
        return Self.reply(
            try await gateway.createGuardrail(
                name,
                scorer: (scorer, version),
                stage: stage,
                action: action,
                actionEndpoint: members.words("action_endpoint_id"),
                actor: call.actor
            )
        )
    }

    private static func reply(_ guardrail: GatewayGuardrail) -> Response {
        .mlflow { writer in writer.object("guardrail") { $0.members(of: guardrail) } }
    }

    private static func reply(_ place: GatewayGuardrailPlace) -> Response {
        .mlflow { writer in writer.object("config") { $0.members(of: place) } }
    }
}
