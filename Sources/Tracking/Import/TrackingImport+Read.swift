import Primitives
import Storage

extension TrackingImport {
    /// The most keys of one statement.
    private static let keysPerStatement = 500
    /// The most points that one statement loads.
    private static let pointsPerStatement = 20_000

    /// The experiments with these numbers that are here, as records.
    package func experiments(_ ids: [Int64]) async throws -> [ImportedExperiment] {
        try await database.read { reader in
            try ids.compactMap { id in
                guard
                    let row = try reader.first("SELECT * FROM experiment WHERE experiment_id = ?", [.integer(id)])
                else { return nil }
                let experiment = try Experiment(row: row, tags: ExperimentStore.tags(of: id, reader))
                return ImportedExperiment(
                    id: id,
                    name: experiment.name,
                    artifactLocation: experiment.artifactLocation,
                    lifecycleStage: experiment.stage.rawValue,
                    creationTime: experiment.creationTime.milliseconds,
                    lastUpdateTime: experiment.lastUpdateTime.milliseconds,
                    tags: experiment.tags.map { ImportedPair($0.key, $0.value) }
                )
            }
        }
    }

    /// The runs with these identifiers that are here, as records.
    package func runs(_ ids: [String]) async throws -> [ImportedRun] {
        try await RunStore(database: database, time: time).readSettled { reader in
            try RunStore.load(try Self.handles(ids, reader), reader).map(ImportedRun.init)
        }
    }

    /// The sum over the points of each of these runs that is here.
    package func histories(_ ids: [String]) async throws -> [String: RecordSum] {
        try await RunStore(database: database, time: time).readSettled { reader in
            var sums: [String: RecordSum] = [:]
            for handle in try Self.handles(ids, reader) { sums[handle.id] = try Self.history(of: handle, reader) }
            return sums
        }
    }

    /// The logged models with these identifiers that are here, deleted ones too, as records.
    package func loggedModels(_ ids: [String]) async throws -> [ImportedLoggedModel] {
        try await database.read { reader in
            try Self.rows(of: "logged_model", "model_id", ids, reader).map { row in
                try ImportedLoggedModel(
                    LoggedModelStore.complete(LoggedModel(row: row), reader),
                    stage: row.text("lifecycle_stage")
                )
            }
        }
    }

    /// The artifacts with these paths that are here, as records.
    package func artifacts(_ paths: [String]) async throws -> [ImportedArtifact] {
        try await database.read { reader in
            try Self.rows(of: "artifact", "path", paths, reader).map { row in
                ImportedArtifact(
                    path: try row.text("path"),
                    digest: try row.digest("digest"),
                    size: try row.integer("size")
                )
            }
        }
    }

    private static func rows(
        of table: String,
        _ column: String,
        _ keys: [String],
        _ reader: any SQLReader
    ) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        var rest = keys[...]
        while !rest.isEmpty {
            let condition = SQLCondition(column, anyOf: rest.prefix(keysPerStatement).map(SQLValue.text))
            rows += try reader.query("SELECT * FROM \(table) WHERE \(condition.sql)", condition.arguments)
            rest = rest.dropFirst(keysPerStatement)
        }
        return rows
    }

    private static func handles(_ ids: [String], _ reader: any SQLReader) throws -> [RunHandle] {
        try rows(of: "tracking_run", "run_id", ids, reader).map { row in
            RunHandle(
                key: try row.integer("run_key"),
                id: try row.text("run_id"),
                experimentID: try row.integer("experiment_id"),
                stage: LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active
            )
        }
    }

    /// Reads along the table's key, so that a run of millions of points takes little memory.
    private static func history(of run: RunHandle, _ reader: any SQLReader) throws -> RecordSum {
        var sum = RecordSum()
        var last: [SQLValue] = []
        while true {
            let after = last.isEmpty ? "" : "AND (key, timestamp, step, value, is_nan) > (?, ?, ?, ?, ?) "
            let rows = try reader.query(
                "SELECT key, timestamp, step, value, is_nan FROM run_metric WHERE run_key = ? \(after)"
                    + "ORDER BY key, timestamp, step, value, is_nan LIMIT \(pointsPerStatement)",
                [.integer(run.key)] + last
            )
            for row in rows {
                sum.add(
                    key: try row.text("key"),
                    timestamp: try row.integer("timestamp"),
                    step: try row.integer("step"),
                    value: try row.bool("is_nan") ? nil : row.real("value")
                )
            }
            guard rows.count == pointsPerStatement, let end = rows.last else { return sum }
            last = try ["key", "timestamp", "step", "value", "is_nan"].map(end.value)
        }
    }
}

extension ImportedRun {
    fileprivate init(_ run: Run) {
        self.init(
            id: run.info.id,
            experimentID: run.info.experimentID,
            name: run.info.name,
            userID: run.info.userID,
            status: run.info.status.rawValue,
            startTime: run.info.startTime.milliseconds,
            endTime: run.info.endTime?.milliseconds,
            artifactURI: run.info.artifactURI,
            lifecycleStage: run.info.stage.rawValue,
            params: run.params.map { ImportedPair($0.key, $0.value) },
            tags: run.tags.map { ImportedPair($0.key, $0.value) },
            datasets: run.datasets.map { input in
                ImportedDatasetInput(
                    name: input.dataset.name,
                    digest: input.dataset.digest,
                    sourceType: input.dataset.sourceType,
                    source: input.dataset.source,
                    schema: input.dataset.schema,
                    profile: input.dataset.profile,
                    tags: input.tags.map { ImportedPair($0.key, $0.value) }
                )
            },
            modelInputs: run.modelInputs.map { ImportedModelLink(modelID: $0.modelID, step: $0.step) },
            modelOutputs: run.modelOutputs.map { ImportedModelLink(modelID: $0.modelID, step: $0.step) }
        )
    }
}

extension ImportedLoggedModel {
    fileprivate init(_ model: LoggedModel, stage: String) {
        self.init(
            id: model.id,
            experimentID: model.experimentID,
            name: model.name,
            artifactLocation: model.artifactLocation,
            creationTime: model.creationTime.milliseconds,
            lastUpdateTime: model.lastUpdateTime.milliseconds,
            status: model.status.rawValue,
            lifecycleStage: stage,
            modelType: model.modelType,
            sourceRunID: model.sourceRunID,
            tags: model.tags.map { ImportedPair($0.key, $0.value) },
            params: model.params.map { ImportedPair($0.key, $0.value) },
            metrics: model.metrics.map { measure in
                ImportedMeasure(
                    key: measure.point.key,
                    value: measure.point.value.isNaN ? nil : measure.point.value,
                    timestamp: measure.point.timestamp,
                    step: measure.point.step,
                    runID: measure.runID,
                    datasetName: measure.point.datasetName,
                    datasetDigest: measure.point.datasetDigest
                )
            }
        )
    }
}
