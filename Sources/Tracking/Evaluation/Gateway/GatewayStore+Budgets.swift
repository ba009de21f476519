import Primitives
import Storage

extension GatewayStore {
    /// Stores a budget.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`; `RESOURCE_DOES_NOT_EXIST` for the endpoint that it names.
    package func createBudget(_ rule: GatewayBudget.Rule, user: String?, actor: String) async throws -> GatewayBudget {
        try rule.check()
        let id = "bp-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            if rule.scope == .endpoint, let target = rule.target { try Self.requireEndpoint(target, transaction) }
            try transaction.execute(
                "INSERT INTO gateway_budget (budget_policy_id, \(Self.ruleColumns), \(GatewayAudit.columns)) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [.text(id)] + Self.values(of: rule) + GatewayAudit.values(user, now)
            )
            try Self.record("budget.created", id, rule.scope.rawValue, actor, in: transaction)
            return try Self.budget(id, transaction)
        }
    }

    /// A budget.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func budget(_ id: String) async throws -> GatewayBudget {
        try await database.read { try Self.budget(id, $0) }
    }

    /// Changes a budget's rule.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func updateBudget(
        _ id: String,
        user: String?,
        actor: String,
        change: @escaping @Sendable (inout GatewayBudget.Rule) throws -> Void
    ) async throws -> GatewayBudget {
        let now = time.now()
        return try await database.write { transaction in
            let known = try Self.budget(id, transaction)
            var rule = known.rule
            try change(&rule)
            try rule.check()
            if rule.scope == .endpoint, let target = rule.target, target != known.rule.target {
                try Self.requireEndpoint(target, transaction)
            }
            try transaction.execute(
                "UPDATE gateway_budget SET budget_unit = ?, budget_amount = ?, duration_unit = ?, duration_value = ?, "
                    + "target_scope = ?, budget_action = ?, target_value = ?, last_updated_by = ?, last_updated_at = ? "
                    + "WHERE budget_policy_id = ?",
                Self.values(of: rule) + [.optional(user ?? known.audit.lastUpdatedBy), .time(now), .text(id)]
            )
            try Self.record("budget.changed", id, rule.scope.rawValue, actor, in: transaction)
            return try Self.budget(id, transaction)
        }
    }

    /// Deletes a budget.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func deleteBudget(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let known = try Self.budget(id, transaction)
            try transaction.execute("DELETE FROM gateway_budget WHERE budget_policy_id = ?", [.text(id)])
            try Self.record("budget.deleted", id, known.rule.scope.rawValue, actor, in: transaction)
        }
    }

    /// One page of budgets, by identifier.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func budgets(maximum: Int, token: String?) async throws -> Page<GatewayBudget> {
        try EvaluationSQL.checkPage(maximum)
        let order = PageOrder([SortTerm("budget_policy_id")])
        let place = try order.condition(after: token)
        let rows = try await database.read { reader in
            try reader.query(
                "SELECT * FROM gateway_budget WHERE \(place.sql) ORDER BY \(order.sql) LIMIT ?",
                place.arguments + [.integer(Int64(maximum) + 1)]
            )
        }
        let page = try order.page(rows, maximum: maximum)
        return Page(elements: try page.elements.map(GatewayBudget.init), nextToken: page.nextToken)
    }

    /// Every budget with its present window, by identifier.
    package func budgetWindows() async throws -> [(budget: GatewayBudget, window: GatewayBudget.Window)] {
        let now = time.now()
        let rows = try await database.read { reader in
            try reader.query(
                "SELECT * FROM gateway_budget ORDER BY budget_policy_id LIMIT ?",
                [.integer(Self.maximumWindows)]
            )
        }
        return try rows.map { row in
            let budget = try GatewayBudget(row: row)
            return (budget, budget.rule.window(at: now))
        }
    }

    /// The most windows that one answer lists.
    private static let maximumWindows: Int64 = 10_000

    private static let ruleColumns =
        "budget_unit, budget_amount, duration_unit, duration_value, target_scope, budget_action, target_value"

    private static func values(of rule: GatewayBudget.Rule) -> [SQLValue] {
        [
            .text(rule.unit.rawValue), .real(rule.amount), .text(rule.durationUnit.rawValue), .integer(rule.duration),
            .text(rule.scope.rawValue), .text(rule.action.rawValue), .optional(rule.target),
        ]
    }

    private static func budget(_ id: String, _ reader: any SQLReader) throws -> GatewayBudget {
        guard let row = try reader.first("SELECT * FROM gateway_budget WHERE budget_policy_id = ?", [.text(id)]) else {
            throw missing("BudgetPolicy", [("budget_policy_id", id)])
        }
        return try GatewayBudget(row: row)
    }
}
