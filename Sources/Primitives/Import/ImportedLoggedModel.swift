/// A logged model that keeps its identifier, times and stage.
package struct ImportedLoggedModel: Sendable, Hashable, Codable {
    /// Its identifier in both places.
    package let id: String
    /// The number of its experiment.
    package let experimentID: Int64
    /// Its name.
    package let name: String
    /// Where its files are here: a URI.
    package let artifactLocation: String
    /// When it was created.
    package let creationTime: Int64
    /// When it last changed.
    package let lastUpdateTime: Int64
    /// MLflow's word for how far its upload is.
    package let status: String
    /// `active` or `deleted`.
    package let lifecycleStage: String
    /// What kind of model it is.
    package let modelType: String?
    /// The run that made it.
    package let sourceRunID: String?
    /// Its tags, by key.
    package let tags: [ImportedPair]
    /// Its params, by key.
    package let params: [ImportedPair]
    /// Its metrics, by key, time, step and run.
    package let metrics: [ImportedMeasure]

    /// Makes a record.
    package init(
        id: String,
        experimentID: Int64,
        name: String,
        artifactLocation: String,
        creationTime: Int64,
        lastUpdateTime: Int64,
        status: String,
        lifecycleStage: String,
        modelType: String?,
        sourceRunID: String?,
        tags: [ImportedPair],
        params: [ImportedPair],
        metrics: [ImportedMeasure]
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.artifactLocation = artifactLocation
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.status = status
        self.lifecycleStage = lifecycleStage
        self.modelType = modelType == "" ? nil : modelType
        self.sourceRunID = sourceRunID == "" ? nil : sourceRunID
        self.tags = ImportedPair.sorted(tags)
        self.params = ImportedPair.sorted(params)
        self.metrics = metrics.sorted {
            ($0.key, $0.timestamp, $0.step, $0.runID) < ($1.key, $1.timestamp, $1.step, $1.runID)
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, name, status, tags, params, metrics
        case experimentID = "experiment_id"
        case artifactLocation = "artifact_location"
        case creationTime = "creation_time"
        case lastUpdateTime = "last_update_time"
        case lifecycleStage = "lifecycle_stage"
        case modelType = "model_type"
        case sourceRunID = "source_run_id"
    }
}

/// A metric of a logged model.
package struct ImportedMeasure: Sendable, Hashable, Codable {
    /// The metric.
    package let key: String
    /// The value; nil is NaN.
    package let value: Double?
    /// Milliseconds.
    package let timestamp: Int64
    /// The training step.
    package let step: Int64
    /// The run that measured.
    package let runID: String
    /// The data set that it was measured on, if any.
    package let datasetName: String?
    /// The digest of that data set, if any.
    package let datasetDigest: String?

    /// Makes a record.
    package init(
        key: String,
        value: Double?,
        timestamp: Int64,
        step: Int64,
        runID: String,
        datasetName: String?,
        datasetDigest: String?
    ) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
        self.runID = runID
        self.datasetName = datasetName == "" ? nil : datasetName
        self.datasetDigest = datasetDigest == "" ? nil : datasetDigest
    }

    enum CodingKeys: String, CodingKey {
        case key, value, timestamp, step
        case runID = "run_id"
        case datasetName = "dataset_name"
        case datasetDigest = "dataset_digest"
    }
}
