import Primitives
import Tracking
import WireAPI

extension JSONWriter {
    /// A member that is an array of objects; left out when there are none, as protobuf's JSON has it.
    mutating func list<T>(_ key: String, _ elements: [T], _ body: (inout JSONWriter, T) -> Void) {
        if elements.isEmpty { return }
        array(key, elements) { writer, element in writer.object { body(&$0, element) } }
    }

    /// The members of a secret: what may be shown of it.
    mutating func members(of secret: GatewaySecret) {
        member("secret_id", secret.id)
        member("secret_name", secret.name)
        map("masked_values", secret.masked)
        member("provider", secret.provider)
        map("auth_config", secret.configuration)
        members(of: secret.audit)
    }

    /// The members of a model.
    mutating func members(of model: GatewayModel) {
        member("model_definition_id", model.id)
        member("name", model.name)
        member("secret_id", model.secretID)
        member("secret_name", model.secretName)
        member("provider", model.provider)
        member("model_name", model.modelName)
        members(of: model.audit)
    }

    /// The members of an endpoint.
    mutating func members(of endpoint: GatewayEndpoint) {
        member("endpoint_id", endpoint.id)
        member("name", endpoint.name)
        list("model_mappings", endpoint.mappings) { $0.members(of: $1) }
        list("tags", endpoint.tags) { writer, tag in
            writer.member("key", tag.key)
            writer.member("value", tag.value)
        }
        member("routing_strategy", endpoint.routingStrategy)
        if let fallback = endpoint.fallback {
            object("fallback_config") { writer in
                writer.member("strategy", fallback.strategy)
                writer.member("max_attempts", fallback.attempts)
            }
        }
        member("experiment_id", endpoint.experimentID.map(String.init))
        member("usage_tracking", endpoint.tracksUsage)
        members(of: endpoint.audit)
    }

    /// The members of a model in its place at an endpoint.
    mutating func members(of mapping: GatewayMapping) {
        member("mapping_id", mapping.id)
        member("endpoint_id", mapping.endpointID)
        member("model_definition_id", mapping.place.modelID)
        object("model_definition") { $0.members(of: mapping.model) }
        member("weight", mapping.place.weight)
        member("linkage_type", mapping.place.linkage.rawValue)
        member("fallback_order", mapping.place.fallbackOrder)
        member("created_by", mapping.createdBy)
        member("created_at", mapping.createdAt.milliseconds)
    }

    /// The members of a binding.
    mutating func members(of binding: GatewayBinding) {
        member("endpoint_id", binding.endpointID)
        member("resource_type", binding.resourceType)
        member("resource_id", binding.resourceID)
        member("display_name", binding.displayName)
        members(of: binding.audit)
    }

    /// The members of a budget.
    mutating func members(of budget: GatewayBudget) {
        member("budget_policy_id", budget.id)
        member("budget_unit", budget.rule.unit.rawValue)
        member("budget_amount", budget.rule.amount)
        object("duration") { writer in
            writer.member("unit", budget.rule.durationUnit.rawValue)
            writer.member("value", budget.rule.duration)
        }
        member("target_scope", budget.rule.scope.rawValue)
        member("budget_action", budget.rule.action.rawValue)
        member("target_value", budget.rule.target)
        members(of: budget.audit)
    }

    /// The members of a guardrail; MLflow puts the endpoint's name where the member says id.
    mutating func members(of guardrail: GatewayGuardrail) {
        member("guardrail_id", guardrail.id)
        member("name", guardrail.name)
        object("scorer") { $0.members(of: guardrail.scorer) }
        member("stage", guardrail.stage.rawValue)
        member("action", guardrail.action.rawValue)
        member("action_endpoint_id", guardrail.actionEndpoint)
        members(of: guardrail.audit)
    }

    /// The members of a guardrail in its place at an endpoint.
    mutating func members(of place: GatewayGuardrailPlace) {
        member("endpoint_id", place.endpointID)
        member("guardrail_id", place.guardrail.id)
        member("execution_order", place.order)
        object("guardrail") { $0.members(of: place.guardrail) }
        member("created_by", place.createdBy)
        member("created_at", place.createdAt.milliseconds)
    }

    private mutating func members(of audit: GatewayAudit) {
        member("created_by", audit.createdBy)
        member("created_at", audit.createdAt.milliseconds)
        member("last_updated_by", audit.lastUpdatedBy)
        member("last_updated_at", audit.lastUpdatedAt.milliseconds)
    }

    private mutating func map(_ key: String, _ pairs: [KeyValue]) {
        if pairs.isEmpty { return }
        object(key) { writer in
            for pair in pairs { writer.member(pair.key, pair.value) }
        }
    }
}
