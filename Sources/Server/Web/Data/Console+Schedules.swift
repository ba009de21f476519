import Primitives

extension Console {
    /// A parameter of a pipeline, for the form that starts a run.
    struct Parameter: Sendable, Hashable {
        var name: String
        /// `string`, `integer`, `number`, `boolean` or `list`.
        var type: String
        /// The default as a command sees it; nil when a value must be given.
        var standard: String?
        var summary: String
    }

    /// A schedule of a pipeline.
    struct Schedule: Sendable, Hashable {
        var name: String
        var cron: String
        var zone: String
        var isPaused: Bool
        /// Who paused it by a command; nil when its file does, or nobody.
        var pausedBy: String?
        /// The next times in its zone.
        var next: [String]
        /// The run of the newest time; nil before the first.
        var lastRun: String?
        var lastState: String?
    }

    /// A backfill of a pipeline.
    struct Backfill: Sendable, Hashable {
        var id: String
        var schedule: String
        var state: String
        var parallel: Int
        var actor: String
        var createdAt: Timestamp
    }

    /// Asks for the runs of a span of the past.
    struct BackfillRequest: Sendable, Hashable {
        var schedule: String?
        var from: String
        var to: String
        var parallel: Int
        var again: String
    }

    /// What a backfill would run.
    struct BackfillPreview: Sendable, Hashable {
        var schedule: String
        /// Oldest first.
        var times: [String]
        /// Times that have a run already and get no other.
        var kept: Int
    }
}
