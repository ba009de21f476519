import Primitives
import Storage

/// Loading: a page of models or versions takes a fixed number of statements, never one a row.
extension RegistryStore {
    /// Keys named in one statement; longer lists go in several.
    private static let keysAtOnce = 200

    static func exists(_ name: String, _ reader: any SQLReader) throws -> Bool {
        try reader.first("SELECT 1 AS found FROM registered_model WHERE name = ?", [.text(name)]) != nil
    }

    static func require(_ name: String, _ reader: any SQLReader) throws {
        if try exists(name, reader) { return }
        throw PlatformError.mlflowMissing("Registered Model with name=\(name.prefix(300)) not found")
    }

    static func load(_ name: String, _ reader: any SQLReader) throws -> RegisteredModel {
        let rows = try reader.query("SELECT * FROM registered_model WHERE name = ?", [.text(name)])
        guard let model = try models(rows, reader).first else {
            throw PlatformError.mlflowMissing("Registered Model with name=\(name.prefix(300)) not found")
        }
        return model
    }

    /// The models of some rows of `registered_model`, in their order.
    static func models(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [RegisteredModel] {
        let names = try rows.map { try $0.text("name") }
        var tags: [String: [ModelTag]] = [:]
        var aliases: [String: [ModelAlias]] = [:]
        var newest: [String: [ModelVersion]] = [:]
        for some in chunks(names) {
            let list = places(some.count)
            let keys = some.map(SQLValue.text)
            for row in try reader.query(
                "SELECT model, key, value FROM registered_model_tag WHERE model IN (\(list)) ORDER BY model, key",
                keys
            ) {
                tags[try row.text("model"), default: []].append(ModelTag(try row.text("key"), try row.text("value")))
            }
            for row in try reader.query(
                "SELECT * FROM registered_model_alias WHERE model IN (\(list)) ORDER BY model, alias",
                keys
            ) {
                aliases[try row.text("model"), default: []].append(try ModelAlias(row: row))
            }
            let latest = try reader.query(
                """
                SELECT v.* FROM model_version AS v
                JOIN (SELECT model, stage, MAX(version) AS version FROM model_version
                      WHERE model IN (\(list)) AND stage <> 'Deleted_Internal' GROUP BY model, stage) AS newest
                ON newest.model = v.model AND newest.version = v.version
                ORDER BY v.model, v.version
                """,
                keys
            )
            for version in try versions(latest, reader) { newest[version.model, default: []].append(version) }
        }
        return try rows.map { row in
            let name = try row.text("name")
            return RegisteredModel(
                name: name,
                description: try row.optionalText("description"),
                creationTime: try row.time("creation_time"),
                lastUpdateTime: try row.time("last_update_time"),
                tags: tags[name] ?? [],
                aliases: aliases[name] ?? [],
                latestVersions: newest[name] ?? []
            )
        }
    }

    /// The versions of some rows of `model_version`, in their order.
    static func versions(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [ModelVersion] {
        let keys = try rows.map(VersionKey.init(row:))
        var tags: [VersionKey: [ModelTag]] = [:]
        for some in chunks(keys) {
            let condition = some.map { _ in "(model = ? AND version = ?)" }.joined(separator: " OR ")
            for row in try reader.query(
                "SELECT model, version, key, value FROM model_version_tag WHERE \(condition) ORDER BY model, version, key",
                some.flatMap { [.text($0.model), .integer($0.version)] }
            ) {
                tags[try VersionKey(row: row), default: []]
                    .append(ModelTag(try row.text("key"), try row.text("value")))
            }
        }
        var aliases: [VersionKey: [String]] = [:]
        for some in chunks(Array(Set(keys.map(\.model)))) {
            for row in try reader.query(
                "SELECT model, version, alias FROM registered_model_alias WHERE model IN (\(places(some.count))) "
                    + "ORDER BY model, alias",
                some.map(SQLValue.text)
            ) {
                aliases[try VersionKey(row: row), default: []].append(try row.text("alias"))
            }
        }
        return try zip(rows, keys).map { row, key in
            try ModelVersion(row: row, tags: tags[key] ?? [], aliases: aliases[key] ?? [])
        }
    }

    static func load(_ name: String, _ number: Int64, _ reader: any SQLReader) throws -> ModelVersion {
        let rows = try reader.query(
            "SELECT * FROM model_version WHERE model = ? AND version = ? AND stage <> 'Deleted_Internal'",
            [.text(name), .integer(number)]
        )
        guard let version = try versions(rows, reader).first else {
            throw PlatformError.mlflowMissing("Model Version (name=\(name.prefix(300)), version=\(number)) not found")
        }
        return version
    }

    /// That a version is there, without loading it.
    static func require(_ name: String, _ number: Int64, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT 1 AS found FROM model_version WHERE model = ? AND version = ? AND stage <> 'Deleted_Internal'",
            [.text(name), .integer(number)]
        )
        if row != nil { return }
        throw PlatformError.mlflowMissing("Model Version (name=\(name.prefix(300)), version=\(number)) not found")
    }

    static func refuseDeployed(_ name: String, _ number: Int64?, _ reader: any SQLReader) throws {
        let version = number == nil ? "" : " AND version = ?"
        let row = try reader.first(
            "SELECT endpoint, version FROM model_deployment WHERE model = ?\(version)",
            [.text(name)] + (number.map { [.integer($0)] } ?? [])
        )
        guard let row else { return }
        throw PlatformError(
            .versionDeployed,
            "Endpoint '\(try row.text("endpoint"))' serves version \(try row.integer("version")) of '\(name)'.",
            nextStep: "Deploy another version there first."
        )
    }

    private struct VersionKey: Hashable {
        let model: String
        let version: Int64

        init(row: SQLRow) throws {
            model = try row.text("model")
            version = try row.integer("version")
        }
    }

    private static func places(_ count: Int) -> String {
        Array(repeating: "?", count: count).joined(separator: ", ")
    }

    private static func chunks<T>(_ values: [T]) -> [ArraySlice<T>] {
        stride(from: 0, to: values.count, by: keysAtOnce).map { values[$0..<min($0 + keysAtOnce, values.count)] }
    }
}
