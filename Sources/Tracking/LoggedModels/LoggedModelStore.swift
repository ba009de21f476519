import Primitives
import Storage

/// Keeps logged models.
package struct LoggedModelStore: Sendable {
    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// What a new model needs.
    package struct NewModel: Sendable {
        /// The experiment; it must be active.
        package let experimentID: Int64
        /// Its name; nil for a made-up one.
        package let name: String?
        /// What kind of model it is.
        package let modelType: String?
        /// The run that makes it.
        package let sourceRunID: String?
        /// Its params.
        package let params: [KeyValue]
        /// Its tags.
        package let tags: [KeyValue]

        /// Describes a model.
        package init(
            experimentID: Int64,
            name: String?,
            modelType: String? = nil,
            sourceRunID: String? = nil,
            params: [KeyValue] = [],
            tags: [KeyValue] = []
        ) {
            self.experimentID = experimentID
            self.name = name
            self.modelType = modelType
            self.sourceRunID = sourceRunID
            self.params = params
            self.tags = tags
        }
    }

    /// Creates a model whose upload is pending.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func create(_ new: NewModel, actor: String) async throws -> LoggedModel {
        let id = "m-" + identifiers()
        let now = time.now()
        let name = new.name ?? RunName.make(from: id)
        try Self.check(name: name)
        return try await database.write { transaction in
            let experiment = try ExperimentStore.load(new.experimentID, transaction)
            try ExperimentStore.requireActive(experiment)
            let location = ArtifactLocation.append("models/\(id)/artifacts", to: experiment.artifactLocation)
            try transaction.execute(
                "INSERT INTO logged_model (model_id, experiment_id, name, artifact_location, creation_time, last_update_time, "
                    + "status, lifecycle_stage, model_type, source_run_id) VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)",
                [
                    .text(id), .integer(new.experimentID), .text(name), .text(location), .time(now),
                    .time(now), .text(LoggedModelStatus.pending.rawValue), .optional(new.modelType),
                    .optional(new.sourceRunID.flatMap { $0.isEmpty ? nil : $0 }),
                ]
            )
            for tag in new.tags { try Self.set(tag, "logged_model_tag", id, transaction) }
            for param in new.params { try Self.set(param, "logged_model_param", id, transaction) }
            try transaction.record(
                JournalEvent(
                    kind: "tracking.model.created",
                    subject: "logged-model/\(id)",
                    actor: actor,
                    body: ["name": .string(name), "run": .string(new.sourceRunID ?? "")]
                )
            )
            return try Self.load(id, transaction)
        }
    }

    /// A model that is not deleted.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> LoggedModel {
        try await database.read { try Self.load(id, $0) }
    }

    /// Says how the upload ended.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func finalise(_ id: String, status: LoggedModelStatus, actor: String) async throws -> LoggedModel {
        let now = time.now()
        return try await database.write { transaction in
            _ = try Self.load(id, transaction)
            try transaction.execute(
                "UPDATE logged_model SET status = ?, last_update_time = ? WHERE model_id = ?",
                [.text(status.rawValue), .time(now), .text(id)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "tracking.model.finalised",
                    subject: "logged-model/\(id)",
                    actor: actor,
                    body: ["status": .string(status.rawValue)]
                )
            )
            return try Self.load(id, transaction)
        }
    }

    /// Sets tags; the last of one key wins.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func set(tags: [KeyValue], on id: String) async throws -> LoggedModel {
        try await database.write { transaction in
            _ = try Self.load(id, transaction)
            for tag in tags { try Self.set(tag, "logged_model_tag", id, transaction) }
            return try Self.load(id, transaction)
        }
    }

    /// Deletes a tag.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` also when there is no such tag.
    package func delete(tag key: String, of id: String) async throws {
        try await database.write { transaction in
            _ = try Self.load(id, transaction)
            let count = try transaction.execute(
                "DELETE FROM logged_model_tag WHERE model_id = ? AND key = ?",
                [.text(id), .text(key)]
            )
            if count == 0 {
                throw PlatformError.mlflowMissing("No tag with key '\(key)' found for model with ID '\(id)'.")
            }
        }
    }

    /// Adds params.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func log(params: [KeyValue], on id: String) async throws {
        try await database.write { transaction in
            _ = try Self.load(id, transaction)
            for param in params { try Self.set(param, "logged_model_param", id, transaction) }
        }
    }

    /// Moves a model to the bin.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func delete(_ id: String, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            _ = try Self.load(id, transaction)
            try transaction.execute(
                "UPDATE logged_model SET lifecycle_stage = 'deleted', last_update_time = ? WHERE model_id = ?",
                [.time(now), .text(id)]
            )
            try transaction.record(
                JournalEvent(kind: "tracking.model.deleted", subject: "logged-model/\(id)", actor: actor)
            )
        }
    }
}

extension LoggedModelStore {
    static func load(_ id: String, _ reader: any SQLReader) throws -> LoggedModel {
        let row = try reader.first(
            "SELECT * FROM logged_model WHERE model_id = ? AND lifecycle_stage = 'active'",
            [.text(id)]
        )
        guard let row else { throw PlatformError.mlflowMissing("Logged model with ID '\(id.prefix(300))' not found.") }
        return try complete(LoggedModel(row: row), reader)
    }

    /// A model with its tags, params and metrics.
    static func complete(_ model: LoggedModel, _ reader: any SQLReader) throws -> LoggedModel {
        try complete([model], reader)[0]
    }

    /// The most models whose details one statement loads.
    private static let modelsPerStatement = 500

    /// Models with their tags, params and metrics: three statements for every 500 models.
    static func complete(_ models: [LoggedModel], _ reader: any SQLReader) throws -> [LoggedModel] {
        var models = models
        for start in stride(from: 0, to: models.count, by: modelsPerStatement) {
            let range = start..<min(start + modelsPerStatement, models.count)
            let condition = SQLCondition("model_id", anyOf: models[range].map { .text($0.id) })
            let places = Dictionary(range.map { (models[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
            func each(_ table: String, _ order: String, _ body: (inout LoggedModel, SQLRow) throws -> Void) throws {
                let rows = try reader.query(
                    "SELECT * FROM \(table) WHERE \(condition.sql) ORDER BY model_id, \(order)",
                    condition.arguments
                )
                for row in rows {
                    if let place = places[try row.text("model_id")] { try body(&models[place], row) }
                }
            }
            try each("logged_model_tag", "key") {
                $0.tags.append(KeyValue(try $1.text("key"), try $1.text("value")))
            }
            try each("logged_model_param", "key") {
                $0.params.append(KeyValue(try $1.text("key"), try $1.text("value")))
            }
            try each("logged_model_metric", "key, timestamp, step, run_id") {
                $0.metrics.append(try LoggedModel.Measure(row: $1))
            }
        }
        return models
    }

    private static func set(_ pair: KeyValue, _ table: String, _ id: String, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO \(table) (model_id, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value",
            [.text(id), .text(pair.key), .text(pair.value)]
        )
    }

    /// A model's name stands in URIs, so the characters that mean something there are refused.
    private static func check(name: String) throws {
        if !name.isEmpty, !name.contains(where: { "/:.%\"'".contains($0) }) { return }
        throw PlatformError.mlflowInvalid(
            "Invalid model name (\(name.prefix(200))) provided. Model name must be a non-empty string and cannot contain "
                + "the following characters: ('/', ':', '.', '%', '\"', \"'\")"
        )
    }
}
