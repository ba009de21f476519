import Primitives
import Storage

extension WebhookEvent {
    /// Kinds of journal entries that webhooks may be told about, by their beginning.
    static let journalKinds = ["registry.", "gateway.budget.exceeded"]

    /// Tags by which MLflow's client keeps a prompt; they are no tags of the user's.
    private static let internalTags: Set<String> = [RegistryStore.promptTag, "_mlflow_prompt_type"]
    private static let templateTag = "mlflow.prompt.text"

    /// What a journal entry means to a webhook, and the payload; nil for entries that webhooks are not told about.
    ///
    /// Long texts are not in the journal: they are read from the registry, as they are now.
    static func of(_ entry: JournalEntry, _ reader: any SQLReader) throws -> (event: WebhookEvent, data: JSONValue)? {
        let body = entry.event.body
        if entry.event.kind == "gateway.budget.exceeded" { return (WebhookEvent("budget_policy", "exceeded"), body) }
        guard let name = body["name"]?.stringValue else { return nil }
        let source = Source(body: body, name: name, version: body["version"]?.integerValue, reader: reader)
        let isPrompt = body["prompt"] == true
        var data: [String: JSONValue] = ["name": .string(name)]
        if let version = source.version { data["version"] = .string(String(version)) }
        switch entry.event.kind {
        case "registry.model.created":
            data["tags"] = try source.tags(without: isPrompt ? internalTags : [])
            data["description"] = try source.description() ?? ""
            return (WebhookEvent(isPrompt ? "prompt" : "registered_model", "created"), .object(data))
        case "registry.version.created":
            data["description"] = try source.description() ?? .null
            if isPrompt {
                data["template"] = try source.tags(without: [])[templateTag] ?? .null
                data["tags"] = try source.tags(without: internalTags.union([templateTag]))
                return (WebhookEvent("prompt_version", "created"), .object(data))
            }
            data["tags"] = try source.tags(without: [])
            data["source"] = body["source"] ?? .null
            data["run_id"] = body["mlflow_run"] ?? .null
            return (WebhookEvent("model_version", "created"), .object(data))
        case "registry.model.tagged", "registry.model.untagged":
            guard isPrompt, let key = body["key"]?.stringValue else { return nil }
            data["key"] = .string(key)
            guard entry.event.kind == "registry.model.tagged" else {
                return (WebhookEvent("prompt_tag", "deleted"), .object(data))
            }
            data["value"] = try source.value(of: key, body["value"])
            return (WebhookEvent("prompt_tag", "set"), .object(data))
        case "registry.version.tagged", "registry.version.untagged":
            guard let key = body["key"]?.stringValue else { return nil }
            let entity = isPrompt ? "prompt_version_tag" : "model_version_tag"
            data["key"] = .string(key)
            guard entry.event.kind == "registry.version.tagged" else {
                return (WebhookEvent(entity, "deleted"), .object(data))
            }
            data["value"] = try source.value(of: key, body["value"])
            return (WebhookEvent(entity, "set"), .object(data))
        case "registry.alias.moved", "registry.alias.deleted":
            data["alias"] = body["alias"] ?? .null
            let entity = isPrompt ? "prompt_alias" : "model_version_alias"
            guard entry.event.kind == "registry.alias.moved" else {
                return (WebhookEvent(entity, "deleted"), .object(data))
            }
            data["version"] = .string((body["to"]?.integerValue).map(String.init) ?? "")
            return (WebhookEvent(entity, "created"), .object(data))
        default: return nil
        }
    }

    /// The texts of an event's subject: from the event, or from the registry where the event leaves a long one out.
    private struct Source {
        let body: JSONValue
        let name: String
        let version: Int64?
        let reader: any SQLReader

        func tags(without hidden: Set<String>) throws -> JSONValue {
            var tags: [String: JSONValue] = [:]
            for (key, written) in body["tags"]?.objectValue ?? [:] where !hidden.contains(key) {
                tags[key] = try value(of: key, written)
            }
            return .object(tags)
        }

        func value(of key: String, _ written: JSONValue?) throws -> JSONValue {
            if case .string? = written { return written ?? "" }
            let row =
                if let version {
                    try reader.first(
                        "SELECT value FROM model_version_tag WHERE model = ? AND version = ? AND key = ?",
                        [.text(name), .integer(version), .text(key)]
                    )
                } else {
                    try reader.first(
                        "SELECT value FROM registered_model_tag WHERE model = ? AND key = ?",
                        [.text(name), .text(key)]
                    )
                }
            return .string(try row?.text("value") ?? "")
        }

        func description() throws -> JSONValue? {
            guard let written = body["description"], written != .null else { return nil }
            if case .string = written { return written }
            let row =
                if let version {
                    try reader.first(
                        "SELECT description FROM model_version WHERE model = ? AND version = ?",
                        [.text(name), .integer(version)]
                    )
                } else {
                    try reader.first("SELECT description FROM registered_model WHERE name = ?", [.text(name)])
                }
            return try row?.optionalText("description").map(JSONValue.string)
        }
    }
}
