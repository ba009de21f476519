import Primitives
import Storage

/// Writes registered models of another server as they are: numbers and times of versions are kept. A record replaces what is
/// here under its name when that came from there too.
package struct RegistryImport: Sendable {
    let database: any Database

    /// Makes an entry to the registry.
    package init(database: any Database) {
        self.database = database
    }

    /// Writes models with their versions and aliases, all of them or none.
    ///
    /// - Throws: `import_conflict` when a name or a version's number is taken by something else, `INVALID_PARAMETER_VALUE`.
    package func write(_ models: [ImportedRegisteredModel], source: String, actor: String) async throws {
        if models.isEmpty { return }
        for model in models { try RegistryLimits.check(model: model.name) }
        try await database.write { transaction in
            for model in models { try Self.write(model, actor, transaction) }
            try transaction.record(
                JournalEvent(
                    kind: "import.registry.written",
                    subject: "import/mlflow",
                    actor: actor,
                    body: ["source": .string(source), "models": .array(models.map { .string($0.name) })]
                )
            )
        }
    }

    /// The models with these names that are here, as records: five statements a model.
    package func models(_ names: [String]) async throws -> [ImportedRegisteredModel] {
        try await database.read { reader in try names.compactMap { try Self.load($0, reader) } }
    }

    private static func write(
        _ model: ImportedRegisteredModel,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        let name = SQLValue.text(model.name)
        let known = try transaction.first("SELECT creation_time FROM registered_model WHERE name = ?", [name])
        if let known, try known.integer("creation_time") != model.creationTime {
            throw conflict("Registered model '\(model.name)'", model.name)
        }
        try transaction.execute(
            "INSERT INTO registered_model (name, description, creation_time, last_update_time) VALUES (?, ?, ?, ?) "
                + "ON CONFLICT (name) DO UPDATE SET description = excluded.description, "
                + "last_update_time = excluded.last_update_time",
            [name, .optional(model.description), .integer(model.creationTime), .integer(model.lastUpdateTime)]
        )
        try transaction.execute("DELETE FROM registered_model_tag WHERE model = ?", [name])
        for tag in model.tags {
            try transaction.execute(
                "INSERT INTO registered_model_tag (model, key, value) VALUES (?, ?, ?)",
                [name, .text(tag.key), .text(tag.value)]
            )
        }
        for version in model.versions { try write(version, of: model.name, transaction) }
        try transaction.execute("DELETE FROM registered_model_alias WHERE model = ?", [name])
        for alias in model.aliases {
            guard let version = Int64(alias.value) else {
                throw PlatformError.mlflowInvalid("Alias '\(alias.key)' of '\(model.name)' names no version.")
            }
            try transaction.execute(
                "INSERT INTO registered_model_alias (model, alias, version, moved_at, moved_by) VALUES (?, ?, ?, ?, ?)",
                [name, .text(alias.key), .integer(version), .integer(model.lastUpdateTime), .text(actor)]
            )
        }
    }

    private static func write(
        _ version: ImportedModelVersion,
        of model: String,
        _ transaction: any SQLTransaction
    ) throws {
        let key: [SQLValue] = [.text(model), .integer(version.version)]
        let known = try transaction.first(
            "SELECT creation_time, package_digest FROM model_version WHERE model = ? AND version = ?",
            key
        )
        if let known {
            guard try known.integer("creation_time") == version.creationTime,
                try known.optionalText("package_digest") == nil
            else { throw conflict("Version \(version.version) of '\(model)'", model) }
        }
        try transaction.execute(
            "INSERT INTO model_version (model, version, description, source, storage_location, run_id, run_link, model_id, "
                + "stage, creation_time, last_update_time, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                + "ON CONFLICT (model, version) DO UPDATE SET description = excluded.description, "
                + "source = excluded.source, storage_location = excluded.storage_location, run_id = excluded.run_id, "
                + "run_link = excluded.run_link, model_id = excluded.model_id, stage = excluded.stage, "
                + "last_update_time = excluded.last_update_time, created_by = excluded.created_by",
            key + [
                .optional(version.description), .text(version.source), .text(version.storageLocation),
                .optional(version.runID), .optional(version.runLink), .optional(version.modelID),
                .text(try ModelStage(word: version.stage).rawValue), .integer(version.creationTime),
                .integer(version.lastUpdateTime), .text(version.createdBy),
            ]
        )
        try transaction.execute("DELETE FROM model_version_tag WHERE model = ? AND version = ?", key)
        for tag in version.tags {
            try transaction.execute(
                "INSERT INTO model_version_tag (model, version, key, value) VALUES (?, ?, ?, ?)",
                key + [.text(tag.key), .text(tag.value)]
            )
        }
    }

    private static func load(_ name: String, _ reader: any SQLReader) throws -> ImportedRegisteredModel? {
        let key: [SQLValue] = [.text(name)]
        guard let row = try reader.first("SELECT * FROM registered_model WHERE name = ?", key) else { return nil }
        func pairs(_ sql: String, _ value: (SQLRow) throws -> String) throws -> [ImportedPair] {
            try reader.query(sql, key).map { ImportedPair(try $0.text("key"), try value($0)) }
        }
        var tags: [Int64: [ImportedPair]] = [:]
        for tag in try reader.query("SELECT version, key, value FROM model_version_tag WHERE model = ?", key) {
            tags[try tag.integer("version"), default: []].append(
                ImportedPair(try tag.text("key"), try tag.text("value"))
            )
        }
        let versions = try reader.query(
            "SELECT * FROM model_version WHERE model = ? AND stage <> 'Deleted_Internal'",
            key
        )
        return ImportedRegisteredModel(
            name: name,
            description: try row.optionalText("description"),
            creationTime: try row.integer("creation_time"),
            lastUpdateTime: try row.integer("last_update_time"),
            tags: try pairs("SELECT key, value FROM registered_model_tag WHERE model = ?") { try $0.text("value") },
            aliases: try pairs("SELECT alias AS key, version FROM registered_model_alias WHERE model = ?") {
                "\(try $0.integer("version"))"
            },
            versions: try versions.map { row in
                let version = try ModelVersion(row: row, tags: [], aliases: [])
                return ImportedModelVersion(version, tags: tags[version.version] ?? [])
            }
        )
    }

    private static func conflict(_ what: String, _ model: String) -> PlatformError {
        PlatformError(
            ErrorCode("import_conflict", .conflict),
            "\(what) is here already and did not come from there: it was created at another time.",
            nextStep: "Rename or delete the model here, or import into another server.",
            context: ["model": model]
        )
    }
}

extension ImportedModelVersion {
    fileprivate init(_ version: ModelVersion, tags: [ImportedPair]) {
        self.init(
            version: version.version,
            description: version.description,
            source: version.source,
            storageLocation: version.storageLocation,
            runID: version.runID,
            runLink: version.runLink,
            modelID: version.modelID,
            stage: version.stage,
            creationTime: version.creationTime.milliseconds,
            lastUpdateTime: version.lastUpdateTime.milliseconds,
            createdBy: version.createdBy,
            tags: tags
        )
    }
}
