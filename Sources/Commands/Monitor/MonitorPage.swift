import Foundation
import WireAPI

/// What `aku monitor show` prints.
struct MonitorPage {
    private static let barWidth = 24
    private static let shownLabels = 12

    let body: MonitorBody

    /// The whole page.
    var text: String {
        [heading, latency, drift, labels, alerts].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var heading: String {
        let rate = String(format: "%.2f", body.errorRate * 100)
        var lines = [
            "\(body.endpoint): \(body.model) version \(body.version)",
            "\(body.requests) requests, \(body.errors) failed (\(rate) %)",
        ]
        if body.dropped > 0 {
            lines.append("\(body.dropped) predictions were dropped by monitoring: it does not keep up")
        }
        return lines.joined(separator: "\n")
    }

    private var latency: String {
        let values = body.minutes.compactMap { $0.latency.p95.map { Double($0) / 1000 } }
        func milliseconds(_ value: Int?) -> String { value.map { String(format: "%.1f ms", Double($0) / 1000) } ?? "-" }
        let quantiles = [("p50", body.latency.p50), ("p90", body.latency.p90), ("p99", body.latency.p99)]
            .map { "\($0.0) \(milliseconds($0.1))" }.joined(separator: "  ")
        let range = values.max().map { String(format: "  p95 by minute, at most %.1f ms", $0) } ?? ""
        return "Latency  \(quantiles)\n         \(Terminal.sparkline(values))\(range)"
    }

    private var drift: String {
        let drift = body.drift
        guard drift.state != "no_reference" else {
            return "Drift    no reference profile in the package of this version, so nothing to compare with"
        }
        let state = drift.state == "alarmed" ? "ALARM" : "no alarm"
        let rows =
            [
                line("all together", drift.evidence, drift.threshold, "")
            ]
            + drift.features.map { feature in
                let effect =
                    feature.evidence <= 0
                    ? "as the reference"
                    : String(
                        format: "moved %.0f %% of %d requests",
                        feature.totalVariation * 100,
                        feature.windowSize
                    )
                return line(feature.feature, feature.evidence, drift.featureThreshold, effect)
            }
        return
            (["Drift    \(state) after \(drift.observations) requests; evidence against threshold (log10)"] + rows
            + ["  \(drift.guarantee)"]).joined(separator: "\n")
    }

    private func line(_ name: String, _ evidence: Double, _ threshold: Double, _ effect: String) -> String {
        let bar = Terminal.bar(threshold > 0 ? evidence / threshold : 0, width: Self.barWidth)
        let figures = String(format: "%7.2f of %.2f", evidence, threshold)
        return "  \(pad(name, 14)) \(bar) \(figures)  \(effect)"
    }

    private var labels: String {
        guard !body.labels.isEmpty else { return "" }
        let largest = body.labels.map { max($0.current, $0.reference ?? 0) }.max() ?? 1
        let width = min(32, body.labels.prefix(Self.shownLabels).map(\.label.count).max() ?? 0)
        let rows = body.labels.prefix(Self.shownLabels).map { label in
            let reference = label.reference.map { bar($0, largest) + percent($0) } ?? pad("", 15)
            return "  \(pad(String(label.label.prefix(width)), width))  \(reference)   \(bar(label.current, largest))"
                + percent(label.current)
        }
        let rest = body.labels.count > rows.count ? ["  … \(body.labels.count - rows.count) more"] : []
        let title = "Labels   reference and the last \(body.recentRequests) requests"
        return ([title] + rows + rest).joined(separator: "\n")
    }

    private var alerts: String {
        guard !body.alerts.isEmpty else { return "" }
        return "Alerts\n" + MonitorAlertsCommand.table(body.alerts)
    }

    private func bar(_ share: Double, _ largest: Double) -> String {
        let eighths = Int((share / max(largest, 1e-9) * 64).rounded())
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return pad(String(repeating: "█", count: eighths / 8) + partial, 8)
    }

    private func percent(_ share: Double) -> String { String(format: " %5.1f %%", share * 100) }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
