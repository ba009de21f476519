import Primitives
import Storage

extension RegistryStore {
    /// What a new version needs.
    package struct NewVersion: Sendable {
        /// Where it came from: a URI.
        package let source: String
        /// Where its files are; nil for the source.
        package let storageLocation: String?
        /// The tracking run that made it.
        package let runID: String?
        /// A link to that run elsewhere.
        package let runLink: String?
        /// The logged model that it is.
        package let modelID: String?
        /// What people say about it.
        package let description: String?
        /// Its tags.
        package let tags: [ModelTag]
        /// The files it consists of, when this server keeps them.
        package let content: VersionContent?

        /// Describes a version.
        package init(
            source: String,
            storageLocation: String? = nil,
            runID: String? = nil,
            runLink: String? = nil,
            modelID: String? = nil,
            description: String? = nil,
            tags: [ModelTag] = [],
            content: VersionContent? = nil
        ) {
            self.source = source
            self.storageLocation = storageLocation
            self.runID = runID
            self.runLink = runLink
            self.modelID = modelID
            self.description = description
            self.tags = tags
            self.content = content
        }
    }

    /// Creates a version of a model that exists.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func createVersion(of name: String, _ new: NewVersion, actor: String) async throws -> ModelVersion {
        try RegistryLimits.check(model: name)
        for tag in new.tags { try RegistryLimits.check(tag) }
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, transaction)
            return try Self.insert(new, name, nil, now, actor, transaction)
        }
    }

    /// A version.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func version(_ name: String, _ number: Int64) async throws -> ModelVersion {
        try await database.read { try Self.load(name, number, $0) }
    }

    /// The versions of a model that are not deleted, newest first; at most `RegistryLimits.versionsPerPage`.
    package func versions(of name: String) async throws -> [ModelVersion] {
        try await database.read { reader in
            try Self.require(name, reader)
            let rows = try reader.query(
                "SELECT * FROM model_version WHERE model = ? AND stage <> 'Deleted_Internal' "
                    + "ORDER BY version DESC LIMIT ?",
                [.text(name), .integer(Int64(RegistryLimits.versionsPerPage))]
            )
            return try Self.versions(rows, reader)
        }
    }

    /// Changes a version's description.
    package func describe(_ name: String, _ number: Int64, _ description: String?, actor: String) async throws
        -> ModelVersion
    {
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, number, transaction)
            try transaction.execute(
                "UPDATE model_version SET description = ?, last_update_time = ? WHERE model = ? AND version = ?",
                [.optional(description), .time(now), .text(name), .integer(number)]
            )
            let body = ["description": description.map(Self.text) ?? .null]
            try Self.record("registry.version.described", name, number, actor, body, transaction)
            return try Self.load(name, number, transaction)
        }
    }

    /// Deletes a version; its number is not given again.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `version_deployed`.
    package func deleteVersion(_ name: String, _ number: Int64, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            try Self.require(name, number, transaction)
            try Self.refuseDeployed(name, number, transaction)
            let key: [SQLValue] = [.text(name), .integer(number)]
            try transaction.execute("DELETE FROM registered_model_alias WHERE model = ? AND version = ?", key)
            try transaction.execute("DELETE FROM model_version_tag WHERE model = ? AND version = ?", key)
            try transaction.execute(
                "UPDATE model_version SET stage = 'Deleted_Internal', description = NULL, last_update_time = ? "
                    + "WHERE model = ? AND version = ?",
                [.time(now)] + key
            )
            try Self.touch(name, now, transaction)
            try Self.record("registry.version.deleted", name, number, actor, [:], transaction)
        }
    }

    /// Moves a version to a stage.
    ///
    /// - Parameter archive: whether the other versions of that stage are archived; only for Staging and Production.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `gate_not_passed` when the stage's gate asks for what the version lacks.
    package func move(
        _ name: String,
        _ number: Int64,
        to stage: ModelStage,
        archive: Bool,
        actor: String
    ) async throws -> ModelVersion {
        if archive, stage != .staging, stage != .production {
            throw PlatformError.mlflowInvalid(
                "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an Active "
                    + "stage. Valid stages are ['Staging', 'Production']"
            )
        }
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, number, transaction)
            try Self.passGate(to: stage.rawValue, name, number, transaction)
            if archive {
                try transaction.execute(
                    "UPDATE model_version SET stage = 'Archived', last_update_time = ? "
                        + "WHERE model = ? AND stage = ? AND version <> ?",
                    [.time(now), .text(name), .text(stage.rawValue), .integer(number)]
                )
            }
            try transaction.execute(
                "UPDATE model_version SET stage = ?, last_update_time = ? WHERE model = ? AND version = ?",
                [.text(stage.rawValue), .time(now), .text(name), .integer(number)]
            )
            try Self.touch(name, now, transaction)
            let body: [String: JSONValue] = ["stage": .string(stage.rawValue), "archived": .bool(archive)]
            try Self.record("registry.version.staged", name, number, actor, body, transaction)
            return try Self.load(name, number, transaction)
        }
    }

    /// Sets a version's tag.
    package func set(tag: ModelTag, _ name: String, _ number: Int64, actor: String) async throws {
        try RegistryLimits.check(tag)
        try await database.write { transaction in
            try Self.require(name, number, transaction)
            try Self.put(tag, name, number, transaction)
            let body = ["key": .string(tag.key), "value": Self.text(tag.value)]
            try Self.record("registry.version.tagged", name, number, actor, body, transaction)
        }
    }

    /// Deletes a version's tag; no such tag is no error.
    package func delete(tag key: String, _ name: String, _ number: Int64, actor: String) async throws {
        try MLflowName.checkKey(key, path: "key")
        try await database.write { transaction in
            try Self.require(name, number, transaction)
            let count = try transaction.execute(
                "DELETE FROM model_version_tag WHERE model = ? AND version = ? AND key = ?",
                [.text(name), .integer(number), .text(key)]
            )
            if count == 0 { return }
            try Self.record("registry.version.untagged", name, number, actor, ["key": .string(key)], transaction)
        }
    }
}

extension RegistryStore {
    /// Where a sealed version comes from: its package's tree and the task that made it.
    struct Sealing: Sendable {
        let seal: PackageSeal
        let pipelineRun: String?
        let pipelineTask: String?
    }

    static func insert(
        _ new: NewVersion,
        _ name: String,
        _ sealing: Sealing?,
        _ now: Timestamp,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws -> ModelVersion {
        let row = try transaction.first(
            "SELECT COALESCE(MAX(version), 0) + 1 AS next FROM model_version WHERE model = ?",
            [.text(name)]
        )
        let number = try row?.integer("next") ?? 1
        let package = sealing.map { "mlflow-artifacts:/packages/\($0.seal.package.hex)" }
        let location = new.storageLocation ?? package ?? new.source
        try transaction.execute(
            "INSERT INTO model_version (model, version, description, source, storage_location, run_id, run_link, model_id, stage, "
                + "creation_time, last_update_time, created_by, package_digest, manifest_digest, signature, key_id, "
                + "pipeline_run, pipeline_task) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'None', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(name), .integer(number), .optional(new.description),
                .text(new.source.isEmpty ? location : new.source), .text(location), .optional(new.runID),
                .optional(new.runLink), .optional(new.modelID), .time(now), .time(now), .text(actor),
                .optional(sealing?.seal.package.description), .optional(sealing?.seal.manifest.description),
                .optional(sealing?.seal.signature), .optional(sealing?.seal.keyID), .optional(sealing?.pipelineRun),
                .optional(sealing?.pipelineTask),
            ]
        )
        for tag in new.tags { try put(tag, name, number, transaction) }
        try touch(name, now, transaction)
        var body: [String: JSONValue] = [
            "source": .string(new.source.isEmpty ? location : new.source), "tags": texts(new.tags),
        ]
        if let description = new.description, !description.isEmpty { body["description"] = text(description) }
        if let run = new.runID, !run.isEmpty { body["mlflow_run"] = .string(run) }
        if let model = new.modelID { body["logged_model"] = .string(model) }
        if let content = new.content {
            body["content"] = .string(content.tree.description)
            try insert(content, name, number, transaction)
        }
        if let sealing {
            body["package"] = .string(sealing.seal.package.description)
            body["manifest"] = .string(sealing.seal.manifest.description)
            body["key_id"] = .string(sealing.seal.keyID)
            if let run = sealing.pipelineRun { body["pipeline_run"] = .string(run) }
        }
        if isPrompt(new.tags) { body["prompt"] = true }
        try record("registry.version.created", name, number, actor, body, transaction)
        return try load(name, number, transaction)
    }

    static func touch(_ name: String, _ now: Timestamp, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "UPDATE registered_model SET last_update_time = ? WHERE name = ?",
            [.time(now), .text(name)]
        )
    }
}
