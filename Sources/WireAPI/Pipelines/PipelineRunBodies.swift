import Primitives

/// Starts a run.
package struct StartRunBody: Codable, Sendable, Equatable {
    /// Values by parameter; text is read as the parameter's type.
    package let parameters: [String: JSONValue]?
    /// Why; for people.
    package let reason: String?
    /// The same key never starts a second run.
    package let idempotencyKey: String?
    /// False executes every task. Default: true.
    package let useCache: Bool?

    enum CodingKeys: String, CodingKey {
        case parameters, reason
        case idempotencyKey = "idempotency_key"
        case useCache = "use_cache"
    }

    /// Makes a body.
    package init(
        parameters: [String: JSONValue]? = nil,
        reason: String? = nil,
        idempotencyKey: String? = nil,
        useCache: Bool? = nil
    ) {
        self.parameters = parameters
        self.reason = reason
        self.idempotencyKey = idempotencyKey
        self.useCache = useCache
    }
}

/// Runs part of a run again.
package struct RerunBody: Codable, Sendable, Equatable {
    /// Tasks to begin with; nil for all that did not end well.
    package let from: [String]?
    /// Why; for people.
    package let reason: String?
    /// The same key never starts a second run.
    package let idempotencyKey: String?

    enum CodingKeys: String, CodingKey {
        case from, reason
        case idempotencyKey = "idempotency_key"
    }

    /// Makes a body.
    package init(from: [String]? = nil, reason: String? = nil, idempotencyKey: String? = nil) {
        self.from = from
        self.reason = reason
        self.idempotencyKey = idempotencyKey
    }
}

/// The run that was started, or the earlier one with the same key.
package struct StartedRunBody: Codable, Sendable, Equatable {
    /// Its id.
    package let runID: String

    enum CodingKeys: String, CodingKey { case runID = "run_id" }

    /// Makes a body.
    package init(runID: String) { self.runID = runID }
}

/// A run; in lists, without its tasks.
package struct PipelineRunBody: Codable, Sendable, Equatable {
    /// Its id.
    package let id: String
    /// The pipeline.
    package let pipeline: String
    /// The version that it keeps.
    package let version: Int
    /// `running`, `succeeded`, `failed` or `cancelled`.
    package let state: String
    /// Values of all parameters.
    package let parameters: [String: JSONValue]
    /// Why it was started.
    package let reason: String
    /// Who started it.
    package let actor: String
    /// Who cancelled it, or nil.
    package let cancelledBy: String?
    /// Who starts its tasks: `aku`, `airflow`, `argo` or `prefect`.
    package let engine: String
    /// What another engine calls the run, or nil.
    package let externalID: String?
    /// When it was accepted.
    package let createdAt: Timestamp
    /// When it was over, or nil.
    package let finishedAt: Timestamp?
    /// From acceptance to the end, or to now, in milliseconds.
    package let durationMilliseconds: Int64
    /// In file order; nil in lists.
    package let tasks: [PipelineTaskBody]?
    /// The schedule whose time it stands for, or nil.
    package var schedule: String?
    /// That time, or nil.
    package var logicalTime: Timestamp?
    /// The backfill that made it, or nil.
    package var backfillID: String?
    /// The run of which it runs a part again, or nil.
    package var rerunOf: String?
    /// Why it failed where no task did (`deadline_exceeded`), or nil.
    package var failureCode: String?
    /// When its tasks must be over, or nil; not in lists.
    package var deadline: Timestamp?

    enum CodingKeys: String, CodingKey {
        case id, pipeline, version, state, parameters, reason, actor, tasks, engine, schedule
        case externalID = "external_id"
        case logicalTime = "logical_time"
        case backfillID = "backfill_id"
        case rerunOf = "rerun_of"
        case failureCode = "failure_code"
        case deadline
        case cancelledBy = "cancelled_by"
        case createdAt = "created_at"
        case finishedAt = "finished_at"
        case durationMilliseconds = "duration_ms"
    }

    /// Makes a body.
    package init(
        id: String,
        pipeline: String,
        version: Int,
        state: String,
        parameters: [String: JSONValue],
        reason: String,
        actor: String,
        cancelledBy: String?,
        engine: String = "aku",
        externalID: String? = nil,
        createdAt: Timestamp,
        finishedAt: Timestamp?,
        durationMilliseconds: Int64,
        tasks: [PipelineTaskBody]?
    ) {
        self.id = id
        self.pipeline = pipeline
        self.version = version
        self.state = state
        self.parameters = parameters
        self.reason = reason
        self.actor = actor
        self.cancelledBy = cancelledBy
        self.engine = engine
        self.externalID = externalID
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.durationMilliseconds = durationMilliseconds
        self.tasks = tasks
    }
}

/// Runs, newest first.
package struct PipelineRunListBody: Codable, Sendable, Equatable {
    /// The runs.
    package let runs: [PipelineRunBody]
    /// For `?before=`; nil on the last page.
    package let nextPageToken: String?

    enum CodingKeys: String, CodingKey {
        case runs
        case nextPageToken = "next_page_token"
    }

    /// Makes a body.
    package init(runs: [PipelineRunBody], nextPageToken: String?) {
        self.runs = runs
        self.nextPageToken = nextPageToken
    }
}
