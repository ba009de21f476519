import Foundation
import Primitives
import Storage

/// What the registry writes into its tables and the journal. An event carries what a reader needs to know what changed,
/// so that webhooks are made from the journal alone.
extension RegistryStore {
    /// Longer texts are left out of an event, in UTF-8 bytes: prompts and notes of any length are not for an audit log.
    static let longestText = 4096
    /// The tag that marks a model as a prompt.
    package static let promptTag = "mlflow.prompt.is_prompt"

    static func insert(
        model name: String,
        _ description: String?,
        _ tags: [ModelTag],
        _ now: Timestamp,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "INSERT INTO registered_model (name, description, creation_time, last_update_time) VALUES (?, ?, ?, ?)",
            [.text(name), .optional(description), .time(now), .time(now)]
        )
        for tag in tags { try put(tag, model: name, transaction) }
        var body: [String: JSONValue] = ["name": .string(name), "tags": texts(tags)]
        if isPrompt(tags) { body["prompt"] = true }
        if let description { body["description"] = text(description) }
        try transaction.record(
            JournalEvent(
                kind: "registry.model.created",
                subject: "model/\(name)",
                actor: actor,
                body: .object(body)
            )
        )
    }

    static func put(_ tag: ModelTag, model name: String, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO registered_model_tag (model, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
            [.text(name), .text(tag.key), .text(tag.value)]
        )
    }

    static func put(_ tag: ModelTag, _ name: String, _ number: Int64, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO model_version_tag (model, version, key, value) VALUES (?, ?, ?, ?) "
                + "ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value",
            [.text(name), .integer(number), .text(tag.key), .text(tag.value)]
        )
    }

    /// Records a change of a model, with its name, and whether it is a prompt.
    static func record(
        _ kind: String,
        model name: String,
        _ actor: String,
        _ members: [String: JSONValue],
        _ transaction: any SQLTransaction
    ) throws {
        var body = members
        body["name"] = .string(name)
        if try isPrompt(name, transaction) { body["prompt"] = true }
        try transaction.record(
            JournalEvent(kind: kind, subject: "model/\(name)", actor: actor, body: .object(body))
        )
    }

    /// Records a change of a version, with its model's name and its number, and whether it is a prompt's.
    static func record(
        _ kind: String,
        _ name: String,
        _ number: Int64,
        _ actor: String,
        _ members: [String: JSONValue],
        _ transaction: any SQLTransaction
    ) throws {
        var body = members
        body["name"] = .string(name)
        body["version"] = .integer(number)
        if try isPrompt(name, transaction) { body["prompt"] = true }
        try transaction.record(
            JournalEvent(kind: kind, subject: "model/\(name)/\(number)", actor: actor, body: .object(body))
        )
    }

    /// A text as an event carries it: the text, or its size and digest when it is long.
    static func text(_ value: String) -> JSONValue {
        guard value.utf8.count > longestText else { return .string(value) }
        let data = Data(value.utf8)
        return ["bytes": .integer(Int64(data.count)), "digest": .string(Digest.sha256(of: data).description)]
    }

    /// Tags as an event carries them; of two with one key the last counts.
    static func texts(_ tags: [ModelTag]) -> JSONValue {
        .object(Dictionary(tags.map { ($0.key, text($0.value)) }, uniquingKeysWith: { _, last in last }))
    }

    /// Whether tags make a prompt of what they are on.
    package static func isPrompt(_ tags: [ModelTag]) -> Bool {
        tags.last { $0.key == promptTag }?.value.lowercased() == "true"
    }

    /// Whether a model is a prompt.
    static func isPrompt(_ name: String, _ reader: any SQLReader) throws -> Bool {
        let row = try reader.first(
            "SELECT value FROM registered_model_tag WHERE model = ? AND key = ?",
            [.text(name), .text(promptTag)]
        )
        return try row?.text("value").lowercased() == "true"
    }
}
