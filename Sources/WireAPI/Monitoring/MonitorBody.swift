import Primitives

/// How an endpoint does.
package struct MonitorBody: Codable, Sendable, Equatable {
    /// The endpoint's name.
    package let endpoint: String
    /// The model that serves.
    package let model: String
    /// Its version.
    package let version: Int
    /// Requests since the version took the endpoint.
    package let requests: Int
    /// Failed ones.
    package let errors: Int
    /// Failed ones as a share, 0 to 1.
    package let errorRate: Double
    /// Latency since the version took the endpoint.
    package let latency: LatencyBody
    /// The newest minutes, oldest first; at most 60.
    package let minutes: [WindowBody]
    /// The newest runs of 250 requests, oldest first; at most 40.
    package let runs: [WindowBody]
    /// Drift detection.
    package let drift: DriftBody
    /// Recent labels and those of the reference, most frequent first; at most 50.
    package let labels: [LabelBody]
    /// How many requests the recent labels are of.
    package let recentRequests: Int
    /// The endpoint's newest alerts, newest first; at most 20.
    package let alerts: [AlertBody]
    /// Predictions that monitoring dropped since the server started, of all endpoints.
    package let dropped: Int

    /// Makes a body.
    package init(
        endpoint: String,
        model: String,
        version: Int,
        requests: Int,
        errors: Int,
        latency: LatencyBody,
        minutes: [WindowBody],
        runs: [WindowBody],
        drift: DriftBody,
        labels: [LabelBody],
        recentRequests: Int,
        alerts: [AlertBody],
        dropped: Int
    ) {
        self.endpoint = endpoint
        self.model = model
        self.version = version
        self.requests = requests
        self.errors = errors
        errorRate = requests == 0 ? 0 : Double(errors) / Double(requests)
        self.latency = latency
        self.minutes = minutes
        self.runs = runs
        self.drift = drift
        self.labels = labels
        self.recentRequests = recentRequests
        self.alerts = alerts
        self.dropped = dropped
    }

    enum CodingKeys: String, CodingKey {
        case endpoint, model, version, requests, errors, latency, minutes, runs, drift, labels, alerts, dropped
        case errorRate = "error_rate"
        case recentRequests = "recent_requests"
    }
}

/// Latency quantiles in microseconds; null when there was no request. Each is at most 3.2 % above the true one.
package struct LatencyBody: Codable, Sendable, Equatable {
    /// The median.
    package let p50: Int?
    /// 90 %.
    package let p90: Int?
    /// 95 %.
    package let p95: Int?
    /// 99 %.
    package let p99: Int?

    /// Makes a body.
    package init(p50: Int?, p90: Int?, p95: Int?, p99: Int?) {
        self.p50 = p50
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
    }

    enum CodingKeys: String, CodingKey {
        case p50 = "p50_us"
        case p90 = "p90_us"
        case p95 = "p95_us"
        case p99 = "p99_us"
    }
}

/// One window.
package struct WindowBody: Codable, Sendable, Equatable {
    /// The first request's time of arrival, in milliseconds.
    package let startedAt: Timestamp
    /// The last request's time of arrival, in milliseconds.
    package let endedAt: Timestamp
    /// Requests.
    package let requests: Int
    /// Failed ones.
    package let errors: Int
    /// Failures by error code.
    package let errorCodes: [String: Int]
    /// Latency.
    package let latency: LatencyBody
    /// Drift evidence (base-10 logarithm) at the window's end, by feature, and `combined`.
    package let evidence: [String: Double]

    /// Makes a body.
    package init(
        startedAt: Timestamp,
        endedAt: Timestamp,
        requests: Int,
        errors: Int,
        errorCodes: [String: Int],
        latency: LatencyBody,
        evidence: [String: Double]
    ) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.requests = requests
        self.errors = errors
        self.errorCodes = errorCodes
        self.latency = latency
        self.evidence = evidence
    }

    enum CodingKeys: String, CodingKey {
        case requests, errors, latency, evidence
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case errorCodes = "error_codes"
    }
}

/// One label's share in the reference and now.
package struct LabelBody: Codable, Sendable, Equatable {
    /// The label.
    package let label: String
    /// Its share in the reference, 0 to 1; null without a reference.
    package let reference: Double?
    /// Its share in the recent requests, 0 to 1.
    package let current: Double
    /// The lower end of the 95 % Wilson interval of the recent share.
    package let low: Double
    /// The upper end.
    package let high: Double

    /// Makes a body.
    package init(label: String, reference: Double?, current: Double, low: Double, high: Double) {
        self.label = label
        self.reference = reference
        self.current = current
        self.low = low
        self.high = high
    }
}
