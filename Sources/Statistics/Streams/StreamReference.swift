import Foundation
import Primitives

/// What a stream of numbers looked like while it was good: the scale of its values, and scores of them whose means tell in
/// what way later values differ.
package struct StreamReference: Sendable {
    /// In what way a stream can differ.
    package enum Aspect: String, Sendable, Codable, CaseIterable {
        /// Values are larger or smaller.
        case location
        /// Values are spread more or less.
        case spread
        /// One side is stretched against the other.
        case skewness
        /// The middle, the shoulders and the tails have other shares.
        case shape
        /// Values are missing more or less often.
        case missing
    }

    /// Scores beyond this many standard deviations count as so many: a burst of wild values is no change of the source.
    private static let clip = 2.3
    /// The least reference events.
    package static let minimumEvents = 50
    /// The most reference events.
    package static let maximumEvents = 1_000_000

    /// The scale of values.
    let scale: ReferenceScale
    /// How many events it was made of.
    package let events: Int
    /// What is watched; aspects in which the sample cannot vary are left out.
    package let aspects: [Aspect]
    /// Cell by cell, a score for each aspect, of mean 0 and standard deviation 1 over the reference.
    let scores: [Double]
    /// An aspect's rates.
    let rates: [TiltedRate]
    /// The largest rate that any mean can have: a window that is too short for it is not looked at.
    let bestRate: Double
    /// For each aspect, by the number of binary digits of a window's length: how many times the variance of its mean is
    /// that of independent events. One or more.
    let inflation: [[Double]]

    /// Learns from a sample.
    ///
    /// - Parameter sample: in the order of their arrival, so that a season or a memory in them is seen; what is not a
    ///   number counts as missing.
    /// - Throws: `invalid_argument` for fewer than 50 or more than a million events.
    package init(_ sample: [Double]) throws {
        guard (Self.minimumEvents...Self.maximumEvents).contains(sample.count) else {
            throw PlatformError(
                .invalidArgument,
                "A reference of \(sample.count) events; \(Self.minimumEvents) to \(Self.maximumEvents) are taken.",
                nextStep: "Collect more events first, or take a part of them."
            )
        }
        let scale = ReferenceScale(sample)
        self.scale = scale
        events = sample.count
        let ranks = scale.ranks()
        // A half event at each end and among the missing: what was never seen is rare, not impossible.
        var masses = scale.counts.map(Double.init)
        for cell in [0, masses.count - 2, masses.count - 1] { masses[cell] += 0.5 }
        let total = masses.reduce(0, +)
        let shares = masses.map { $0 / total }
        let values = scale.counts.dropLast().count { $0 > 0 }
        var aspects: [Aspect] = [], columns: [[Double]] = []
        for aspect in Aspect.allCases where aspect == .missing || values > aspect.needs {
            let raw = ranks.map { aspect.score($0, clip: Self.clip) }
            columns.append(Self.standardised(raw, shares, hasMissing: aspect != .missing))
            aspects.append(aspect)
        }
        self.aspects = aspects
        rates = columns.map { TiltedRate(scores: $0, shares: shares) }
        bestRate = rates.map(\.largest).max() ?? 0
        scores = (0..<scale.cells).flatMap { cell in columns.map { $0[cell] } }
        let cells = sample.map(scale.cell(of:))
        let seen = columns.map { column in Self.inflation(cells.map { column[$0] }) }
        // Events that resemble their neighbours in one way do in the others too, if less, and the sample may not show it.
        inflation = seen.map { own in
            let length = max(own.count, seen[0].count)
            return (0..<length).map {
                max(own[min($0, own.count - 1)], seen[0][min($0, seen[0].count - 1)].squareRoot())
            }
        }
    }

    /// Mean 0 and standard deviation 1; what is missing says nothing about the other aspects.
    private static func standardised(_ raw: [Double], _ shares: [Double], hasMissing: Bool) -> [Double] {
        let cells = hasMissing ? raw.count - 1 : raw.count
        let mass = shares.prefix(cells).reduce(0, +)
        let mean = zip(raw, shares).prefix(cells).reduce(0) { $0 + $1.0 * $1.1 } / mass
        let variance = zip(raw, shares).prefix(cells).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / mass
        let deviation = max(variance.squareRoot(), 1e-12)
        return raw.indices.map { $0 < cells ? (raw[$0] - mean) / deviation : 0 }
    }

    /// The variance of window means beside that of independent events, at powers of two. Neighbouring events that resemble
    /// each other, and seasons, make it larger; then no window is believed more than the least trustworthy shorter one.
    private static func inflation(_ scores: [Double]) -> [Double] {
        let count = scores.count
        var sums = [0.0]
        sums.reserveCapacity(count + 1)
        for score in scores { sums.append(sums[sums.count - 1] + score) }
        let drift = sums[count] / Double(count)
        var ratios: [Double] = [], isDependent = false
        var window = 1
        while window * 4 <= count {
            var squares = 0.0
            for start in 0...(count - window) {
                let sum = sums[start + window] - sums[start] - drift * Double(window)
                squares += sum * sum
            }
            // The relative error of the ratio for independent events, from the variance of overlapping means.
            let error = (4 * Double(window) / (3 * Double(count))).squareRoot()
            let ratio = squares / (Double(count - window + 1) * Double(window))
            if window >= 2, ratio > 1 + 4 * error { isDependent = true }
            ratios.append(ratio * (1 + error))
            window *= 2
        }
        guard isDependent else { return [1] }
        var largest = 1.0
        return ratios.map { ratio in
            largest = max(largest, ratio)
            return largest
        }
    }

    /// How many times a window's evidence must be shrunk.
    @inline(__always)
    func inflation(_ aspect: Int, window: Int) -> Double {
        let steps = inflation[aspect]
        // A window between two powers of two is as bad as the longer one.
        let place = Int.bitWidth - (window - 1).leadingZeroBitCount
        return steps[min(place, steps.count - 1)]
    }
}

extension StreamReference.Aspect {
    /// So many different values leave nothing for the aspect to tell.
    fileprivate var needs: Int {
        switch self {
        case .missing: 0
        case .location: 0
        case .spread: 2
        case .skewness: 3
        case .shape: 4
        }
    }

    /// The score of a rank: normal scores and their squares, and Legendre polynomials (J. Neyman, "Smooth test" for
    /// goodness of fit, 1937).
    fileprivate func score(_ rank: Double?, clip: Double) -> Double {
        guard let rank else { return self == .missing ? 1 : 0 }
        let normal = min(max(NormalDistribution.quantile(rank), -clip), clip)
        let x = 2 * rank - 1
        switch self {
        case .location: return normal
        case .spread: return normal * normal
        case .skewness: return (5 * x * x * x - 3 * x) / 2
        case .shape: return (35 * x * x * x * x - 30 * x * x + 3) / 8
        case .missing: return 0
        }
    }
}
