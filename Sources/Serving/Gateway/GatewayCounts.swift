import Primitives

/// What a policy did since it was applied or the server started.
package struct GatewayCounts: Sendable, Hashable {
    /// One arm's figures.
    package struct Arm: Sendable, Hashable {
        /// Requests answered.
        package var answered = 0
        /// Requests failed by the arm's own fault; a fallback may have answered them.
        package var failed = 0
        /// The sum of the latencies of answered requests, in milliseconds.
        package var totalMilliseconds = 0.0
    }

    /// By the arm's name.
    package var arms: [String: Arm] = [:]
    /// Answers of fallbacks, by the step's name.
    package var fallbacks: [String: Int] = [:]
    /// Why fallbacks were asked, by cause.
    package var causes: [String: Int] = [:]
    /// Requests that were not let in, by code.
    package var refused: [String: Int] = [:]
    /// Shadow answers compared.
    package var compared = 0
    /// Shadow answers that were the same.
    package var agreed = 0
    /// Shadow requests that failed.
    package var shadowFailed = 0
    /// Shadow requests left out because too many waited, or were too large.
    package var shadowDropped = 0
    /// The arms' figures at the moment when each first had what the experiment wants; nil before.
    package var experiment: [String: Arm]?

    /// Nothing yet.
    package init() {}
}
