import Primitives
import Storage

/// Keeps registered models, their versions, aliases, attestations, gates and deployments. Each method is one transaction;
/// every change of state is a journal event in it.
package struct RegistryStore: Sendable {
    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Creates a model.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_ALREADY_EXISTS`.
    package func create(name: String, description: String?, tags: [ModelTag], actor: String) async throws
        -> RegisteredModel
    {
        try RegistryLimits.check(model: name)
        for tag in tags { try RegistryLimits.check(tag) }
        let now = time.now()
        return try await database.write { transaction in
            if try Self.exists(name, transaction) { throw try Self.taken(name, tags, transaction) }
            try Self.insert(model: name, description, tags, now, actor, transaction)
            return try Self.load(name, transaction)
        }
    }

    /// A model with its tags, aliases and newest versions.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func model(_ name: String) async throws -> RegisteredModel {
        try RegistryLimits.check(model: name)
        return try await database.read { try Self.load(name, $0) }
    }

    /// Changes a model's description.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func describe(_ name: String, _ description: String?, actor: String) async throws -> RegisteredModel {
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, transaction)
            try transaction.execute(
                "UPDATE registered_model SET description = ?, last_update_time = ? WHERE name = ?",
                [.optional(description), .time(now), .text(name)]
            )
            let body = ["description": description.map(Self.text) ?? .null]
            try Self.record("registry.model.described", model: name, actor, body, transaction)
            return try Self.load(name, transaction)
        }
    }

    /// Renames a model; its versions, aliases, gates and deployments go along.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`, `INVALID_PARAMETER_VALUE`.
    package func rename(_ name: String, to new: String, actor: String) async throws -> RegisteredModel {
        try RegistryLimits.check(model: new, what: "new_name")
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, transaction)
            if new != name, try Self.exists(new, transaction) {
                throw PlatformError(.mlflowAlreadyExists, "Registered Model (name=\(new)) already exists.")
            }
            try transaction.execute(
                "UPDATE registered_model SET name = ?, last_update_time = ? WHERE name = ?",
                [.text(new), .time(now), .text(name)]
            )
            try transaction.execute(
                "UPDATE model_version SET last_update_time = ? WHERE model = ?",
                [.time(now), .text(new)]
            )
            let body: [String: JSONValue] = ["from": .string(name), "to": .string(new)]
            try Self.record("registry.model.renamed", model: new, actor, body, transaction)
            return try Self.load(new, transaction)
        }
    }

    /// Deletes a model with its versions.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `version_deployed` while an endpoint serves one of them.
    package func delete(model name: String, actor: String) async throws {
        try await database.write { transaction in
            try Self.require(name, transaction)
            try Self.refuseDeployed(name, nil, transaction)
            try Self.record("registry.model.deleted", model: name, actor, [:], transaction)
            try transaction.execute("DELETE FROM registered_model WHERE name = ?", [.text(name)])
        }
    }

    /// Sets a model's tag.
    package func set(tag: ModelTag, model name: String, actor: String) async throws {
        try RegistryLimits.check(model: name)
        try RegistryLimits.check(tag)
        try await database.write { transaction in
            try Self.require(name, transaction)
            try Self.put(tag, model: name, transaction)
            let body = ["key": .string(tag.key), "value": Self.text(tag.value)]
            try Self.record("registry.model.tagged", model: name, actor, body, transaction)
        }
    }

    /// Deletes a model's tag; no such tag is no error.
    package func delete(tag key: String, model name: String, actor: String) async throws {
        try MLflowName.checkKey(key, path: "key")
        try await database.write { transaction in
            try Self.require(name, transaction)
            let count = try transaction.execute(
                "DELETE FROM registered_model_tag WHERE model = ? AND key = ?",
                [.text(name), .text(key)]
            )
            if count == 0 { return }
            try Self.record("registry.model.untagged", model: name, actor, ["key": .string(key)], transaction)
        }
    }

    /// MLflow's words for a name that is taken: models and prompts share their names.
    private static func taken(_ name: String, _ tags: [ModelTag], _ reader: any SQLReader) throws -> PlatformError {
        let old = try isPrompt(name, reader) ? "Prompt" : "Registered Model"
        let new = isPrompt(tags) ? "Prompt" : "Registered Model"
        if old == new { return PlatformError(.mlflowAlreadyExists, "\(new) (name=\(name)) already exists.") }
        return PlatformError(
            .mlflowAlreadyExists,
            "Tried to create a \(new.lowercased()) with name '\(name)', but the name is already taken by a "
                + "\(old.lowercased()). MLflow does not allow creating a model and a prompt with the same name."
        )
    }
}
