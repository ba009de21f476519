import Primitives
import Synchronization

/// Counts and latencies of one endpoint since the server started; swaps do not reset them.
package final class EndpointMetrics: Sendable {
    /// Upper bounds of the latency histogram's bars in milliseconds; one more bar takes the rest.
    package static let boundsMilliseconds: [Double] = [
        0.5, 1, 2, 3, 5, 7.5, 10, 15, 25, 50, 100, 250, 500, 1000, 2500, 5000,
    ]
    /// Error codes counted apart; the rest are counted as `other`.
    private static let maximumCodes = 64

    /// The figures at one moment.
    package struct Snapshot: Sendable, Hashable {
        /// Requests that were answered.
        package var requests = 0
        /// Texts or rows that were answered.
        package var predictions = 0
        /// Requests that failed, by error code.
        package var errors: [String: Int] = [:]
        /// Requests being answered now.
        package var inFlight = 0
        /// The sum of the latencies of answered requests, in milliseconds.
        package var totalMilliseconds = 0.0
        /// Answered requests in each bar alone.
        package var buckets = [Int](repeating: 0, count: EndpointMetrics.boundsMilliseconds.count + 1)

        /// Nothing yet.
        package init() {}
    }

    private let state = Mutex(Snapshot())

    /// Starts at zero.
    package init() {}

    /// The figures now.
    package var snapshot: Snapshot { state.withLock { $0 } }

    func begin() {
        state.withLock { $0.inFlight += 1 }
    }

    func succeed(predictions: Int, milliseconds: Double) {
        let bar = Self.boundsMilliseconds.firstIndex { milliseconds <= $0 } ?? Self.boundsMilliseconds.count
        state.withLock { state in
            state.inFlight -= 1
            state.requests += 1
            state.predictions += predictions
            state.totalMilliseconds += milliseconds
            state.buckets[bar] += 1
        }
    }

    func fail(_ code: String) {
        state.withLock { state in
            state.inFlight -= 1
            let known = state.errors[code] != nil || state.errors.count < Self.maximumCodes
            state.errors[known ? code : "other", default: 0] += 1
        }
    }
}

extension EndpointMetrics.Snapshot {
    /// Requests answered and failed.
    package var total: Int { requests + errors.values.reduce(0, +) }

    /// The mean latency in milliseconds; 0 before the first request.
    package var meanMilliseconds: Double { requests > 0 ? totalMilliseconds / Double(requests) : 0 }

    /// A latency quantile, interpolated inside its bar; nil before the first request. In the last bar: its lower bound.
    package func quantileMilliseconds(_ share: Double) -> Double? {
        guard requests > 0 else { return nil }
        let wanted = share * Double(requests)
        let bounds = EndpointMetrics.boundsMilliseconds
        var below = 0.0
        for (index, count) in buckets.enumerated() where count > 0 {
            if below + Double(count) >= wanted {
                let low = index == 0 ? 0 : bounds[index - 1]
                guard index < bounds.count else { return low }
                return low + (bounds[index] - low) * (wanted - below) / Double(count)
            }
            below += Double(count)
        }
        return bounds.last
    }
}
