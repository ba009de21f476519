import Primitives
import Statistics

/// What is known about an endpoint at a moment, for people and for the wire.
package struct MonitorReport: Sendable, Hashable {
    /// Where drift detection stands.
    package enum DriftState: String, Sendable, Codable {
        /// No alarm for this version.
        case watching
        /// An alarm was raised for this version.
        case alarmed
        /// The version's package has no reference profile, so there is nothing to compare with.
        case noReference = "no_reference"
    }

    /// One label beside its reference.
    package struct Label: Sendable, Hashable {
        /// The label.
        package let name: String
        /// Its share in the reference, 0 to 1; nil without a reference.
        package let referenceShare: Double?
        /// Its share in the recent requests, 0 to 1.
        package let currentShare: Double
        /// The 95 % Wilson interval of the recent share.
        package let interval: BinomialInterval
    }

    /// The version watched.
    package let key: MonitorKey
    /// Requests since the version took the endpoint.
    package let requests: Int
    /// Failed ones.
    package let errors: Int
    /// Latency since the version took the endpoint.
    package let latency: LatencyHistogram
    /// Where drift detection stands.
    package let state: DriftState
    /// The detector's evidence; nil without a reference.
    package let evidence: DriftEvidence?
    /// What the bins of each feature hold, by feature name.
    package let binNames: [String: [String]]
    /// A one-look p-value of each feature's most convincing window against the reference (chi-square); by feature name.
    package let pValues: [String: Double]
    /// Recent labels (the last 250 to 500 requests) and those of the reference, most frequent first.
    package let labels: [Label]
    /// How many requests the recent labels are of.
    package let recentRequests: Int
    /// The newest minutes, oldest first; at most 60.
    package let minutes: [MonitorWindow]
    /// The newest runs of requests, oldest first; at most 40.
    package let runs: [MonitorWindow]
    /// The endpoint's newest alerts, newest first; at most 20.
    package let alerts: [DriftAlert]
}

extension MonitoringService {
    /// What is known about an endpoint.
    ///
    /// - Throws: `endpoint_not_monitored` when no prediction of it was seen.
    package func report(endpoint: String) async throws -> MonitorReport {
        guard let monitor = watches[endpoint]?.monitor else {
            throw PlatformError(
                .endpointNotMonitored,
                "No request to the endpoint '\(endpoint.prefix(80))' was seen.",
                nextStep: Suggestion.phrase(for: endpoint, among: Array(watches.keys))
            )
        }
        let minutes = try await windows.latest(endpoint: endpoint, kind: .minute, limit: 60)
        let runs = try await windows.latest(endpoint: endpoint, kind: .count, limit: 40)
        let recent = Self.recent(monitor, runs)
        let evidence = monitor.detector?.evidence
        var pValues: [String: Double] = [:]
        for feature in evidence?.features ?? [] where feature.windowSize > 0 {
            pValues[feature.name] = try ChiSquare.twoSample(feature.reference, feature.window).pValue
        }
        return MonitorReport(
            key: monitor.key,
            requests: monitor.requests,
            errors: monitor.errors,
            latency: monitor.latency,
            state: monitor.detector.map { $0.isAlarmed ? .alarmed : .watching } ?? .noReference,
            evidence: evidence,
            binNames: monitor.binNames,
            pValues: pValues,
            labels: Self.labels(recent, reference: monitor.profile?.labels),
            recentRequests: recent.values.reduce(0, +),
            minutes: minutes,
            runs: runs,
            alerts: try await alerts.latest(limit: 20, endpoint: endpoint)
        )
    }

    /// Predictions dropped since the start, because the queue was full or a write failed.
    package nonisolated var dropped: Int { buffer.dropped }

    /// What the detector promises, in plain words.
    package nonisolated var guarantee: String { configuration.detector.guarantee }

    /// Endpoints that are watched, by name.
    package func endpoints() -> [String] { watches.keys.sorted() }

    /// Labels of the open run of requests and of the one before it.
    private static func recent(_ monitor: EndpointMonitor, _ stored: [MonitorWindow]) -> [String: Int] {
        var recent = monitor.run?.labels ?? [:]
        let number = monitor.run?.ordinal ?? 0
        if let before = stored.last(where: { $0.ordinal == number - 1 }) {
            recent.merge(before.labels, uniquingKeysWith: +)
        }
        return recent
    }

    private static func labels(_ recent: [String: Int], reference: [String: Int]?) -> [MonitorReport.Label] {
        let total = recent.values.reduce(0, +)
        let referenceTotal = max(1, reference?.values.reduce(0, +) ?? 0)
        return Set(recent.keys).union(reference?.keys.map { $0 } ?? []).map { name in
            let count = recent[name] ?? 0
            return MonitorReport.Label(
                name: name,
                referenceShare: reference.map { Double($0[name] ?? 0) / Double(referenceTotal) },
                currentShare: total == 0 ? 0 : Double(count) / Double(total),
                interval: .wilson(count, of: total)
            )
        }.sorted { left, right in
            let a = max(left.currentShare, left.referenceShare ?? 0),
                b = max(right.currentShare, right.referenceShare ?? 0)
            return a == b ? left.name < right.name : a > b
        }
    }
}

extension ErrorCode {
    /// No request to that endpoint was seen yet.
    package static let endpointNotMonitored = ErrorCode("endpoint_not_monitored", .notFound)
}
