/// A run that keeps its identifier, times and stage. The history of its metrics comes as `ImportedSeries`.
package struct ImportedRun: Sendable, Hashable, Codable {
    /// Its identifier in both places.
    package let id: String
    /// The number of its experiment.
    package let experimentID: Int64
    /// Its name.
    package let name: String
    /// Who made it.
    package let userID: String
    /// MLflow's word for where it stands.
    package let status: String
    /// When it began.
    package let startTime: Int64
    /// When it ended, if it has.
    package let endTime: Int64?
    /// Where its artifacts are here: a URI.
    package let artifactURI: String
    /// `active` or `deleted`.
    package let lifecycleStage: String
    /// Its params, by key.
    package let params: [ImportedPair]
    /// Its tags, by key.
    package let tags: [ImportedPair]
    /// The data sets that it read, by name and digest.
    package let datasets: [ImportedDatasetInput]
    /// The logged models that it read, by identifier.
    package let modelInputs: [ImportedModelLink]
    /// The logged models that it made, by identifier.
    package let modelOutputs: [ImportedModelLink]

    /// Makes a record.
    package init(
        id: String,
        experimentID: Int64,
        name: String,
        userID: String,
        status: String,
        startTime: Int64,
        endTime: Int64?,
        artifactURI: String,
        lifecycleStage: String,
        params: [ImportedPair],
        tags: [ImportedPair],
        datasets: [ImportedDatasetInput],
        modelInputs: [ImportedModelLink],
        modelOutputs: [ImportedModelLink]
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.userID = userID
        self.status = status
        self.startTime = startTime
        self.endTime = endTime
        self.artifactURI = artifactURI
        self.lifecycleStage = lifecycleStage
        self.params = ImportedPair.sorted(params)
        self.tags = ImportedPair.sorted(tags)
        self.datasets = datasets.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) }
        self.modelInputs = modelInputs.sorted { $0.modelID < $1.modelID }
        self.modelOutputs = modelOutputs.sorted { ($0.modelID, $0.step) < ($1.modelID, $1.step) }
    }

    enum CodingKeys: String, CodingKey {
        case id, name, status, params, tags, datasets
        case experimentID = "experiment_id"
        case userID = "user_id"
        case startTime = "start_time"
        case endTime = "end_time"
        case artifactURI = "artifact_uri"
        case lifecycleStage = "lifecycle_stage"
        case modelInputs = "model_inputs"
        case modelOutputs = "model_outputs"
    }
}

/// A data set that a run read.
package struct ImportedDatasetInput: Sendable, Hashable, Codable {
    /// Its name.
    package let name: String
    /// The digest that the client made.
    package let digest: String
    /// The kind of its source.
    package let sourceType: String
    /// Where it came from.
    package let source: String
    /// Its schema as JSON, if given.
    package let schema: String?
    /// Its profile as JSON, if given.
    package let profile: String?
    /// What for, and other tags, by key.
    package let tags: [ImportedPair]

    /// Makes a record.
    package init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String?,
        profile: String?,
        tags: [ImportedPair]
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        // An empty text and none are the same thing over MLflow's API.
        self.schema = schema == "" ? nil : schema
        self.profile = profile == "" ? nil : profile
        self.tags = ImportedPair.sorted(tags)
    }

    enum CodingKeys: String, CodingKey {
        case name, digest, source, schema, profile, tags
        case sourceType = "source_type"
    }
}

/// A logged model that a run read or made.
package struct ImportedModelLink: Sendable, Hashable, Codable {
    /// The model.
    package let modelID: String
    /// The training step at which it was made; 0 for those read.
    package let step: Int64

    /// Makes a record.
    package init(modelID: String, step: Int64) {
        self.modelID = modelID
        self.step = step
    }

    enum CodingKeys: String, CodingKey {
        case step
        case modelID = "model_id"
    }
}
