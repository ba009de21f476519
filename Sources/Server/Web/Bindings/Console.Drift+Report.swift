import Foundation
import Monitoring
import Primitives
import Statistics

extension Console.Drift {
    /// The evidence of all features together, then of each, the strongest first.
    ///
    /// - Parameter since: when the version took the endpoint; windows before it are another version's.
    static func all(_ report: MonitorReport, since: Timestamp) -> [Console.Drift] {
        guard let evidence = report.evidence else { return [] }
        let windows = (report.runs.isEmpty ? report.minutes : report.runs).filter { $0.startedAt >= since }
        func history(_ name: String) -> [Console.Evidence] {
            windows.compactMap { window in window.evidence[name].map { .init(at: window.endedAt, value: $0) } }
        }
        func state(_ value: Double, _ threshold: Double) -> String { value >= threshold ? "drift" : "stable" }
        let combined = Console.Drift(
            feature: "All features together",
            statistic: unit,
            value: evidence.evidence,
            threshold: evidence.threshold,
            state: report.state == .alarmed ? "drift" : state(evidence.evidence, evidence.threshold),
            history: history(MonitorWindow.combined),
            bins: []
        )
        // Alone, a feature has to be as many times more convincing as there are features.
        let own = evidence.threshold + log10(Double(max(1, evidence.features.count)))
        return [combined]
            + evidence.features.map { feature in
                Console.Drift(
                    feature: feature.name,
                    statistic: unit,
                    value: feature.evidence,
                    threshold: own,
                    state: state(feature.evidence, own),
                    history: history(feature.name),
                    bins: bins(feature, names: report.binNames[feature.name] ?? [])
                )
            }
    }

    private static let unit = "log₁₀ evidence"

    private static func bins(_ feature: DriftEvidence.Feature, names: [String]) -> [DistributionChart.Bin] {
        let reference = Double(max(1, feature.reference.reduce(0, +)))
        let current = Double(max(1, feature.window.reduce(0, +)))
        return zip(feature.reference, feature.window).enumerated().map { index, counts in
            DistributionChart.Bin(
                names.indices.contains(index) ? names[index] : "bin \(index + 1)",
                reference: Double(counts.0) / reference,
                current: Double(counts.1) / current
            )
        }.filter { $0.reference > 0 || $0.current > 0 }
    }
}
