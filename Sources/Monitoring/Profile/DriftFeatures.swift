import Foundation
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
    /// What each bin holds, by feature, for people: `≤ 0.5`, `0.5 to 0.9`, a label.
    package let binNames: [String: [String]]
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
        var names = Dictionary(
            numeric.map { ($0.feature.rawValue, Self.names($0.histogram.edges)) },
            uniquingKeysWith: { $1 }
        )
        names[Self.labelFeature] = ranked.prefix(ownCount).map(\.key) + ["other labels", "unseen labels"]
        binNames = names
        references =
            numeric.map { .init(name: $0.feature.rawValue, counts: $0.histogram.counts) }
            + [.init(name: Self.labelFeature, counts: counts)]
    }

    /// The bin of each feature.
    package func bins(of record: PredictionRecord) -> [Int] {
        numeric.map { $0.histogram.bin(of: $0.feature.value(in: record)) } + [labelBins[record.label] ?? ownCount + 1]
    }

    private static func names(_ edges: [Double]) -> [String] {
        func short(_ value: Double) -> String { String(format: "%.4g", value) }
        guard let first = edges.first, let last = edges.last else { return [] }
        let inner = zip(edges, edges.dropFirst()).map { "\(short($0)) to \(short($1))" }
        return ["≤ \(short(first))"] + inner + ["> \(short(last))"]
    }

    package static func == (left: DriftFeatures, right: DriftFeatures) -> Bool {
        left.references == right.references && left.labelBins == right.labelBins
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(references) }
}
