import Primitives
import Storage

/// Keeps evaluation data sets: their tags, experiments and records.
package struct EvaluationDatasetStore: Sendable {
    /// The longest name and tag key, in characters.
    static let nameLength = 255
    /// The longest tag value, in characters.
    static let tagValueLength = 5000
    /// The most tags in one request.
    static let tagsPerRequest = 1000

    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Creates a data set.
    ///
    /// - Parameters:
    ///   - tags: a JSON object; values other than texts are written as Python's `str` writes them, nulls are left out.
    ///   - experiments: the experiments that it belongs to.
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST` for an unknown experiment.
    package func create(name: String, tags: String?, experiments: [Int64], actor: String) async throws
        -> EvaluationDataset
    {
        try MLflowName.checkLength("name", name, upTo: Self.nameLength)
        let tags = try Self.tags(tags)
        let experiments = experiments.unique
        let id = "d-\(identifiers())"
        let now = time.now()
        let user = tags.first { $0.key == "mlflow.user" }?.value
        return try await database.write { transaction in
            try EvaluationSQL.requireAll(experiments: experiments, transaction)
            try transaction.execute(
                "INSERT INTO evaluation_dataset (dataset_id, name, digest, record_count, next_position, created_time, "
                    + "last_update_time, created_by, last_updated_by) VALUES (?, ?, ?, 0, 0, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .text(EvaluationDataset.digest(name: name, at: now)), .time(now),
                    .time(now), .optional(user), .optional(user),
                ]
            )
            try Self.set(tags, on: id, in: transaction)
            try Self.link(id, experiments, in: transaction)
            try transaction.record(
                JournalEvent(
                    kind: "evaluation.dataset.created",
                    subject: "evaluation-dataset/\(id)",
                    actor: actor,
                    body: ["name": .string(name)]
                )
            )
            return try Self.load(id, transaction)
        }
    }

    /// A data set.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> EvaluationDataset {
        try await database.read { try Self.load(id, $0) }
    }

    /// Deletes a data set with its records; one that is not there is no error.
    package func delete(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute("DELETE FROM evaluation_dataset WHERE dataset_id = ?", [.text(id)])
            if count > 0 { try Self.record("dataset.deleted", id, actor, in: transaction) }
        }
    }

    /// Sets tags; a null leaves its tag as it is.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func set(tags: String, on id: String, actor: String) async throws {
        let tags = try Self.tags(tags)
        try await database.write { transaction in
            guard try Self.exists(id, transaction) else {
                throw PlatformError.mlflowMissing("Could not find evaluation dataset with ID \(id)")
            }
            try Self.set(tags, on: id, in: transaction)
            try Self.record("dataset.tagged", id, actor, in: transaction)
        }
    }

    /// Deletes a tag; one that is not there is no error.
    package func delete(tag key: String, of id: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute(
                "DELETE FROM evaluation_dataset_tag WHERE dataset_id = ? AND key = ?",
                [.text(id), .text(key)]
            )
            if count > 0 { try Self.record("dataset.untagged", id, actor, in: transaction) }
        }
    }
}

extension EvaluationDatasetStore {
    /// The experiments of a data set, by number; none for a data set that is not there.
    package func experiments(of id: String) async throws -> [Int64] {
        try await database.read { reader in
            try reader.query(
                "SELECT experiment_id FROM evaluation_dataset_experiment WHERE dataset_id = ? ORDER BY experiment_id",
                [.text(id)]
            ).map { try $0.integer("experiment_id") }
        }
    }

    /// Adds a data set to experiments; those it belongs to already stay.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func add(_ id: String, to experiments: [Int64], actor: String) async throws -> EvaluationDataset {
        let experiments = experiments.unique
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(id, transaction)
            try EvaluationSQL.requireAll(experiments: experiments, transaction)
            try Self.link(id, experiments, in: transaction)
            try Self.touch(id, now, in: transaction)
            try Self.record("dataset.added", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// Takes a data set out of experiments; those it does not belong to are no error.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` for the data set.
    package func remove(_ id: String, from experiments: [Int64], actor: String) async throws -> EvaluationDataset {
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(id, transaction)
            var count = 0
            for part in EvaluationSQL.chunks(experiments.unique) {
                let list = SQLCondition("experiment_id", anyOf: part.map(SQLValue.integer))
                count += try transaction.execute(
                    "DELETE FROM evaluation_dataset_experiment WHERE dataset_id = ? AND \(list.sql)",
                    [.text(id)] + list.arguments
                )
            }
            if count > 0 {
                try Self.touch(id, now, in: transaction)
                try Self.record("dataset.removed", id, actor, in: transaction)
            }
            return try Self.load(id, transaction)
        }
    }

    static func load(_ id: String, _ reader: any SQLReader) throws -> EvaluationDataset {
        guard let row = try reader.first("SELECT * FROM evaluation_dataset WHERE dataset_id = ?", [.text(id)]) else {
            throw PlatformError.mlflowMissing("Evaluation dataset with id '\(id)' not found")
        }
        return try EvaluationDataset(row: row, tags: tags(of: [id], reader)[id] ?? [])
    }

    /// The tags of some data sets, by data set.
    static func tags(of ids: [String], _ reader: any SQLReader) throws -> [String: [KeyValue]] {
        let rows = try EvaluationSQL.rows(
            "SELECT dataset_id, key, value FROM evaluation_dataset_tag WHERE ",
            "dataset_id",
            ids.map(SQLValue.text),
            reader
        )
        return try rows.reduce(into: [:]) { tags, row in
            tags[try row.text("dataset_id"), default: []].append(KeyValue(try row.text("key"), try row.text("value")))
        }
    }

    static func record(
        _ what: String,
        _ id: String,
        _ actor: String,
        body: JSONValue = .object([:]),
        in transaction: any SQLTransaction
    ) throws {
        try transaction.record(
            JournalEvent(kind: "evaluation.\(what)", subject: "evaluation-dataset/\(id)", actor: actor, body: body)
        )
    }

    private static func tags(_ text: String?) throws -> [KeyValue] {
        guard let text, !text.isEmpty else { return [] }
        let document = try OrderedJSON(parsing: text, what: "tags")
        if document == .null { return [] }
        guard let members = document.members else { throw PlatformError.mlflowInvalid("tags must be a JSON object.") }
        guard members.count <= tagsPerRequest else {
            throw PlatformError.mlflowInvalid("One request takes at most \(tagsPerRequest) tags.")
        }
        return try members.filter { $0.value != .null }.map { member in
            let tag = KeyValue(member.key, member.value.pythonText)
            try MLflowName.checkLength("tag key", tag.key, upTo: nameLength)
            try MLflowName.checkLength("tag value", tag.value, upTo: tagValueLength)
            return tag
        }
    }

    private static func set(_ tags: [KeyValue], on id: String, in transaction: any SQLTransaction) throws {
        try EvaluationSQL.insert(
            "INSERT INTO evaluation_dataset_tag (dataset_id, key, value)",
            tags.map { [.text(id), .text($0.key), .text($0.value)] },
            tail: " ON CONFLICT (dataset_id, key) DO UPDATE SET value = excluded.value",
            in: transaction
        )
    }

    private static func link(_ id: String, _ experiments: [Int64], in transaction: any SQLTransaction) throws {
        try EvaluationSQL.insert(
            "INSERT INTO evaluation_dataset_experiment (dataset_id, experiment_id)",
            experiments.map { [.text(id), .integer($0)] },
            tail: " ON CONFLICT DO NOTHING",
            in: transaction
        )
    }

    private static func touch(_ id: String, _ now: Timestamp, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            "UPDATE evaluation_dataset SET last_update_time = ? WHERE dataset_id = ?",
            [.time(now), .text(id)]
        )
    }

    private static func exists(_ id: String, _ reader: any SQLReader) throws -> Bool {
        try reader.first("SELECT 1 AS found FROM evaluation_dataset WHERE dataset_id = ?", [.text(id)]) != nil
    }

    private static func require(_ id: String, _ reader: any SQLReader) throws {
        if try !exists(id, reader) { throw PlatformError.mlflowMissing("Dataset '\(id)' not found") }
    }
}
