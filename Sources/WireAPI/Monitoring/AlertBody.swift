import Primitives

/// Alerts, newest first.
package struct AlertList: Codable, Sendable, Equatable {
    /// The alerts.
    package let alerts: [AlertBody]

    /// Makes a list.
    package init(alerts: [AlertBody]) {
        self.alerts = alerts
    }
}

/// A drift alert.
package struct AlertBody: Codable, Sendable, Equatable {
    /// A feature that moved.
    package struct Leading: Codable, Sendable, Equatable {
        /// The feature's name.
        package let feature: String
        /// The base-10 logarithm of its evidence.
        package let evidence: Double
        /// Requests in its most convincing window.
        package let windowSize: Int
        /// The share of requests that would have to change bin, 0 to 1.
        package let totalVariation: Double
        /// The Jensen-Shannon distance, 0 to 1.
        package let jensenShannon: Double

        /// Makes a feature.
        package init(feature: String, evidence: Double, windowSize: Int, totalVariation: Double, jensenShannon: Double)
        {
            self.feature = feature
            self.evidence = evidence
            self.windowSize = windowSize
            self.totalVariation = totalVariation
            self.jensenShannon = jensenShannon
        }

        enum CodingKeys: String, CodingKey {
            case feature
            case evidence = "evidence_log10"
            case windowSize = "window_size"
            case totalVariation = "total_variation"
            case jensenShannon = "jensen_shannon"
        }
    }

    /// The alert's id.
    package let id: String
    /// The endpoint.
    package let endpoint: String
    /// The model that served.
    package let model: String
    /// Its version.
    package let version: Int
    /// When it was raised, in milliseconds.
    package let at: Timestamp
    /// Successful requests that the detector had seen of this version.
    package let requests: Int
    /// The base-10 logarithm of the evidence.
    package let evidence: Double
    /// The base-10 logarithm at which it alarms.
    package let threshold: Double
    /// The features that moved, the strongest first.
    package let leading: [Leading]
    /// The journal's number of `drift.detected`.
    package let journalSequence: Int64
    /// When it was resolved, in milliseconds; null while it is open.
    package let resolvedAt: Timestamp?
    /// How it was resolved.
    package let resolution: String?

    /// Makes a body.
    package init(
        id: String,
        endpoint: String,
        model: String,
        version: Int,
        at: Timestamp,
        requests: Int,
        evidence: Double,
        threshold: Double,
        leading: [Leading],
        journalSequence: Int64,
        resolvedAt: Timestamp?,
        resolution: String?
    ) {
        self.id = id
        self.endpoint = endpoint
        self.model = model
        self.version = version
        self.at = at
        self.requests = requests
        self.evidence = evidence
        self.threshold = threshold
        self.leading = leading
        self.journalSequence = journalSequence
        self.resolvedAt = resolvedAt
        self.resolution = resolution
    }

    enum CodingKeys: String, CodingKey {
        case id, endpoint, model, version, at, requests, leading, resolution
        case evidence = "evidence_log10"
        case threshold = "threshold_log10"
        case journalSequence = "journal_sequence"
        case resolvedAt = "resolved_at"
    }
}
