import Primitives
import Storage

/// How much may be spent in a window of time.
package struct GatewayBudget: Sendable, Hashable {
    /// What is counted.
    package enum Unit: String, Sendable, CaseIterable {
        case dollars = "USD"
    }

    /// What a window's length is counted in.
    package enum DurationUnit: String, Sendable, CaseIterable {
        case minutes = "MINUTES"
        case hours = "HOURS"
        case days = "DAYS"
        case weeks = "WEEKS"
        case months = "MONTHS"
    }

    /// Whose spending is counted.
    package enum Scope: String, Sendable, CaseIterable {
        case global = "GLOBAL"
        case workspace = "WORKSPACE"
        case endpoint = "ENDPOINT"
        case user = "USER"

        /// Whether the scope names one endpoint or user.
        package var hasTarget: Bool { self == .endpoint || self == .user }
    }

    /// What happens when it is spent.
    package enum Action: String, Sendable, CaseIterable {
        case alert = "ALERT"
        case reject = "REJECT"
    }

    /// The rule.
    package struct Rule: Sendable, Hashable {
        /// What is counted.
        package var unit: Unit
        /// How much.
        package var amount: Double
        /// What the window is counted in.
        package var durationUnit: DurationUnit
        /// The window's length.
        package var duration: Int64
        /// Whose spending is counted.
        package var scope: Scope
        /// The endpoint or user.
        package var target: String?
        /// What happens when it is spent.
        package var action: Action

        /// Makes a rule.
        package init(
            unit: Unit,
            amount: Double,
            durationUnit: DurationUnit,
            duration: Int64,
            scope: Scope,
            target: String?,
            action: Action
        ) {
            self.unit = unit
            self.amount = amount
            self.durationUnit = durationUnit
            self.duration = duration
            self.scope = scope
            self.target = target
            self.action = action
        }

        /// - Throws: `INVALID_PARAMETER_VALUE`.
        func check() throws {
            guard duration > 0 else {
                throw PlatformError.mlflowInvalid("duration.value must be a positive integer, got \(duration)")
            }
            guard amount.isFinite, amount >= 0 else {
                throw PlatformError.mlflowInvalid("budget_amount must be a number from 0, got \(amount)")
            }
            if scope.hasTarget, target == nil {
                throw PlatformError.mlflowInvalid("target_value is required when target_scope is \(scope.rawValue).")
            }
            if !scope.hasTarget, target != nil {
                throw PlatformError.mlflowInvalid("target_value can only be set when target_scope is ENDPOINT or USER.")
            }
            try MLflowName.checkLength("target_value", target ?? "", upTo: GatewayStore.nameLength)
        }
    }

    /// `bp-` and 32 hexadecimal digits.
    package let id: String
    /// The rule.
    package let rule: Rule
    /// Who and when.
    package let audit: GatewayAudit

    init(row: SQLRow) throws {
        id = try row.text("budget_policy_id")
        rule = Rule(
            unit: Unit(rawValue: try row.text("budget_unit")) ?? .dollars,
            amount: try row.real("budget_amount"),
            durationUnit: DurationUnit(rawValue: try row.text("duration_unit")) ?? .days,
            duration: try row.integer("duration_value"),
            scope: Scope(rawValue: try row.text("target_scope")) ?? .global,
            target: try row.optionalText("target_value"),
            action: Action(rawValue: try row.text("budget_action")) ?? .alert
        )
        audit = try GatewayAudit(row: row)
    }
}
