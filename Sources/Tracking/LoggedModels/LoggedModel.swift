import Primitives
import Storage

/// How far the upload of a logged model is.
package enum LoggedModelStatus: String, Sendable, Codable, CaseIterable {
    case unspecified = "LOGGED_MODEL_STATUS_UNSPECIFIED"
    case pending = "LOGGED_MODEL_PENDING"
    case ready = "LOGGED_MODEL_READY"
    case uploadFailed = "LOGGED_MODEL_UPLOAD_FAILED"

    /// Its number in the protocol's enumeration, which filters compare with.
    package var number: Int64 {
        switch self {
        case .unspecified: 0
        case .pending: 1
        case .ready: 2
        case .uploadFailed: 3
        }
    }
}

/// A model that a run logged (MLflow 3): an entity of its own, with params, tags and metrics.
package struct LoggedModel: Sendable, Hashable {
    /// A metric of the model and the run that logged it.
    package struct Measure: Sendable, Hashable {
        /// The point.
        package let point: MetricPoint
        /// The run that logged it.
        package let runID: String
    }

    /// `m-` and 32 hexadecimal digits.
    package let id: String
    /// Its experiment.
    package let experimentID: Int64
    /// Its name.
    package let name: String
    /// Where its files are: a URI.
    package let artifactLocation: String
    /// When it was created.
    package let creationTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp
    /// How far its upload is.
    package let status: LoggedModelStatus
    /// What kind of model it is, as the client says.
    package let modelType: String?
    /// The run that made it.
    package let sourceRunID: String?
    /// Its tags, by key.
    package internal(set) var tags: [KeyValue] = []
    /// Its params, by key.
    package internal(set) var params: [KeyValue] = []
    /// Its metrics, by key and time.
    package internal(set) var metrics: [Measure] = []

    init(row: SQLRow) throws {
        id = try row.text("model_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        artifactLocation = try row.text("artifact_location")
        creationTime = try row.time("creation_time")
        lastUpdateTime = try row.time("last_update_time")
        status = LoggedModelStatus(rawValue: try row.text("status")) ?? .unspecified
        modelType = try row.optionalText("model_type")
        sourceRunID = try row.optionalText("source_run_id")
    }
}

extension LoggedModel.Measure {
    init(row: SQLRow) throws {
        point = MetricPoint(
            key: try row.text("key"),
            value: try row.bool("is_nan") ? .nan : row.real("value"),
            timestamp: try row.integer("timestamp"),
            step: try row.integer("step"),
            modelID: try row.text("model_id"),
            datasetName: try row.optionalText("dataset_name"),
            datasetDigest: try row.optionalText("dataset_digest")
        )
        runID = try row.text("run_id")
    }
}
