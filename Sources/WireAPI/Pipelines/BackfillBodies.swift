import Primitives

/// Asks for the runs of a span of the past.
package struct StartBackfillBody: Codable, Sendable, Equatable {
    /// The schedule whose times they are; nil for the pipeline's only one.
    package let schedule: String?
    /// A date in the schedule's zone, or a moment (RFC 3339).
    package let from: String
    /// The same; a date is meant to its end.
    package let to: String
    /// The most runs at one time, from 1 to 64. Default: 1.
    package let parallel: Int?
    /// Values for parameters, before those of the schedule.
    package let parameters: [String: JSONValue]?
    /// Which times that have a run get another: `none` (default), `failed` or `all`.
    package let again: String?
    /// Whether only the times are wanted.
    package let dryRun: Bool?

    enum CodingKeys: String, CodingKey {
        case schedule, from, to, parallel, parameters, again
        case dryRun = "dry_run"
    }

    /// Makes a body.
    package init(
        schedule: String? = nil,
        from: String,
        to: String,
        parallel: Int? = nil,
        parameters: [String: JSONValue]? = nil,
        again: String? = nil,
        dryRun: Bool? = nil
    ) {
        self.schedule = schedule
        self.from = from
        self.to = to
        self.parallel = parallel
        self.parameters = parameters
        self.again = again
        self.dryRun = dryRun
    }
}

/// A backfill; in lists, without its times.
package struct BackfillBody: Codable, Sendable, Equatable {
    /// One of its times.
    package struct Time: Codable, Sendable, Equatable {
        /// The logical time.
        package let time: Timestamp
        /// Its run; nil before it has one.
        package let runID: String?
        /// Where the run stands; `waiting` before there is one.
        package let state: String

        enum CodingKeys: String, CodingKey {
            case time, state
            case runID = "run_id"
        }

        /// Makes a value.
        package init(time: Timestamp, runID: String?, state: String) {
            self.time = time
            self.runID = runID
            self.state = state
        }
    }

    /// Its id; nil for a dry run.
    package let id: String?
    /// The pipeline.
    package let pipeline: String
    /// The version that its runs have.
    package let version: Int
    /// The schedule.
    package let schedule: String
    /// `planned` for a dry run, `running`, `succeeded`, `failed` or `cancelled`.
    package let state: String
    /// The most runs at one time.
    package let parallel: Int
    /// Times of the span that have a run already and get no other; nil once it has begun.
    package let kept: Int?
    /// Who asked for it.
    package let actor: String
    /// When; nil for a dry run.
    package let createdAt: Timestamp?
    /// When it was over, or nil.
    package let finishedAt: Timestamp?
    /// Oldest first; nil in lists.
    package let times: [Time]?

    enum CodingKeys: String, CodingKey {
        case id, pipeline, version, schedule, state, parallel, kept, actor, times
        case createdAt = "created_at"
        case finishedAt = "finished_at"
    }

    /// Makes a body.
    package init(
        id: String?,
        pipeline: String,
        version: Int,
        schedule: String,
        state: String,
        parallel: Int,
        kept: Int?,
        actor: String,
        createdAt: Timestamp?,
        finishedAt: Timestamp?,
        times: [Time]?
    ) {
        self.id = id
        self.pipeline = pipeline
        self.version = version
        self.schedule = schedule
        self.state = state
        self.parallel = parallel
        self.kept = kept
        self.actor = actor
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.times = times
    }
}

/// Backfills, newest first.
package struct BackfillListBody: Codable, Sendable, Equatable {
    /// The backfills.
    package let backfills: [BackfillBody]

    /// Makes a body.
    package init(backfills: [BackfillBody]) { self.backfills = backfills }
}
