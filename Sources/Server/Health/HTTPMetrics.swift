import Foundation
import Primitives
import Synchronization

/// Counts and times of requests, by declared route, for `/metrics`.
package final class HTTPMetrics: Sendable {
    /// Upper bounds of the latency buckets, in seconds.
    package static let buckets: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct Series {
        var byStatus: [Int: Int] = [:]
        var histogram = [Int](repeating: 0, count: HTTPMetrics.buckets.count + 1)
        var seconds: Double = 0
    }

    private let series = Mutex<[String: Series]>([:])

    /// Starts from nothing.
    package init() {}

    /// Counts one answered request.
    package func record(method: String, route: String, status: Int, seconds: Double) {
        let bucket = Self.buckets.firstIndex { seconds <= $0 } ?? Self.buckets.count
        series.withLock { all in
            var one = all["\(method) \(route)"] ?? Series()
            one.byStatus[status, default: 0] += 1
            one.histogram[bucket] += 1
            one.seconds += seconds
            all["\(method) \(route)"] = one
        }
    }

    /// The Prometheus text format (version 0.0.4).
    package func prometheusText() -> String {
        let all = series.withLock { $0 }.sorted { $0.key < $1.key }
        var lines = [
            "# HELP aku_http_requests_total Requests answered, by route and status.",
            "# TYPE aku_http_requests_total counter",
        ]
        for (key, one) in all {
            for (status, count) in one.byStatus.sorted(by: { $0.key < $1.key }) {
                lines.append("aku_http_requests_total{\(Self.labels(key)),status=\"\(status)\"} \(count)")
            }
        }
        lines.append("# HELP aku_http_request_duration_seconds Time from the request's head to the handler's answer.")
        lines.append("# TYPE aku_http_request_duration_seconds histogram")
        for (key, one) in all {
            let labels = Self.labels(key)
            var total = 0
            for (index, bound) in Self.buckets.enumerated() {
                total += one.histogram[index]
                lines.append("aku_http_request_duration_seconds_bucket{\(labels),le=\"\(bound)\"} \(total)")
            }
            total += one.histogram[Self.buckets.count]
            lines.append("aku_http_request_duration_seconds_bucket{\(labels),le=\"+Inf\"} \(total)")
            lines.append("aku_http_request_duration_seconds_sum{\(labels)} \(one.seconds)")
            lines.append("aku_http_request_duration_seconds_count{\(labels)} \(total)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func labels(_ key: String) -> String {
        let parts = key.split(separator: " ", maxSplits: 1)
        return "method=\"\(parts[0])\",route=\"\(parts.count > 1 ? parts[1] : "")\""
    }
}
