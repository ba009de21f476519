import Primitives

extension Console {
    /// An endpoint and how it does now.
    struct Endpoint: Sendable, Hashable {
        var name: String
        var state: String
        var model: String
        var version: Int
        var variant: String
        var since: Timestamp
        /// Requests answered since the endpoint started, and how many of them failed.
        var requests: Int64
        var errors: Int64
        /// The last windows, oldest first.
        var windows: [Window]
    }

    /// What an endpoint did in one span of time.
    struct Window: Sendable, Hashable {
        var start: Timestamp
        var seconds: Double
        var requests: Int64
        var errors: Int64
        /// Latency quantiles in microseconds; nil when no request was answered.
        var p50: Double?
        var p95: Double?
        var p99: Double?
    }

    /// An endpoint with what is known of drift.
    struct EndpointDetail: Sendable, Hashable {
        var endpoint: Endpoint
        var drift: [Drift]
        /// Newest first.
        var alerts: [Alert]
        /// What its policy did, for people: what and how much; empty without a policy.
        var policy: [PolicyRow] = []
    }

    /// One line about a policy.
    struct PolicyRow: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// The evidence about one feature.
    struct Drift: Sendable, Hashable {
        var feature: String
        /// What is measured: `likelihood ratio`, `PSI`, `KS`.
        var statistic: String
        var value: Double?
        var threshold: Double?
        var state: String
        /// The statistic over the number of requests or time.
        var history: [Evidence]
        var bins: [DistributionChart.Bin]
    }

    /// The statistic at one moment.
    struct Evidence: Sendable, Hashable {
        var at: Timestamp
        var value: Double
    }

    /// An alert.
    struct Alert: Sendable, Hashable {
        var id: String
        var endpoint: String
        var kind: String
        var state: String
        var message: String
        var openedAt: Timestamp
        var closedAt: Timestamp?
    }

    /// A version of a data set.
    struct Dataset: Sendable, Hashable {
        var name: String
        var version: Int
        var digest: String
        var createdAt: Timestamp
        var rows: Int64
        var licence: String
        var source: String
        var tags: [String]
        var shards: [Shard]
        var provenance: JSONValue
        var pipelineRun: String?
    }

    /// One file of a data set.
    struct Shard: Sendable, Hashable {
        var path: String
        var digest: String
        var bytes: Int64
        var rows: Int64?
    }

    /// The journal's last signed tree head (RFC 6962 §3.5).
    struct Checkpoint: Sendable, Hashable {
        var size: Int64
        var root: String
        var at: Timestamp?
        var keyID: String?
    }
}
