import Primitives

/// Counts and latencies of an endpoint since the server started.
package struct EndpointStats: Codable, Sendable, Equatable {
    /// One bar of the latency histogram.
    package struct Bucket: Codable, Sendable, Equatable {
        /// The bar's upper bound in milliseconds; nil for the last, which has none.
        package let upToMilliseconds: Double?
        /// Requests in this bar alone.
        package let count: Int

        /// Makes a bar.
        package init(upToMilliseconds: Double?, count: Int) {
            self.upToMilliseconds = upToMilliseconds
            self.count = count
        }

        enum CodingKeys: String, CodingKey {
            case count
            case upToMilliseconds = "le_ms"
        }
    }

    /// The endpoint.
    package let endpoint: String
    /// Requests that were answered.
    package let requests: Int
    /// Texts (or rows of tensors) that were answered.
    package let predictions: Int
    /// Requests that failed, by error code.
    package let errors: [String: Int]
    /// Requests being answered now.
    package let inFlight: Int
    /// The mean latency of answered requests, in milliseconds.
    package let meanMilliseconds: Double
    /// Estimates from the histogram, in milliseconds; nil before the first request.
    package let p50Milliseconds: Double?
    package let p95Milliseconds: Double?
    package let p99Milliseconds: Double?
    /// The latency histogram of answered requests.
    package let latency: [Bucket]

    /// Makes the figures.
    package init(
        endpoint: String,
        requests: Int,
        predictions: Int,
        errors: [String: Int],
        inFlight: Int,
        meanMilliseconds: Double,
        p50Milliseconds: Double?,
        p95Milliseconds: Double?,
        p99Milliseconds: Double?,
        latency: [Bucket]
    ) {
        self.endpoint = endpoint
        self.requests = requests
        self.predictions = predictions
        self.errors = errors
        self.inFlight = inFlight
        self.meanMilliseconds = meanMilliseconds
        self.p50Milliseconds = p50Milliseconds
        self.p95Milliseconds = p95Milliseconds
        self.p99Milliseconds = p99Milliseconds
        self.latency = latency
    }

    enum CodingKeys: String, CodingKey {
        case endpoint, requests, predictions, errors, latency
        case inFlight = "in_flight"
        case meanMilliseconds = "mean_ms"
        case p50Milliseconds = "p50_ms"
        case p95Milliseconds = "p95_ms"
        case p99Milliseconds = "p99_ms"
    }
}
