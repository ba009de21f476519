import Primitives
import Storage

/// Keeps runs and what they log. Each method is one transaction; a write returns after it is durable.
package struct RunStore: Sendable {
    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource
    /// Points between their request and their history.
    let waiting = WaitingPoints()

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// What a new run needs.
    package struct NewRun: Sendable {
        /// The experiment; it must be active.
        package let experimentID: Int64
        /// Who makes it, as the client says.
        package let userID: String
        /// Its name; nil or empty for the tag `mlflow.runName`, else a made-up one.
        package let name: String?
        /// When it began; nil for now.
        package let startTime: Int64?
        /// Its first tags.
        package let tags: [KeyValue]

        /// Describes a run.
        package init(
            experimentID: Int64,
            userID: String = "",
            name: String? = nil,
            startTime: Int64? = nil,
            tags: [KeyValue] = []
        ) {
            self.experimentID = experimentID
            self.userID = userID
            self.name = name
            self.startTime = startTime
            self.tags = tags
        }
    }

    /// Creates a run.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the experiment, `INVALID_PARAMETER_VALUE`.
    package func create(_ new: NewRun, actor: String) async throws -> Run {
        let id = identifiers()
        let tags = try new.tags.enumerated().map { try TrackingLimits.tag($1, path: "tags[\($0)]") }
        let tagged = tags.last { $0.key == Self.nameTag }?.value
        let given = new.name.flatMap { $0.isEmpty ? nil : $0 }
        if let given, let tagged, given != tagged {
            throw PlatformError.mlflowInvalid(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                    + "(run_name='\(given)', mlflow.runName='\(tagged)')."
            )
        }
        let name = given ?? tagged ?? RunName.make(from: id)
        let start = new.startTime ?? time.now().milliseconds
        return try await database.write { transaction in
            let experiment = try ExperimentStore.load(new.experimentID, transaction)
            try ExperimentStore.requireActive(experiment)
            let artifacts = ArtifactLocation.append("\(id)/artifacts", to: experiment.artifactLocation)
            try transaction.execute(
                "INSERT INTO tracking_run (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri, "
                    + "lifecycle_stage, deleted_time) VALUES (?, ?, ?, ?, 'RUNNING', ?, NULL, ?, 'active', NULL)",
                [
                    .text(id), .integer(new.experimentID), .text(name), .text(new.userID), .integer(start),
                    .text(artifacts),
                ]
            )
            let run = try Self.handle(id, transaction)
            for tag in tags + (tagged == nil ? [KeyValue(Self.nameTag, name)] : []) {
                try Self.setTag(tag, run, transaction)
            }
            try transaction.record(
                JournalEvent(
                    kind: "tracking.run.created",
                    subject: "run/\(id)",
                    actor: actor,
                    body: ["experiment": .integer(new.experimentID), "name": .string(name)]
                )
            )
            return try Self.load([run], transaction)[0]
        }
    }

    /// Changes a run's status, end or name; nil leaves a field alone.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE` for a deleted run.
    package func update(_ id: String, status: RunStatus?, endTime: Int64?, name: String?, actor: String) async throws
        -> RunInfo
    {
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            try transaction.execute(
                "UPDATE tracking_run SET status = COALESCE(?, status), end_time = COALESCE(?, end_time), "
                    + "name = COALESCE(?, name) WHERE run_key = ?",
                [
                    .optional(status?.rawValue), .optional(endTime), .optional(name.flatMap { $0.isEmpty ? nil : $0 }),
                    .integer(run.key),
                ]
            )
            if let name, !name.isEmpty { try Self.setTag(KeyValue(Self.nameTag, name), run, transaction) }
            if let status, status.isFinal {
                try transaction.record(
                    JournalEvent(
                        kind: "tracking.run.finished",
                        subject: "run/\(id)",
                        actor: actor,
                        body: ["status": .string(status.rawValue)]
                    )
                )
            }
            return try Self.load([run], transaction)[0].info
        }
    }

    /// Moves a run to the bin, or back.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func move(_ id: String, to stage: LifecycleStage, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            guard run.stage != stage else { return }
            try transaction.execute(
                "UPDATE tracking_run SET lifecycle_stage = ?, deleted_time = ? WHERE run_key = ?",
                [.text(stage.rawValue), stage == .deleted ? .time(now) : .null, .integer(run.key)]
            )
            try transaction.record(
                JournalEvent(
                    kind: stage == .deleted ? "tracking.run.deleted" : "tracking.run.restored",
                    subject: "run/\(id)",
                    actor: actor
                )
            )
        }
    }

    /// What a run is, without what it logged.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func info(_ id: String) async throws -> RunInfo {
        let row = try await database.read { reader in
            try reader.first("SELECT * FROM tracking_run WHERE run_id = ?", [.text(id)])
        }
        guard let row else { throw Self.missing(id) }
        return try RunInfo(row: row)
    }

    /// A run with the latest of what it logged.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> Run {
        try await readSettled { reader in try Self.load([Self.handle(id, reader)], reader)[0] }
    }
}

extension RunStore {
    /// The tag that repeats the run's name.
    static let nameTag = "mlflow.runName"

    static func missing(_ id: String) -> PlatformError {
        PlatformError.mlflowMissing("Run with id=\(id.prefix(300)) not found")
    }

    static func handle(_ id: String, _ reader: any SQLReader) throws -> RunHandle {
        let row = try reader.first(
            "SELECT run_id, run_key, experiment_id, lifecycle_stage FROM tracking_run WHERE run_id = ?",
            [.text(id)]
        )
        guard let row else { throw missing(id) }
        return try RunHandle(row: row)
    }

    /// The handles of several runs, in the order of their identifiers.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    static func handles(_ ids: [String], _ reader: any SQLReader) throws -> [RunHandle] {
        let condition = SQLCondition("run_id", anyOf: ids.map(SQLValue.text))
        var found: [String: RunHandle] = [:]
        let rows = try reader.query(
            "SELECT run_id, run_key, experiment_id, lifecycle_stage FROM tracking_run WHERE \(condition.sql)",
            condition.arguments
        )
        for row in rows { found[try row.text("run_id")] = try RunHandle(row: row) }
        return try ids.map { id in
            guard let run = found[id] else { throw missing(id) }
            return run
        }
    }

    static func setTag(_ tag: KeyValue, _ run: RunHandle, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO run_tag (run_key, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (run_key, key) DO UPDATE SET value = excluded.value",
            [.integer(run.key), .text(tag.key), .text(tag.value)]
        )
    }
}
