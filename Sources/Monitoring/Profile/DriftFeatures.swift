import Primitives
import Statistics

/// How a prediction becomes bins for the drift detector: the numeric features in the profile's quantile bins, and the
/// predicted label, where the rarest labels share a bin and labels that the reference never saw have one of their own.
package struct DriftFeatures: Sendable, Hashable {
    /// Labels with a bin of their own; more would spread the evidence too thin.
    package static let ownLabels = 15
    /// The name of the label feature.
    package static let labelFeature = "label"

    /// The reference's counts, in the order of `bins(of:)`.
    package let references: [SequentialDriftDetector.Reference]
    private let numeric: [(feature: MonitoredFeature, histogram: QuantileHistogram)]
    private let labelBins: [String: Int]
    private let ownCount: Int

    /// The features of a profile.
    package init(profile: ReferenceProfile) {
        numeric = MonitoredFeature.allCases.compactMap { feature in
            profile.features[feature.rawValue].map { (feature, $0) }
        }
        let ranked = profile.labels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        ownCount = min(ranked.count, Self.ownLabels)
        var counts = [Int](repeating: 0, count: ownCount + 2)
        var bins: [String: Int] = [:]
        for (rank, entry) in ranked.enumerated() {
            bins[entry.key] = min(rank, ownCount)
            counts[min(rank, ownCount)] += entry.value
        }
        labelBins = bins
        references =
            numeric.map { .init(name: $0.feature.rawValue, counts: $0.histogram.counts) }
            + [.init(name: Self.labelFeature, counts: counts)]
    }

    /// The bin of each feature.
    package func bins(of record: PredictionRecord) -> [Int] {
        numeric.map { $0.histogram.bin(of: $0.feature.value(in: record)) } + [labelBins[record.label] ?? ownCount + 1]
    }

    package static func == (left: DriftFeatures, right: DriftFeatures) -> Bool {
        left.references == right.references && left.labelBins == right.labelBins
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(references) }
}
