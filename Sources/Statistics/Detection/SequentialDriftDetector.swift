import Foundation
import Primitives

/// Watches a stream of requests, each described by a few binned features, and alarms when their distribution has left that
/// of a reference sample, at any time, with a bound on false alarms that holds for the whole stream however long it is.
///
/// How: before every block of requests a new bettor begins on every feature (see `CategoricalBet`), so that a change is
/// argued by bettors that began shortly before it and carry no old luck. The bettor of block j has the starting capital
/// wⱼ; the wⱼ sum to less than 1, so all bettors of a feature together are one e-process, and so is the average over the
/// features, whatever their dependence. By Ville's inequality (J. Ville, Étude critique de la notion de collectif, 1939)
/// it ever exceeds 1/α with probability at most α. With wⱼ = 1 for all j it is the Shiryaev-Roberts e-detector of Shin,
/// Ramdas and Rinaldo (E-detectors: a nonparametric framework for sequential change detection, New England Journal of
/// Statistics in Data Science 2024), whose average run length is at least its threshold.
///
/// The promise needs requests that are independent draws from one source inside the tolerance box. Ordered traffic (an
/// hour of French, then an hour of Arabic, where the reference mixes them) breaks that and is reported as the shift it is.
///
/// Old bettors are thinned out to eight per doubling of age; dropping a bettor only lowers the evidence. Memory grows with
/// the logarithm of the stream's length. A pure value: no clock, no randomness; the same stream gives the same decision.
package struct SequentialDriftDetector: Sendable, Hashable {
    /// One feature of the reference sample.
    package struct Reference: Sendable, Codable, Hashable {
        /// The feature's name.
        package let name: String
        /// The reference sample's counts by bin.
        package let counts: [Int]

        /// A feature.
        package init(name: String, counts: [Int]) {
            self.name = name
            self.counts = counts
        }
    }

    /// What an observation led to.
    package enum Decision: Sendable, Hashable {
        /// No alarm.
        case quiet
        /// This observation completed the evidence; told once.
        case alarm(DriftEvidence)
        /// An alarm was raised before; evidence is still gathered.
        case alarmed
    }

    /// The moment at which some bettors began: a block's number and the counts that the stream had then.
    struct Start: Sendable, Codable, Hashable {
        let block: Int
        let counts: [[Int]]
    }

    static let startsPerLevel = 8

    /// The features watched.
    package let references: [Reference]
    /// The promise.
    package let configuration: DriftDetectorConfiguration
    /// Requests seen.
    package private(set) var observations = 0
    /// Whether an alarm was raised.
    package private(set) var isAlarmed = false
    private(set) var counts: [[Int]]
    private(set) var starts: [Start]
    private let bets: [CategoricalBet]

    /// A detector that has seen nothing.
    ///
    /// - Throws: `invalid_argument` without features or with an empty reference.
    package init(references: [Reference], configuration: DriftDetectorConfiguration = .standard) throws {
        guard !references.isEmpty, references.allSatisfy({ $0.counts.contains { $0 > 0 } }) else {
            throw PlatformError(
                .invalidArgument,
                "A drift detector needs a feature, and each feature a reference sample."
            )
        }
        self.references = references
        self.configuration = configuration
        bets = references.map {
            CategoricalBet(
                reference: $0.counts,
                missProbability: configuration.referenceMissProbability / Double(references.count),
                tolerance: configuration.tolerance
            )
        }
        counts = references.map { [Int](repeating: 0, count: $0.counts.count) }
        starts = [Start(block: 0, counts: counts)]
    }

    /// Takes one request: for each feature, in the order of `references`, the bin it fell in.
    ///
    /// - Precondition: as many bins as features, each within its feature's range; others are ignored as a whole.
    package mutating func add(_ bins: [Int]) -> Decision {
        guard bins.count == counts.count, zip(bins, counts).allSatisfy({ $1.indices.contains($0) }) else {
            return isAlarmed ? .alarmed : .quiet
        }
        for (feature, bin) in bins.enumerated() { counts[feature][bin] += 1 }
        observations += 1
        guard observations.isMultiple(of: configuration.blockSize) else { return isAlarmed ? .alarmed : .quiet }
        let raised = !isAlarmed && logEvidence >= logThreshold
        let decision: Decision = isAlarmed ? .alarmed : raised ? .alarm(evidence) : .quiet
        if raised { isAlarmed = true }
        beginBlock()
        return decision
    }

    /// Lets new bettors begin and thins out the old ones: of those 8·2ᴸ blocks old or older, every 2ᴸ⁺¹-th stays.
    private mutating func beginBlock() {
        let block = observations / configuration.blockSize
        starts.removeAll { start in
            let age = block - start.block
            let level = Int.bitWidth - (age / Self.startsPerLevel).leadingZeroBitCount
            return !start.block.isMultiple(of: 1 << level)
        }
        starts.append(Start(block: block, counts: counts))
    }
}

extension SequentialDriftDetector {
    /// The natural logarithm of the evidence.
    var logEvidence: Double {
        LogSum.of(references.indices.map { LogSum.of(logCapitals(of: $0)) }) - log(Double(references.count))
    }

    /// The natural logarithm at which to alarm.
    var logThreshold: Double {
        switch configuration.bound {
        case .lifetime(let probability): -log(probability)
        case .averageRunLength(let requests): log(max(1, Double(requests) / Double(configuration.blockSize)))
        }
    }

    /// What is known now: the combined evidence and each feature's, with effect sizes over its most convincing window.
    package var evidence: DriftEvidence {
        let features = references.indices.map { feature in
            let capitals = logCapitals(of: feature)
            let best = starts.indices.max { capitals[$0] < capitals[$1] } ?? 0
            let window = self.window(since: starts[best], feature)
            let reference = references[feature].counts
            let size = window.reduce(0, +)
            return DriftEvidence.Feature(
                name: references[feature].name,
                evidence: LogSum.of(capitals) / log(10),
                windowSize: size,
                window: window,
                reference: reference,
                totalVariation: size == 0 ? 0 : Distance.totalVariation(reference, window),
                jensenShannon: size == 0 ? 0 : Distance.jensenShannon(reference, window),
                populationStability: size == 0 ? 0 : Distance.populationStability(reference, window)
            )
        }
        return DriftEvidence(
            evidence: logEvidence / log(10),
            threshold: logThreshold / log(10),
            observations: observations,
            features: features.sorted { ($1.evidence, $0.name) < ($0.evidence, $1.name) }
        )
    }

    private func logCapitals(of feature: Int) -> [Double] {
        starts.map { start in
            logWeight(of: start.block) + bets[feature].logValue(of: window(since: start, feature))
        }
    }

    private func window(since start: Start, _ feature: Int) -> [Int] {
        zip(counts[feature], start.counts[feature]).map { $0 - $1 }
    }

    /// The starting capital 0.4739 / ((j + 2) ln²(j + 2)): the terms sum to 2.1098 without the factor, so to below 1 with it.
    private func logWeight(of block: Int) -> Double {
        if case .averageRunLength = configuration.bound { return 0 }
        let place = Double(block + 2)
        return log(0.4739) - log(place) - 2 * log(log(place))
    }
}

extension SequentialDriftDetector: Codable {
    private enum CodingKeys: String, CodingKey {
        case references, configuration, observations, counts, starts
        case isAlarmed = "is_alarmed"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            references: container.decode([Reference].self, forKey: .references),
            configuration: container.decode(DriftDetectorConfiguration.self, forKey: .configuration)
        )
        let counts = try container.decode([[Int]].self, forKey: .counts)
        let starts = try container.decode([Start].self, forKey: .starts)
        guard ([counts] + starts.map(\.counts)).allSatisfy({ $0.map(\.count) == self.counts.map(\.count) }) else {
            throw PlatformError(.invalidHistogram, "A stored drift detector's counts do not match its reference.")
        }
        self.counts = counts
        self.starts = starts
        observations = try container.decode(Int.self, forKey: .observations)
        isAlarmed = try container.decode(Bool.self, forKey: .isAlarmed)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(references, forKey: .references)
        try container.encode(configuration, forKey: .configuration)
        try container.encode(observations, forKey: .observations)
        try container.encode(counts, forKey: .counts)
        try container.encode(starts, forKey: .starts)
        try container.encode(isAlarmed, forKey: .isAlarmed)
    }
}
