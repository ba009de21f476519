import Hummingbird
import Primitives
import Security
import Tracking
import WireAPI

/// MLflow's calls about the gateway's budgets.
package struct GatewayBudgetController: Sendable {
    private let gateway: GatewayStore

    /// Makes the controller of a store.
    package init(gateway: GatewayStore) {
        self.gateway = gateway
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "gateway/budgets"
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy) { call, members in
            let rule = try Self.rule(members)
            try Self.requireUsers(rule.scope, call)
            return Self.reply(
                try await gateway.createBudget(rule, user: members.words("created_by"), actor: call.actor)
            )
        }
        routes.evaluation(.get, "\(base)/get", .endpointsRead) { _, members in
            Self.reply(try await gateway.budget(members.required("budget_policy_id")))
        }
        routes.evaluation(.post, "\(base)/update", .endpointsDeploy, update)
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            try await gateway.deleteBudget(members.required("budget_policy_id"), actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/windows", .endpointsRead) { _, _ in try await Self.windows(gateway) }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let page = try await gateway.budgets(
                maximum: members.integer("max_results").map { Int(clamping: $0) } ?? 1000,
                token: members.words("page_token")
            )
            return .mlflow(page, as: "budget_policies") { $0.members(of: $1) }
        }
    }

    private static func windows(_ gateway: GatewayStore) async throws -> Response {
        let windows = try await gateway.budgetWindows()
        return .mlflow { writer in
            writer.list("windows", windows) { writer, item in
                writer.member("budget_policy_id", item.budget.id)
                writer.member("window_start_ms", item.window.start.milliseconds)
                writer.member("window_end_ms", item.window.end.milliseconds)
                // This server forwards no calls to models, so nothing is spent through it.
                writer.member("current_spend", 0.0)
            }
        }
    }

    private func update(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let id = try members.required("budget_policy_id")
        let unit: GatewayBudget.Unit? = try Self.optional("budget_unit", members)
        let amount = try members.real("budget_amount")
        let duration = try members.value("duration").map(Self.duration)
        let scope: GatewayBudget.Scope? = try Self.optional("target_scope", members)
        let action: GatewayBudget.Action? = try Self.optional("budget_action", members)
        let target = try members.text("target_value")
        let changed = try await gateway.updateBudget(id, user: members.words("updated_by"), actor: call.actor) { rule in
            if let unit { rule.unit = unit }
            if let amount { rule.amount = amount }
            if let duration { (rule.durationUnit, rule.duration) = duration }
            if let action { rule.action = action }
            // A target belongs to its scope: another scope needs another one.
            if let scope, scope != rule.scope { (rule.scope, rule.target) = (scope, nil) }
            if let target { rule.target = target.isEmpty ? nil : target }
            if scope != nil || target != nil { try Self.requireUsers(rule.scope, call) }
        }
        return Self.reply(changed)
    }

    private static func rule(_ members: RequestMembers) throws -> GatewayBudget.Rule {
        for name in ["budget_unit", "budget_amount", "duration", "target_scope", "budget_action"] {
            guard members.has(name) else { throw MLflowName.missing(name) }
        }
        let (durationUnit, duration) = try duration(members.value("duration") ?? .object([]))
        return GatewayBudget.Rule(
            unit: try required("budget_unit", members),
            amount: try members.real("budget_amount") ?? 0,
            durationUnit: durationUnit,
            duration: duration,
            scope: try required("target_scope", members),
            target: try members.words("target_value"),
            action: try required("budget_action", members)
        )
    }

    private static func duration(_ value: OrderedJSON) throws -> (GatewayBudget.DurationUnit, Int64) {
        let name = RequestMembers.name(value["unit"], among: GatewayBudget.DurationUnit.allCases.map(\.rawValue))
        guard let unit = name.flatMap(GatewayBudget.DurationUnit.init) else {
            throw PlatformError.mlflowInvalid("Invalid duration.unit: \(value["unit"]?.written.prefix(100) ?? "0")")
        }
        return (unit, RequestMembers.integer(value["value"]) ?? 0)
    }

    private static func required<T: RawRepresentable & CaseIterable>(_ name: String, _ members: RequestMembers) throws
        -> T
    where T.RawValue == String {
        guard let value: T = try members.choice(name) else {
            throw PlatformError.mlflowInvalid("Invalid \(name): \(members.written(name))")
        }
        return value
    }

    private static func optional<T: RawRepresentable & CaseIterable>(_ name: String, _ members: RequestMembers) throws
        -> T?
    where T.RawValue == String {
        members.has(name) ? try required(name, members) : nil
    }

    /// On a server without users a user's budget would never match a request.
    private static func requireUsers(_ scope: GatewayBudget.Scope, _ call: MLflowCall) throws {
        guard scope == .user, call.call.principal == .developer else { return }
        throw PlatformError.mlflowInvalid(
            "USER-scoped budget policies require server authentication to be enabled. Without auth the gateway cannot "
                + "attribute requests to a user, so the policy would never take effect."
        )
    }

    private static func reply(_ budget: GatewayBudget) -> Response {
        .mlflow { writer in writer.object("budget_policy") { $0.members(of: budget) } }
    }
}
