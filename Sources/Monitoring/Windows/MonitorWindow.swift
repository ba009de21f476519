import Primitives
import Statistics

/// What happened on one endpoint and version in one minute, or in one run of N requests.
package struct MonitorWindow: Sendable, Codable, Hashable {
    /// How windows are cut.
    package enum Kind: String, Sendable, Codable {
        /// One a calendar minute (UTC).
        case minute
        /// One for each `EndpointMonitor.requestsPerWindow` requests.
        case count
    }

    /// Labels counted by name; more are counted together.
    package static let maximumLabels = 256
    /// Under this name the labels beyond the bound are counted.
    package static let otherLabels = "(other)"

    /// The name under which the evidence of all features together is kept.
    package static let combined = "combined"

    /// How it was cut.
    package let kind: Kind
    /// The minute since the epoch, or the number of the run of requests, from 0.
    package let ordinal: Int64
    /// The first request's time of arrival.
    package private(set) var startedAt: Timestamp
    /// The last request's time of arrival.
    package private(set) var endedAt: Timestamp
    /// All requests.
    package private(set) var requests = 0
    /// Requests that failed.
    package private(set) var errors = 0
    /// Failures by error code.
    package private(set) var errorCodes: [String: Int] = [:]
    /// Latency of all requests.
    package private(set) var latency = LatencyHistogram()
    /// Predicted labels.
    package private(set) var labels: [String: Int] = [:]
    /// Numeric features in the reference's bins; empty without a reference.
    package private(set) var features: [String: QuantileHistogram]
    /// The drift evidence (base-10 logarithm) when the window was last stored, by feature, and under `combined` of all.
    package private(set) var evidence: [String: Double] = [:]

    /// An empty window.
    package init(kind: Kind, ordinal: Int64, at: Timestamp, profile: ReferenceProfile?) {
        self.kind = kind
        self.ordinal = ordinal
        startedAt = at
        endedAt = at
        features = profile?.features.mapValues(\.emptied) ?? [:]
    }

    /// Counts one request.
    package mutating func add(_ record: PredictionRecord) {
        requests += 1
        startedAt = min(startedAt, record.at)
        endedAt = max(endedAt, record.at)
        latency.add(microseconds: record.latencyMicroseconds)
        if let code = record.errorCode {
            errors += 1
            count(code, in: &errorCodes)
            return
        }
        count(record.label, in: &labels)
        for feature in MonitoredFeature.allCases {
            features[feature.rawValue]?.add(feature.value(in: record))
        }
    }

    /// The same window with the evidence of a moment.
    package func with(_ evidence: DriftEvidence?) -> MonitorWindow {
        guard let evidence else { return self }
        var copy = self
        copy.evidence = Dictionary(evidence.features.map { ($0.name, $0.evidence) }, uniquingKeysWith: { $1 })
        copy.evidence[Self.combined] = evidence.evidence
        return copy
    }

    private func count(_ name: String, in table: inout [String: Int]) {
        let known = table[name] != nil || table.count < Self.maximumLabels
        table[known ? name : Self.otherLabels, default: 0] += 1
    }

    enum CodingKeys: String, CodingKey {
        case kind, ordinal, requests, errors, latency, labels, features, evidence
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case errorCodes = "error_codes"
    }
}
