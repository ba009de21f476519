import Primitives

/// Which schedule of a pipeline.
package struct ScheduleNameBody: Codable, Sendable, Equatable {
    /// Its name; nil for the only one.
    package let schedule: String?

    /// Makes a body.
    package init(schedule: String? = nil) { self.schedule = schedule }
}

/// A logical time of a schedule.
package struct LogicalTimeBody: Codable, Sendable, Equatable {
    /// The moment.
    package let time: Timestamp
    /// The same on the wall clock of the schedule's zone, as `2026-10-25T02:30:00+02:00`.
    package let localTime: String

    enum CodingKeys: String, CodingKey {
        case time
        case localTime = "local_time"
    }

    /// Makes a body.
    package init(time: Timestamp, localTime: String) {
        self.time = time
        self.localTime = localTime
    }
}

/// A schedule as it stands.
package struct ScheduleBody: Codable, Sendable, Equatable {
    /// The newest logical time that has a run.
    package struct Last: Codable, Sendable, Equatable {
        /// The logical time.
        package let time: Timestamp
        /// Its run.
        package let runID: String
        /// Where the run stands.
        package let state: String

        enum CodingKeys: String, CodingKey {
            case time, state
            case runID = "run_id"
        }

        /// Makes a value.
        package init(time: Timestamp, runID: String, state: String) {
            self.time = time
            self.runID = runID
            self.state = state
        }
    }

    /// The pipeline.
    package let pipeline: String
    /// The version that the next run has.
    package let version: Int
    /// The schedule's name.
    package let name: String
    /// The expression.
    package let cron: String
    /// The zone.
    package let timezone: String
    /// `shift` or `skip`: times that the clock jumps over.
    package let gap: String
    /// `first`, `last` or `both`: times that the clock shows twice.
    package let fold: String
    /// `none`, `latest`, or `all` with its bound.
    package let catchUp: String
    /// Whether it stands still.
    package let paused: Bool
    /// Who holds it still; nil when nobody or its file does.
    package let pausedBy: String?
    /// The next logical times; empty while it stands still.
    package let next: [LogicalTimeBody]
    /// The newest time that has a run, or nil.
    package let last: Last?

    enum CodingKeys: String, CodingKey {
        case pipeline, version, name, cron, timezone, gap, fold, paused, next, last
        case catchUp = "catch_up"
        case pausedBy = "paused_by"
    }

    /// Makes a body.
    package init(
        pipeline: String,
        version: Int,
        name: String,
        cron: String,
        timezone: String,
        gap: String,
        fold: String,
        catchUp: String,
        paused: Bool,
        pausedBy: String?,
        next: [LogicalTimeBody],
        last: Last?
    ) {
        self.pipeline = pipeline
        self.version = version
        self.name = name
        self.cron = cron
        self.timezone = timezone
        self.gap = gap
        self.fold = fold
        self.catchUp = catchUp
        self.paused = paused
        self.pausedBy = pausedBy
        self.next = next
        self.last = last
    }
}

/// Schedules by pipeline and name.
package struct ScheduleListBody: Codable, Sendable, Equatable {
    /// The schedules.
    package let schedules: [ScheduleBody]

    /// Makes a body.
    package init(schedules: [ScheduleBody]) { self.schedules = schedules }
}
