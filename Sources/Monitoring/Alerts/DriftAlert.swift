import Primitives
import Statistics
import Storage

/// A drift alarm: raised once for a version, open until the endpoint serves another.
package struct DriftAlert: Sendable, Codable, Hashable, Identifiable {
    /// A feature that argued for drift, with effect sizes.
    package struct Leading: Sendable, Codable, Hashable {
        /// The feature's name.
        package let feature: String
        /// Base-10 logarithm of its evidence.
        package let evidence: Double
        /// Requests in its most convincing window.
        package let windowSize: Int
        /// The share of requests that would have to change bin.
        package let totalVariation: Double
        /// The Jensen-Shannon distance.
        package let jensenShannon: Double

        enum CodingKeys: String, CodingKey {
            case feature, evidence
            case windowSize = "window_size"
            case totalVariation = "total_variation"
            case jensenShannon = "jensen_shannon"
        }
    }

    /// Features named in an alert at most, the strongest first; those without evidence of drift are not named.
    package static let leadingFeatures = 3

    /// The alert's id.
    package let id: String
    /// The endpoint and version.
    package let key: MonitorKey
    /// When it was raised.
    package let at: Timestamp
    /// Successful requests that the detector had seen of this version.
    package let requests: Int
    /// Base-10 logarithm of the evidence.
    package let evidence: Double
    /// Base-10 logarithm at which it alarms.
    package let threshold: Double
    /// The features that moved.
    package let leading: [Leading]
    /// The journal's number of the event `drift.detected`; 0 until it is recorded.
    package let journalSequence: Int64
    /// When it ended.
    package let resolvedAt: Timestamp?
    /// Why it ended.
    package let resolution: String?
}

extension DriftAlert {
    /// An alert that is not recorded yet.
    init(id: String, key: MonitorKey, at: Timestamp, evidence: DriftEvidence) {
        self.init(
            id: id,
            key: key,
            at: at,
            requests: evidence.observations,
            evidence: evidence.evidence,
            threshold: evidence.threshold,
            leading: evidence.features.filter { $0.evidence > 0 }.prefix(Self.leadingFeatures).map {
                Leading(
                    feature: $0.name,
                    evidence: $0.evidence,
                    windowSize: $0.windowSize,
                    totalVariation: $0.totalVariation,
                    jensenShannon: $0.jensenShannon
                )
            },
            journalSequence: 0,
            resolvedAt: nil,
            resolution: nil
        )
    }

    init(_ row: SQLRow) throws {
        self.init(
            id: try row.text("id"),
            key: MonitorKey(
                endpoint: try row.text("endpoint"),
                model: try row.text("model"),
                version: Int(try row.integer("version"))
            ),
            at: try row.time("at"),
            requests: Int(try row.integer("requests")),
            evidence: try row.real("evidence"),
            threshold: try row.real("threshold"),
            leading: try row.json("leading", as: [Leading].self),
            journalSequence: try row.integer("journal_sequence"),
            resolvedAt: try row.optionalTime("resolved_at"),
            resolution: try row.optionalText("resolution")
        )
    }

    /// The body of `drift.detected`.
    var eventBody: JSONValue {
        .object([
            "alert": .string(id),
            "endpoint": .string(key.endpoint),
            "model": .string(key.model),
            "version": .integer(Int64(key.version)),
            "requests_since_reference": .integer(Int64(requests)),
            "evidence_log10": .number(evidence),
            "threshold_log10": .number(threshold),
            "leading_features": .array(
                leading.map {
                    .object([
                        "feature": .string($0.feature),
                        "evidence_log10": .number($0.evidence),
                        "window_size": .integer(Int64($0.windowSize)),
                        "total_variation": .number($0.totalVariation),
                        "jensen_shannon": .number($0.jensenShannon),
                    ])
                }
            ),
        ])
    }
}
