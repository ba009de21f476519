import Primitives
import Storage

extension RegistryStore {
    static func exists(_ name: String, _ reader: any SQLReader) throws -> Bool {
        try reader.first("SELECT 1 AS found FROM registered_model WHERE name = ?", [.text(name)]) != nil
    }

    static func require(_ name: String, _ reader: any SQLReader) throws {
        if try exists(name, reader) { return }
        throw PlatformError.mlflowMissing("Registered Model with name=\(name.prefix(300)) not found")
    }

    static func insert(
        model name: String,
        _ description: String?,
        _ now: Timestamp,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "INSERT INTO registered_model (name, description, creation_time, last_update_time) VALUES (?, ?, ?, ?)",
            [.text(name), .optional(description), .time(now), .time(now)]
        )
        try transaction.record(JournalEvent(kind: "registry.model.created", subject: "model/\(name)", actor: actor))
    }

    static func load(_ name: String, _ reader: any SQLReader) throws -> RegisteredModel {
        guard let row = try reader.first("SELECT * FROM registered_model WHERE name = ?", [.text(name)]) else {
            throw PlatformError.mlflowMissing("Registered Model with name=\(name.prefix(300)) not found")
        }
        return RegisteredModel(
            name: name,
            description: try row.optionalText("description"),
            creationTime: try row.time("creation_time"),
            lastUpdateTime: try row.time("last_update_time"),
            tags: try reader.query(
                "SELECT key, value FROM registered_model_tag WHERE model = ? ORDER BY key",
                [.text(name)]
            )
            .map { ModelTag(try $0.text("key"), try $0.text("value")) },
            aliases: try reader.query(
                "SELECT * FROM registered_model_alias WHERE model = ? ORDER BY alias",
                [.text(name)]
            )
            .map(ModelAlias.init(row:)),
            latestVersions: try latest(of: name, reader)
        )
    }

    private static func latest(of name: String, _ reader: any SQLReader) throws -> [ModelVersion] {
        let rows = try reader.query(
            "SELECT * FROM model_version WHERE model = ? AND stage <> 'Deleted_Internal' AND version IN "
                + "(SELECT MAX(version) FROM model_version WHERE model = ? GROUP BY stage) ORDER BY version",
            [.text(name), .text(name)]
        )
        return try rows.map { try version($0, reader) }
    }

    static func version(_ row: SQLRow, _ reader: any SQLReader) throws -> ModelVersion {
        let key: [SQLValue] = [.text(try row.text("model")), .integer(try row.integer("version"))]
        return try ModelVersion(
            row: row,
            tags: reader.query(
                "SELECT key, value FROM model_version_tag WHERE model = ? AND version = ? ORDER BY key",
                key
            )
            .map { ModelTag(try $0.text("key"), try $0.text("value")) },
            aliases: reader.query(
                "SELECT alias FROM registered_model_alias WHERE model = ? AND version = ? ORDER BY alias",
                key
            )
            .map { try $0.text("alias") }
        )
    }

    static func load(_ name: String, _ number: Int64, _ reader: any SQLReader) throws -> ModelVersion {
        let row = try reader.first(
            "SELECT * FROM model_version WHERE model = ? AND version = ? AND stage <> 'Deleted_Internal'",
            [.text(name), .integer(number)]
        )
        guard let row else {
            throw PlatformError.mlflowMissing("Model Version (name=\(name.prefix(300)), version=\(number)) not found")
        }
        return try version(row, reader)
    }

    static func set(_ tag: ModelTag, model name: String, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO registered_model_tag (model, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
            [.text(name), .text(tag.key), .text(tag.value)]
        )
    }

    static func set(_ tag: ModelTag, _ name: String, _ number: Int64, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO model_version_tag (model, version, key, value) VALUES (?, ?, ?, ?) "
                + "ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value",
            [.text(name), .integer(number), .text(tag.key), .text(tag.value)]
        )
    }

    static func refuseDeployed(_ name: String, _ number: Int64?, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT endpoint, version FROM model_deployment WHERE model = ? AND (? IS NULL OR version = ?)",
            [.text(name), .optional(number), .optional(number)]
        )
        guard let row else { return }
        throw PlatformError(
            .versionDeployed,
            "Endpoint '\(try row.text("endpoint"))' serves version \(try row.integer("version")) of '\(name)'.",
            nextStep: "Deploy another version there first."
        )
    }
}
