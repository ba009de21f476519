import Primitives
import Storage

/// Where a run stands.
package enum RunStatus: String, Sendable, Codable, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"

    /// Whether nothing more is expected of the run.
    package var isFinal: Bool { self == .finished || self == .failed || self == .killed }
}

/// What a run is, without what it logged.
package struct RunInfo: Sendable, Hashable {
    /// 32 hexadecimal digits.
    package let id: String
    /// The experiment that it belongs to.
    package let experimentID: Int64
    /// Its name: the user's or a made-up one.
    package let name: String
    /// Who made it, as the client says.
    package let userID: String
    /// Where it stands.
    package let status: RunStatus
    /// When it began, by the client's clock.
    package let startTime: Timestamp
    /// When it ended, by the client's clock; nil while it runs.
    package let endTime: Timestamp?
    /// Where its artifacts are: a URI.
    package let artifactURI: String
    /// In use or in the bin.
    package let stage: LifecycleStage

    init(row: SQLRow) throws {
        id = try row.text("run_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        userID = try row.text("user_id")
        status = RunStatus(rawValue: try row.text("status")) ?? .running
        startTime = try row.time("start_time")
        endTime = try row.optionalTime("end_time")
        artifactURI = try row.text("artifact_uri")
        stage = LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active
    }
}

/// A run with what it logged: the latest point of each metric, params, tags, data sets and models.
package struct Run: Sendable, Hashable {
    /// What it is.
    package let info: RunInfo
    /// The latest point of each metric, by key.
    package internal(set) var metrics: [MetricPoint] = []
    /// Its params, by key.
    package internal(set) var params: [KeyValue] = []
    /// Its tags, by key.
    package internal(set) var tags: [KeyValue] = []
    /// The data sets that it read.
    package internal(set) var datasets: [DatasetInput] = []
    /// The logged models that it read.
    package internal(set) var modelInputs: [ModelLink] = []
    /// The logged models that it made.
    package internal(set) var modelOutputs: [ModelLink] = []

    init(info: RunInfo) {
        self.info = info
    }
}

/// A run inside a transaction: its small key and whether it takes changes.
struct RunHandle: Sendable {
    let key: Int64
    let id: String
    let experimentID: Int64
    let stage: LifecycleStage

    /// - Throws: `INVALID_PARAMETER_VALUE` for a deleted run.
    func requireActive() throws {
        guard stage == .active else {
            throw PlatformError.mlflowInvalid(
                "The run \(id) must be in the 'active' state. Current state is \(stage.rawValue)."
            )
        }
    }
}

extension RunHandle {
    init(row: SQLRow) throws {
        key = try row.integer("run_key")
        id = try row.text("run_id")
        experimentID = try row.integer("experiment_id")
        stage = LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active
    }
}
