import Primitives

/// A rule that starts a pipeline when something happens.
package struct TriggerDefinition: Sendable, Codable, Hashable {
    /// Seconds between two runs when the file does not say.
    package static let standardCooldownSeconds = 600
    /// Runs in 24 hours when the file does not say.
    package static let standardMaximumPerDay = 10

    /// The trigger's name.
    package let name: String
    /// The kind of event; only `drift.detected`.
    package let on: String
    /// Whose event.
    package let endpoint: String
    /// The pipeline to start.
    package let pipeline: String
    /// Its parameters.
    package let parameters: [String: JSONValue]
    /// The least time between two runs that this trigger starts.
    package let cooldownSeconds: Int
    /// The most runs that this trigger starts in any 24 hours.
    package let maximumPerDay: Int

    /// A trigger.
    package init(
        name: String,
        on: String,
        endpoint: String,
        pipeline: String,
        parameters: [String: JSONValue],
        cooldownSeconds: Int = Self.standardCooldownSeconds,
        maximumPerDay: Int = Self.standardMaximumPerDay
    ) {
        self.name = name
        self.on = on
        self.endpoint = endpoint
        self.pipeline = pipeline
        self.parameters = parameters
        self.cooldownSeconds = cooldownSeconds
        self.maximumPerDay = maximumPerDay
    }

    enum CodingKeys: String, CodingKey {
        case name, on, endpoint, pipeline, parameters
        case cooldownSeconds = "cooldown_seconds"
        case maximumPerDay = "maximum_per_day"
    }
}
