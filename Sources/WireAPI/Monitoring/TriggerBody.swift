import Primitives

/// A trigger file to apply.
package struct ApplyTriggersBody: Codable, Sendable, Equatable {
    /// The YAML text.
    package let yaml: String

    /// Makes a body.
    package init(yaml: String) {
        self.yaml = yaml
    }
}

/// What applying a file did.
package struct ApplyTriggersReply: Codable, Sendable, Equatable {
    /// The triggers of the file.
    package let applied: [String]
    /// Those of them that were new or changed.
    package let changed: [String]

    /// Makes a reply.
    package init(applied: [String], changed: [String]) {
        self.applied = applied
        self.changed = changed
    }
}

/// Every trigger.
package struct TriggerList: Codable, Sendable, Equatable {
    /// The triggers, by name.
    package let triggers: [TriggerBody]

    /// Makes a list.
    package init(triggers: [TriggerBody]) {
        self.triggers = triggers
    }
}

/// A trigger and what it did last.
package struct TriggerBody: Codable, Sendable, Equatable {
    /// What it did about one event.
    package struct Firing: Codable, Sendable, Equatable {
        /// The journal's number of the event.
        package let journalSequence: Int64
        /// When it was decided, in milliseconds.
        package let at: Timestamp
        /// `fired` or `suppressed`.
        package let outcome: String
        /// Why.
        package let reason: String
        /// The pipeline run that was started.
        package let run: String?

        /// Makes a firing.
        package init(journalSequence: Int64, at: Timestamp, outcome: String, reason: String, run: String?) {
            self.journalSequence = journalSequence
            self.at = at
            self.outcome = outcome
            self.reason = reason
            self.run = run
        }

        enum CodingKeys: String, CodingKey {
            case at, outcome, reason, run
            case journalSequence = "journal_sequence"
        }
    }

    /// The trigger's name.
    package let name: String
    /// The kind of event.
    package let on: String
    /// Whose event.
    package let endpoint: String
    /// The pipeline that it starts.
    package let pipeline: String
    /// The parameters.
    package let parameters: [String: JSONValue]
    /// The least time between two runs, in seconds.
    package let cooldownSeconds: Int
    /// The most runs in 24 hours.
    package let maximumPerDay: Int
    /// When it was last applied, in milliseconds.
    package let appliedAt: Timestamp
    /// Who applied it.
    package let appliedBy: String
    /// What it did last, newest first; at most 10.
    package let firings: [Firing]

    /// Makes a body.
    package init(
        name: String,
        on: String,
        endpoint: String,
        pipeline: String,
        parameters: [String: JSONValue],
        cooldownSeconds: Int,
        maximumPerDay: Int,
        appliedAt: Timestamp,
        appliedBy: String,
        firings: [Firing]
    ) {
        self.name = name
        self.on = on
        self.endpoint = endpoint
        self.pipeline = pipeline
        self.parameters = parameters
        self.cooldownSeconds = cooldownSeconds
        self.maximumPerDay = maximumPerDay
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
        self.firings = firings
    }

    enum CodingKeys: String, CodingKey {
        case name, on, endpoint, pipeline, parameters, firings
        case cooldownSeconds = "cooldown_seconds"
        case maximumPerDay = "maximum_per_day"
        case appliedAt = "applied_at"
        case appliedBy = "applied_by"
    }
}
