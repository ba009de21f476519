import Primitives

/// The routes that bring records of an MLflow server over. They write what they are given, identifiers and times included, so
/// they need the administrator's permission.
package enum ImportAPI {
    /// Writes records, all of them or none. The same records again change nothing.
    package static let records = Route(
        .post,
        "/api/v1/import/mlflow/records",
        permission: .admin,
        maximumBodyBytes: 64 << 20,
        body: ImportRecords.self,
        reply: ImportReceipt.self
    )

    /// Fingerprints of records that are here, to compare with the source's.
    package static let fingerprints = Route(
        .post,
        "/api/v1/import/mlflow/fingerprints",
        permission: .admin,
        maximumBodyBytes: 16 << 20,
        body: ImportKeys.self,
        reply: ImportFingerprints.self
    )
}

/// Records to write, in this order: what a record names must be here or come before it.
package struct ImportRecords: Codable, Sendable, Equatable {
    /// The most records of one request, points of metrics not counted.
    package static let maximumRecords = 5_000
    /// The most points of metrics of one request.
    package static let maximumPoints = 100_000

    /// Where they come from, for the journal.
    package let source: String
    /// Experiments.
    package var experiments: [ImportedExperiment] = []
    /// Logged models.
    package var loggedModels: [ImportedLoggedModel] = []
    /// Runs, without their metrics.
    package var runs: [ImportedRun] = []
    /// Points of metrics, of runs that are here.
    package var series: [ImportedSeries] = []
    /// Names of artifacts, whose objects are here.
    package var artifacts: [ImportedArtifact] = []
    /// Registered models with their versions.
    package var registeredModels: [ImportedRegisteredModel] = []

    /// Makes an empty body.
    package init(source: String) { self.source = source }

    /// How many records there are, points not counted.
    package var count: Int {
        experiments.count + loggedModels.count + runs.count + artifacts.count
            + registeredModels.reduce(0) { $0 + 1 + $1.versions.count }
    }

    /// How many points there are.
    package var points: Int { series.reduce(0) { $0 + $1.values.count } }

    enum CodingKeys: String, CodingKey {
        case source, experiments, runs, series, artifacts
        case loggedModels = "logged_models"
        case registeredModels = "registered_models"
    }
}

/// What was written.
package struct ImportReceipt: Codable, Sendable, Equatable {
    /// Records, points not counted.
    package let records: Int
    /// Points of metrics.
    package let points: Int

    /// Makes a receipt.
    package init(records: Int, points: Int) {
        self.records = records
        self.points = points
    }
}

/// Records to take fingerprints of.
package struct ImportKeys: Codable, Sendable, Equatable {
    /// The most keys of one request.
    package static let maximumKeys = 5_000

    /// Numbers of experiments.
    package var experiments: [Int64] = []
    /// Identifiers of logged models.
    package var loggedModels: [String] = []
    /// Identifiers of runs.
    package var runs: [String] = []
    /// Paths of artifacts.
    package var artifacts: [String] = []
    /// Names of registered models.
    package var registeredModels: [String] = []

    /// Makes an empty body.
    package init() {}

    /// How many keys there are.
    package var count: Int {
        experiments.count + loggedModels.count + runs.count + artifacts.count + registeredModels.count
    }

    enum CodingKeys: String, CodingKey {
        case experiments, runs, artifacts
        case loggedModels = "logged_models"
        case registeredModels = "registered_models"
    }
}

/// One record's fingerprint.
package struct ImportFingerprint: Codable, Sendable, Hashable {
    /// The record's key, as text.
    package let key: String
    /// The SHA-256 of its canonical JSON; of an artifact, the object's.
    package let digest: Digest
    /// Bytes of an artifact, points of a run; 0 for the others.
    package let size: Int64
    /// The sum over a run's points; empty for the others.
    package let history: String

    /// Makes a fingerprint.
    package init(key: String, digest: Digest, size: Int64 = 0, history: String = "") {
        self.key = key
        self.digest = digest
        self.size = size
        self.history = history
    }
}

/// Fingerprints of the records that are here; the others are left out.
package struct ImportFingerprints: Codable, Sendable, Equatable {
    /// Experiments.
    package var experiments: [ImportFingerprint] = []
    /// Logged models.
    package var loggedModels: [ImportFingerprint] = []
    /// Runs.
    package var runs: [ImportFingerprint] = []
    /// Artifacts.
    package var artifacts: [ImportFingerprint] = []
    /// Registered models.
    package var registeredModels: [ImportFingerprint] = []

    /// Makes an empty reply.
    package init() {}

    enum CodingKeys: String, CodingKey {
        case experiments, runs, artifacts
        case loggedModels = "logged_models"
        case registeredModels = "registered_models"
    }
}
