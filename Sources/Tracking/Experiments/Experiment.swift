import Primitives
import Storage

/// Whether a thing is in use or in the bin.
package enum LifecycleStage: String, Sendable, Codable {
    case active
    case deleted
}

/// Which things a search sees.
package enum ViewType: String, Sendable, Codable {
    case activeOnly = "ACTIVE_ONLY"
    case deletedOnly = "DELETED_ONLY"
    case all = "ALL"

    /// The stages that the view shows.
    var stages: [SQLValue] {
        switch self {
        case .activeOnly: ["active"]
        case .deletedOnly: ["deleted"]
        case .all: ["active", "deleted"]
        }
    }
}

/// A named collection of runs.
package struct Experiment: Sendable, Hashable {
    /// Its number, from 0; `0` is `Default`.
    package let id: Int64
    /// Its unique name.
    package let name: String
    /// Where its runs keep their artifacts: a URI.
    package let artifactLocation: String
    /// In use or in the bin.
    package let stage: LifecycleStage
    /// When it was created.
    package let creationTime: Timestamp
    /// When its name, stage or tags last changed.
    package let lastUpdateTime: Timestamp
    /// Its tags, by key.
    package let tags: [KeyValue]

    init(row: SQLRow, tags: [KeyValue]) throws {
        id = try row.integer("experiment_id")
        name = try row.text("name")
        artifactLocation = try row.text("artifact_location")
        stage = LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active
        creationTime = try row.time("creation_time")
        lastUpdateTime = try row.time("last_update_time")
        self.tags = tags
    }
}
