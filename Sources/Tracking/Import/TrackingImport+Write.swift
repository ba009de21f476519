import Primitives
import Storage

extension TrackingImport {
    static func write(_ experiment: ImportedExperiment, _ transaction: any SQLTransaction) throws {
        let rows = try transaction.query(
            "SELECT experiment_id, name FROM experiment WHERE experiment_id = ? OR name = ?",
            [.integer(experiment.id), .text(experiment.name)]
        )
        for row in rows {
            let (id, name) = (try row.integer("experiment_id"), try row.text("name"))
            guard id == experiment.id, name == experiment.name else {
                throw PlatformError(
                    .importConflict,
                    "Experiment \(experiment.id) '\(experiment.name)' cannot keep its number and name: experiment \(id) here "
                        + "is '\(name)'.",
                    nextStep: "Import into a server without experiments of its own.",
                    context: ["experiment_id": "\(experiment.id)"]
                )
            }
        }
        try transaction.execute(
            "INSERT INTO experiment (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time) "
                + "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (experiment_id) DO UPDATE SET "
                + "artifact_location = excluded.artifact_location, lifecycle_stage = excluded.lifecycle_stage, "
                + "creation_time = excluded.creation_time, last_update_time = excluded.last_update_time",
            [
                .integer(experiment.id), .text(experiment.name), .text(experiment.artifactLocation),
                .text(try stage(experiment.lifecycleStage).rawValue), .integer(experiment.creationTime),
                .integer(experiment.lastUpdateTime),
            ]
        )
        try replace("experiment_tag", "experiment_id", .integer(experiment.id), experiment.tags, transaction)
    }

    static func write(_ run: ImportedRun, _ now: Timestamp, _ transaction: any SQLTransaction) throws {
        guard RunStatus(rawValue: run.status) != nil else {
            throw PlatformError(.importInvalid, "'\(run.status.prefix(40))' is no status of a run.")
        }
        _ = try ExperimentStore.load(run.experimentID, transaction)
        // The bin is emptied by the time in it, which begins here.
        let stage = try stage(run.lifecycleStage)
        try transaction.execute(
            "INSERT INTO tracking_run (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri, "
                + "lifecycle_stage, deleted_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET "
                + "experiment_id = excluded.experiment_id, name = excluded.name, user_id = excluded.user_id, "
                + "status = excluded.status, start_time = excluded.start_time, end_time = excluded.end_time, "
                + "artifact_uri = excluded.artifact_uri, lifecycle_stage = excluded.lifecycle_stage, "
                + "deleted_time = excluded.deleted_time",
            [
                .text(run.id), .integer(run.experimentID), .text(run.name), .text(run.userID), .text(run.status),
                .integer(run.startTime), .optional(run.endTime), .text(run.artifactURI), .text(stage.rawValue),
                stage == .deleted ? .time(now) : .null,
            ]
        )
        let handle = try RunStore.handle(run.id, transaction)
        try replace("run_param", "run_key", .integer(handle.key), run.params, transaction)
        try replace("run_tag", "run_key", .integer(handle.key), run.tags, transaction)
        try transaction.execute("DELETE FROM run_dataset_input WHERE run_key = ?", [.integer(handle.key)])
        for input in run.datasets { try RunStore.add(DatasetInput(input), to: handle, in: transaction) }
        try transaction.execute("DELETE FROM run_model_link WHERE run_key = ?", [.integer(handle.key)])
        for link in run.modelInputs { try RunStore.link(ModelLink(link), "input", to: handle, in: transaction) }
        for link in run.modelOutputs { try RunStore.link(ModelLink(link), "output", to: handle, in: transaction) }
    }

    static func write(_ series: ImportedSeries, _ transaction: any SQLTransaction) throws {
        let count = series.values.count
        guard series.timestamps.count == count, series.steps.count == count else {
            throw PlatformError(.importInvalid, "The columns of metric '\(series.key)' differ in length.")
        }
        let handle = try RunStore.handle(series.runID, transaction)
        let points = series.values.indices.map { place in
            MetricPoint(
                key: series.key,
                value: series.values[place] ?? .nan,
                timestamp: series.timestamps[place],
                step: series.steps[place]
            )
        }
        try MetricWriter.write(points, run: handle, in: transaction)
    }

    static func write(_ model: ImportedLoggedModel, _ transaction: any SQLTransaction) throws {
        guard LoggedModelStatus(rawValue: model.status) != nil else {
            throw PlatformError(.importInvalid, "'\(model.status.prefix(40))' is no status of a logged model.")
        }
        _ = try ExperimentStore.load(model.experimentID, transaction)
        try transaction.execute(
            "INSERT INTO logged_model (model_id, experiment_id, name, artifact_location, creation_time, last_update_time, "
                + "status, lifecycle_stage, model_type, source_run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                + "ON CONFLICT (model_id) DO UPDATE SET experiment_id = excluded.experiment_id, name = excluded.name, "
                + "artifact_location = excluded.artifact_location, creation_time = excluded.creation_time, "
                + "last_update_time = excluded.last_update_time, status = excluded.status, "
                + "lifecycle_stage = excluded.lifecycle_stage, model_type = excluded.model_type, "
                + "source_run_id = excluded.source_run_id",
            [
                .text(model.id), .integer(model.experimentID), .text(model.name), .text(model.artifactLocation),
                .integer(model.creationTime), .integer(model.lastUpdateTime), .text(model.status),
                .text(try stage(model.lifecycleStage).rawValue), .optional(model.modelType),
                .optional(model.sourceRunID),
            ]
        )
        try replace("logged_model_tag", "model_id", .text(model.id), model.tags, transaction)
        try replace("logged_model_param", "model_id", .text(model.id), model.params, transaction)
        try transaction.execute("DELETE FROM logged_model_metric WHERE model_id = ?", [.text(model.id)])
        for measure in model.metrics {
            try transaction.execute(
                "INSERT INTO logged_model_metric "
                    + "(model_id, key, timestamp, step, run_id, value, is_nan, dataset_name, dataset_digest) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(model.id), .text(measure.key), .integer(measure.timestamp), .integer(measure.step),
                    .text(measure.runID), .real(measure.value ?? 0), .bool(measure.value == nil),
                    .optional(measure.datasetName), .optional(measure.datasetDigest),
                ]
            )
        }
    }

    static func write(_ artifact: ImportedArtifact, _ now: Timestamp, _ transaction: any SQLTransaction) throws {
        try ArtifactStore.requireFree(artifact.path, transaction)
        try transaction.execute(
            "INSERT INTO artifact (path, digest, size, created_at) VALUES (?, ?, ?, ?) "
                + "ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, size = excluded.size",
            [
                .text(artifact.path), .digest(artifact.digest), .integer(artifact.size), .time(now),
            ]
        )
    }
}

extension DatasetInput {
    fileprivate init(_ input: ImportedDatasetInput) {
        self.init(
            dataset: TrackedDataset(
                name: input.name,
                digest: input.digest,
                sourceType: input.sourceType,
                source: input.source,
                schema: input.schema,
                profile: input.profile
            ),
            tags: input.tags.map { KeyValue($0.key, $0.value) }
        )
    }
}

extension ModelLink {
    fileprivate init(_ link: ImportedModelLink) { self.init(modelID: link.modelID, step: link.step) }
}
