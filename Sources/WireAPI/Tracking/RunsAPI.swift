import Primitives

/// Aku's own routes about tracking runs, for the command line. Clients log through the MLflow routes.
package enum RunsAPI {
    /// Runs, newest first. Query: `experiment` (name), `filter` (MLflow's language), `order`, `limit`.
    package static let list = Route(.get, "/api/v1/runs", permission: .trackingRead, reply: RunListBody.self)
    /// One run with a thinned history of every metric.
    package static let show = Route(.get, "/api/v1/runs/{id}", permission: .trackingRead, reply: RunDetailBody.self)
    /// Removes what is in the bin for good: named runs, or everything that has been there for some time.
    package static let purge = Route(
        .post,
        "/api/v1/runs/purge",
        permission: .admin,
        body: PurgeBody.self,
        reply: PurgeReportBody.self
    )
}

/// What to remove for good: one of the two.
package struct PurgeBody: Codable, Sendable, Equatable {
    /// Deleted runs.
    package let runs: [String]?
    /// Everything that was deleted so long ago.
    package let olderThanSeconds: Int64?

    enum CodingKeys: String, CodingKey {
        case runs
        case olderThanSeconds = "older_than_seconds"
    }

    /// Makes a body.
    package init(runs: [String]?, olderThanSeconds: Int64?) {
        self.runs = runs
        self.olderThanSeconds = olderThanSeconds
    }
}

/// What was removed for good.
package struct PurgeReportBody: Codable, Sendable, Equatable {
    /// Runs.
    package let runs: Int
    /// Logged models.
    package let loggedModels: Int
    /// Experiments.
    package let experiments: Int
    /// Names of artifacts.
    package let artifacts: Int

    enum CodingKeys: String, CodingKey {
        case runs
        case loggedModels = "logged_models"
        case experiments
        case artifacts
    }

    /// Makes a body.
    package init(runs: Int, loggedModels: Int, experiments: Int, artifacts: Int) {
        self.runs = runs
        self.loggedModels = loggedModels
        self.experiments = experiments
        self.artifacts = artifacts
    }
}

/// A run.
package struct RunBody: Codable, Sendable, Equatable {
    /// Its identifier.
    package let id: String
    /// Its name.
    package let name: String
    /// The name of its experiment.
    package let experiment: String
    /// `RUNNING`, `FINISHED`, …
    package let status: String
    /// Who made it.
    package let user: String
    /// When it began.
    package let startedAt: Timestamp
    /// When it ended.
    package let endedAt: Timestamp?
    /// The latest value of each metric; one that is NaN or infinite is left out.
    package let metrics: [String: Double]
    /// Its params.
    package let params: [String: String]
    /// Its tags.
    package let tags: [String: String]

    enum CodingKeys: String, CodingKey {
        case id
        case name
        case experiment
        case status
        case user
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case metrics
        case params
        case tags
    }

    /// Makes a body.
    package init(
        id: String,
        name: String,
        experiment: String,
        status: String,
        user: String,
        startedAt: Timestamp,
        endedAt: Timestamp?,
        metrics: [String: Double],
        params: [String: String],
        tags: [String: String]
    ) {
        self.id = id
        self.name = name
        self.experiment = experiment
        self.status = status
        self.user = user
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.metrics = metrics
        self.params = params
        self.tags = tags
    }
}

/// A list of runs.
package struct RunListBody: Codable, Sendable, Equatable {
    /// The runs, newest first.
    package let runs: [RunBody]

    /// Makes a body.
    package init(runs: [RunBody]) { self.runs = runs }
}

/// A run and the course of its metrics.
package struct RunDetailBody: Codable, Sendable, Equatable {
    /// One point of a metric.
    package struct Point: Codable, Sendable, Equatable {
        /// The training step.
        package let step: Int64
        /// The value; nil when it is NaN or infinite.
        package let value: Double?

        /// Makes a point.
        package init(step: Int64, value: Double?) {
            self.step = step
            self.value = value
        }
    }

    /// The run.
    package let run: RunBody
    /// At most 200 points of each metric, evenly spread over its history.
    package let history: [String: [Point]]
    /// Where its artifacts are.
    package let artifactURI: String

    enum CodingKeys: String, CodingKey {
        case run, history
        case artifactURI = "artifact_uri"
    }

    /// Makes a body.
    package init(run: RunBody, history: [String: [Point]], artifactURI: String) {
        self.run = run
        self.history = history
        self.artifactURI = artifactURI
    }
}
