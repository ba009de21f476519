import Primitives
import Storage

/// A scorer that checks what goes into a model or comes out of it.
package struct GatewayGuardrail: Sendable, Hashable {
    /// Whether it looks at the request or at the answer.
    package enum Stage: String, Sendable, CaseIterable {
        case before = "BEFORE"
        case after = "AFTER"
    }

    /// Whether it refuses or rewrites.
    package enum Action: String, Sendable, CaseIterable {
        case validation = "VALIDATION"
        case sanitization = "SANITIZATION"
    }

    /// `gr-` and 32 hexadecimal digits.
    package let id: String
    /// Its name.
    package let name: String
    /// The scorer.
    package let scorer: ScorerVersion
    /// What it looks at.
    package let stage: Stage
    /// What it does.
    package let action: Action
    /// The name of the endpoint that rewrites.
    package let actionEndpoint: String?
    /// Who and when.
    package let audit: GatewayAudit

    /// Columns of the guardrail have the prefix `g_` where the scorer has the same.
    init(row: SQLRow, endpointNames: [String: String]) throws {
        id = try row.text("guardrail_id")
        name = try row.text("g_name")
        scorer = try ScorerVersion(row: row, endpointNames: endpointNames)
        stage = Stage(rawValue: try row.text("stage")) ?? .before
        action = Action(rawValue: try row.text("action")) ?? .validation
        actionEndpoint = try row.optionalText("action_endpoint")
        audit = try GatewayAudit(row: row)
    }
}

/// A guardrail in its place at an endpoint.
package struct GatewayGuardrailPlace: Sendable, Hashable {
    /// The endpoint.
    package let endpointID: String
    /// The guardrail.
    package let guardrail: GatewayGuardrail
    /// Its turn; those without one come last.
    package let order: Int64?
    /// Who put it there.
    package let createdBy: String?
    /// When.
    package let createdAt: Timestamp

    init(row: SQLRow, endpointNames: [String: String]) throws {
        endpointID = try row.text("endpoint_id")
        guardrail = try GatewayGuardrail(row: row, endpointNames: endpointNames)
        order = try row.optionalInteger("execution_order")
        createdBy = try row.optionalText("c_created_by")
        createdAt = try row.time("c_created_at")
    }
}
