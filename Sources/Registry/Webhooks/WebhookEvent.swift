import Primitives

/// What a webhook can be told about: an entity and what happened to it, as MLflow 3.17 names them.
package struct WebhookEvent: Sendable, Hashable, Codable {
    /// `registered_model`, `prompt_version_tag`, …
    package let entity: String
    /// `created`, `set`, `deleted`, `exceeded`.
    package let action: String

    /// Every pair that there is.
    package static let all: [WebhookEvent] = [
        WebhookEvent("registered_model", "created"), WebhookEvent("model_version", "created"),
        WebhookEvent("model_version_tag", "set"), WebhookEvent("model_version_tag", "deleted"),
        WebhookEvent("model_version_alias", "created"), WebhookEvent("model_version_alias", "deleted"),
        WebhookEvent("prompt", "created"), WebhookEvent("prompt_version", "created"),
        WebhookEvent("prompt_tag", "set"), WebhookEvent("prompt_tag", "deleted"),
        WebhookEvent("prompt_version_tag", "set"), WebhookEvent("prompt_version_tag", "deleted"),
        WebhookEvent("prompt_alias", "created"), WebhookEvent("prompt_alias", "deleted"),
        WebhookEvent("budget_policy", "exceeded"),
    ]

    init(_ entity: String, _ action: String) {
        self.entity = entity
        self.action = action
    }

    /// The pair that two words name, in any case.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package static func named(_ entity: String, _ action: String) throws -> WebhookEvent {
        let event = WebhookEvent(entity.lowercased(), action.lowercased())
        if all.contains(event) { return event }
        let actions = all.filter { $0.entity == event.entity }.map(\.action).sorted()
        guard !actions.isEmpty else {
            throw PlatformError.mlflowInvalid("'\(entity.prefix(100))' is not a valid WebhookEntity")
        }
        throw PlatformError.mlflowInvalid(
            "Invalid action '\(event.action.prefix(100))' for entity '\(event.entity)'. Valid actions are: "
                + "[\(actions.map { "'\($0)'" }.joined(separator: ", "))]"
        )
    }

    /// What a test delivery carries.
    package var example: JSONValue {
        let tags: JSONValue = ["example_key": "example_value"]
        let isPrompt = entity.hasPrefix("prompt")
        let name: JSONValue = isPrompt ? "example_prompt" : "example_model"
        switch (entity, action) {
        case ("registered_model", _): return ["name": name, "tags": tags, "description": "An example registered model"]
        case ("prompt", _): return ["name": name, "tags": tags, "description": "An example prompt"]
        case ("model_version", _):
            return [
                "name": name, "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": tags,
                "description": "An example model version",
            ]
        case ("prompt_version", _):
            return [
                "name": name, "version": "1", "template": "Hello {{name}}!", "tags": tags,
                "description": "An example prompt version",
            ]
        case ("prompt_tag", "set"): return ["name": name, "key": "example_key", "value": "example_value"]
        case ("prompt_tag", _): return ["name": name, "key": "example_key"]
        case (_, "set"): return ["name": name, "version": "1", "key": "example_key", "value": "example_value"]
        case ("model_version_tag", _), ("prompt_version_tag", _):
            return ["name": name, "version": "1", "key": "example_key"]
        case ("budget_policy", _):
            return [
                "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5,
                "duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default",
                "target_value": "ep-abc123", "window_start": 1_704_067_200_000,
            ]
        case (_, "created"): return ["name": name, "alias": "example_alias", "version": "1"]
        default: return ["name": name, "alias": "example_alias"]
        }
    }
}
