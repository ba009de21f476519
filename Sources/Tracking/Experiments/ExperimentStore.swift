import Primitives
import Storage

/// Keeps experiments and their tags.
package struct ExperimentStore: Sendable {
    let database: any Database
    let time: TimeSource
    /// Where experiments keep artifacts when the client does not say: a URI.
    let artifactRoot: String

    /// Makes a store.
    package init(
        database: any Database,
        time: TimeSource = .system,
        artifactRoot: String = "mlflow-artifacts:/"
    ) {
        self.database = database
        self.time = time
        self.artifactRoot = artifactRoot
    }

    /// Gives the experiment `Default` a place below the artifact root, as long as it has no run and no logged model.
    package func placeDefault() async throws {
        let location = location(of: 0)
        guard location != "mlflow-artifacts:/0" else { return }
        _ = try await database.write { transaction in
            try transaction.execute(
                "UPDATE experiment SET artifact_location = ? WHERE experiment_id = 0 AND artifact_location <> ? "
                    + "AND NOT EXISTS (SELECT 1 FROM tracking_run WHERE experiment_id = 0) "
                    + "AND NOT EXISTS (SELECT 1 FROM logged_model WHERE experiment_id = 0)",
                [.text(location), .text(location)]
            )
        }
    }

    private func location(of id: Int64) -> String { ArtifactLocation.append(String(id), to: artifactRoot) }

    /// Creates an experiment.
    ///
    /// - Parameter artifactLocation: where its runs keep artifacts; by default its number below the artifact root.
    /// - Returns: its number.
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_ALREADY_EXISTS`.
    package func create(
        name: String,
        artifactLocation: String?,
        tags: [KeyValue],
        actor: String
    ) async throws -> Int64 {
        try Self.check(name: name)
        for tag in tags { try TrackingLimits.experimentTag(tag) }
        let given = artifactLocation.flatMap { $0.isEmpty ? nil : ArtifactLocation.resolve($0) }
        let now = time.now()
        return try await database.write { transaction in
            if try transaction.first("SELECT 1 AS found FROM experiment WHERE name = ?", [.text(name)]) != nil {
                throw PlatformError(.mlflowAlreadyExists, "Experiment(name=\(name)) already exists.")
            }
            let row = try transaction.first("SELECT MAX(experiment_id) + 1 AS next FROM experiment")
            let id = try row?.integer("next") ?? 1
            let location = given ?? location(of: id)
            try transaction.execute(
                "INSERT INTO experiment (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time) "
                    + "VALUES (?, ?, ?, 'active', ?, ?)",
                [.integer(id), .text(name), .text(location), .time(now), .time(now)]
            )
            for tag in tags { try Self.set(tag, experiment: id, in: transaction) }
            try transaction.record(
                JournalEvent(
                    kind: "tracking.experiment.created",
                    subject: "experiment/\(id)",
                    actor: actor,
                    body: ["name": .string(name)]
                )
            )
            return id
        }
    }

    /// The experiment with a number.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: Int64) async throws -> Experiment {
        try await database.read { try Self.load(id, $0) }
    }

    /// The experiment with a name, deleted ones too; nil when there is none.
    package func find(name: String) async throws -> Experiment? {
        try await database.read { reader in
            try reader.first("SELECT * FROM experiment WHERE name = ?", [.text(name)]).map { row in
                try Experiment(row: row, tags: Self.tags(of: row.integer("experiment_id"), reader))
            }
        }
    }

    /// Renames an active experiment.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_STATE` for a deleted one, `RESOURCE_ALREADY_EXISTS`.
    package func rename(_ id: Int64, to name: String, actor: String) async throws {
        try Self.check(name: name)
        let now = time.now()
        try await database.write { transaction in
            let experiment = try Self.load(id, transaction)
            guard experiment.stage == .active else {
                throw PlatformError(.mlflowInvalidState, "Cannot rename a non-active experiment.")
            }
            let taken = try transaction.first(
                "SELECT 1 AS found FROM experiment WHERE name = ? AND experiment_id <> ?",
                [.text(name), .integer(id)]
            )
            if taken != nil { throw PlatformError(.mlflowAlreadyExists, "Experiment(name=\(name)) already exists.") }
            try transaction.execute(
                "UPDATE experiment SET name = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(name), .time(now), .integer(id)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "tracking.experiment.renamed",
                    subject: "experiment/\(id)",
                    actor: actor,
                    body: ["from": .string(experiment.name), "to": .string(name)]
                )
            )
        }
    }

    /// Moves an experiment and its runs to the bin, or back.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` also when it is in that stage already.
    package func move(_ id: Int64, to stage: LifecycleStage, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            guard try Self.load(id, transaction).stage != stage else { throw Self.missing(id) }
            try transaction.execute(
                "UPDATE experiment SET lifecycle_stage = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(stage.rawValue), .time(now), .integer(id)]
            )
            try transaction.execute(
                "UPDATE tracking_run SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?",
                [.text(stage.rawValue), stage == .deleted ? .time(now) : .null, .integer(id)]
            )
            try transaction.record(
                JournalEvent(
                    kind: stage == .deleted ? "tracking.experiment.deleted" : "tracking.experiment.restored",
                    subject: "experiment/\(id)",
                    actor: actor
                )
            )
        }
    }

    /// Sets a tag of an active experiment.
    package func setTag(_ tag: KeyValue, on id: Int64) async throws {
        try TrackingLimits.experimentTag(tag)
        let now = time.now()
        try await database.write { transaction in
            try Self.requireActive(try Self.load(id, transaction))
            try Self.set(tag, experiment: id, in: transaction)
            try transaction.execute(
                "UPDATE experiment SET last_update_time = ? WHERE experiment_id = ?",
                [.time(now), .integer(id)]
            )
        }
    }

    /// Deletes a tag of an active experiment.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` when there is no such tag.
    package func deleteTag(_ key: String, of id: Int64) async throws {
        let now = time.now()
        try await database.write { transaction in
            try Self.requireActive(try Self.load(id, transaction))
            let count = try transaction.execute(
                "DELETE FROM experiment_tag WHERE experiment_id = ? AND key = ?",
                [.integer(id), .text(key)]
            )
            if count == 0 {
                throw PlatformError.mlflowMissing("No tag with name: \(key) in experiment with id \(id)")
            }
            try transaction.execute(
                "UPDATE experiment SET last_update_time = ? WHERE experiment_id = ?",
                [.time(now), .integer(id)]
            )
        }
    }
}

extension ExperimentStore {
    /// The number that a text names.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package static func number(_ text: String) throws -> Int64 {
        guard let id = Int64(text) else {
            throw PlatformError.mlflowInvalid(
                "Invalid experiment ID '\(text.prefix(100))'. Experiment ID must be a valid integer."
            )
        }
        return id
    }

    static func load(_ id: Int64, _ reader: any SQLReader) throws -> Experiment {
        guard let row = try reader.first("SELECT * FROM experiment WHERE experiment_id = ?", [.integer(id)]) else {
            throw missing(id)
        }
        return try Experiment(row: row, tags: tags(of: id, reader))
    }

    static func tags(of id: Int64, _ reader: any SQLReader) throws -> [KeyValue] {
        try reader.query("SELECT key, value FROM experiment_tag WHERE experiment_id = ? ORDER BY key", [.integer(id)])
            .map { KeyValue(try $0.text("key"), try $0.text("value")) }
    }

    static func requireActive(_ experiment: Experiment) throws {
        guard experiment.stage == .active else {
            throw PlatformError.mlflowInvalid(
                "The experiment \(experiment.id) must be in the 'active' state. Current state is \(experiment.stage.rawValue)."
            )
        }
    }

    private static func set(_ tag: KeyValue, experiment id: Int64, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO experiment_tag (experiment_id, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value",
            [.integer(id), .text(tag.key), .text(tag.value)]
        )
    }

    private static func check(name: String) throws {
        if name.isEmpty { throw PlatformError.mlflowInvalid("Invalid experiment name: ''") }
        try MLflowName.checkLength("name", name, upTo: TrackingLimits.experimentNameLength)
    }

    private static func missing(_ id: Int64) -> PlatformError {
        PlatformError.mlflowMissing("No Experiment with id=\(id) exists")
    }
}
