import Foundation
import Primitives

/// Watches a stream of numbers, one after the other, and tells when they have left what a reference sample showed.
///
/// How: the mean score of the last w events, for many w at once, is compared with the reference (`StreamReference`) by the
/// best likelihood ratio that an exponential tilt gives (`TiltedRate`), which is the generalised likelihood ratio of
/// T. L. Lai (Sequential changepoint detection in quality control and dynamical systems, JRSS B 57, 1995). Windows begin at
/// most one block apart and, for the past, eight to a doubling, so that an event costs the same however long the stream is.
/// The reference being a sample, a window counts as no more than the two together are worth, w·n / (w + n) events; a
/// reference with memory or seasons makes it count for less (`inflation`).
///
/// An alarm needs both: evidence that chance gives once in `eventsBetweenFalseAlarms` events, and an effect worth waking for.
/// A value without clock or randomness: the same stream gives the same decision.
package struct StreamDriftDetector: Sendable {
    /// What an event led to.
    package enum Decision: Sendable, Hashable {
        /// No alarm.
        case quiet
        /// This event completed the evidence; told once.
        case alarm(StreamDriftEvidence)
        /// An alarm was raised before.
        case alarmed
    }

    /// Windows begin this many to a doubling of their age.
    static let startsPerLevel = 8

    /// What the stream is compared with.
    package let reference: StreamReference
    /// The promise.
    package let configuration: StreamDriftConfiguration
    /// Events seen.
    package private(set) var events = 0
    /// Whether an alarm was raised.
    package private(set) var isAlarmed = false
    /// Windows that are held.
    package var windows: Int { starts.count }
    private let threshold: Double
    private let leastRate: Double
    private var sums: [Double]
    /// Events before each window, ascending, and the sums of scores that there were then, aspect by aspect.
    private var starts: [Int]
    private var before: [Double]

    /// A detector that has seen nothing.
    package init(_ reference: StreamReference, configuration: StreamDriftConfiguration = .standard) {
        self.reference = reference
        self.configuration = configuration
        threshold = configuration.threshold(aspects: reference.aspects.count)
        leastRate = configuration.smallestEffect * configuration.smallestEffect / 2
        sums = [Double](repeating: 0, count: reference.aspects.count)
        starts = [0]
        before = sums
    }

    /// Takes one event. Not a number means that its value is missing.
    package mutating func add(_ value: Double) -> Decision {
        if isAlarmed {
            events += 1
            return .alarmed
        }
        let width = sums.count
        let row = reference.scale.cell(of: value) * width
        for aspect in 0..<width { sums[aspect] += reference.scores[row + aspect] }
        events += 1
        guard events.isMultiple(of: configuration.block) else { return .quiet }
        defer { beginWindow() }
        guard let evidence = look() else { return .quiet }
        isAlarmed = true
        return .alarm(evidence)
    }

    /// The most convincing window, if one convinces.
    private func look() -> StreamDriftEvidence? {
        let width = sums.count, known = Double(reference.events)
        var best: StreamDriftEvidence?, most = threshold
        for (index, start) in starts.enumerated() {
            let window = events - start
            if window < configuration.minimumWindow { break }
            let size = Double(window), worth = size * known / (size + known)
            if worth * reference.bestRate < most { continue }
            for aspect in 0..<width {
                let mean = (sums[aspect] - before[index * width + aspect]) / size
                let rate = reference.rates[aspect](mean)
                guard rate >= leastRate, worth * rate >= most else { continue }
                let evidence = worth * rate / reference.inflation(aspect, window: window)
                guard evidence >= most else { continue }
                most = evidence
                best = StreamDriftEvidence(
                    aspect: reference.aspects[aspect],
                    since: start,
                    events: events,
                    meanScore: mean,
                    evidence: evidence,
                    threshold: threshold
                )
            }
        }
        return best
    }

    /// Of the windows that began 8·2ᴸ blocks ago or earlier, every 2ᴸ⁺¹-th stays.
    private mutating func beginWindow() {
        let width = sums.count, block = events / configuration.block
        var kept = 0
        for index in starts.indices {
            let number = starts[index] / configuration.block, age = block - number
            let level = Int.bitWidth - (age / Self.startsPerLevel).leadingZeroBitCount
            guard number.isMultiple(of: 1 << level), events - starts[index] <= configuration.maximumWindow else {
                continue
            }
            if kept != index {
                starts[kept] = starts[index]
                for aspect in 0..<width { before[kept * width + aspect] = before[index * width + aspect] }
            }
            kept += 1
        }
        starts.removeLast(starts.count - kept)
        before.removeLast(before.count - kept * width)
        starts.append(events)
        before.append(contentsOf: sums)
    }
}
