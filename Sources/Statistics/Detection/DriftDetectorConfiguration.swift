import Foundation

/// What a drift detector promises about false alarms, and how it looks.
package struct DriftDetectorConfiguration: Sendable, Codable, Hashable {
    /// The promise about false alarms.
    package enum FalseAlarmBound: Sendable, Codable, Hashable {
        /// The probability that the stream ever raises a false alarm, however long it lasts, is at most this.
        case lifetime(probability: Double)
        /// The expected number of requests until the first false alarm is at least this: faster to alarm after a long
        /// quiet time, but in an endless stream a false alarm comes some day.
        case averageRunLength(requests: Int)
    }

    /// The promise, given that the reference sample is not one of the unlucky ones below.
    package let bound: FalseAlarmBound
    /// The probability that the reference sample misrepresents its source so much that the promise does not hold.
    package let referenceMissProbability: Double
    /// The absolute shift of one bin's share that does not matter: 0.02 is two requests in a hundred.
    package let tolerance: Double
    /// Requests between two looks at the evidence; an alarm can be late by this many at most.
    package let blockSize: Int

    /// A configuration.
    package init(
        bound: FalseAlarmBound = .lifetime(probability: 0.005),
        referenceMissProbability: Double = 0.005,
        tolerance: Double = 0.02,
        blockSize: Int = 16
    ) {
        self.bound = bound
        self.referenceMissProbability = referenceMissProbability
        self.tolerance = tolerance
        self.blockSize = max(1, blockSize)
    }

    /// The promise in plain words.
    package var guarantee: String {
        func percent(_ share: Double) -> String { String(format: "%g %%", (share * 100_000).rounded() / 1000) }
        let floor = "A shift of less than \(percent(tolerance)) of the requests in every bin never counts."
        switch bound {
        case .lifetime(let probability):
            let total = percent(probability + referenceMissProbability)
            return
                "The probability of ever raising a false alarm, however long the version serves, is at most \(total), "
                + "if requests are independent draws from one source. \(floor)"
        case .averageRunLength(let requests):
            return
                "A false alarm comes after \(requests) requests or more on average (unless the reference sample is one "
                + "of the \(percent(referenceMissProbability)) unlucky ones), if requests are independent draws from one "
                + "source. \(floor)"
        }
    }

    /// At most 1 % of model versions ever raise a false alarm: 0.5 % by the stream, 0.5 % by an unlucky reference.
    package static let standard = DriftDetectorConfiguration()
}
