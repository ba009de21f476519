import Foundation
import Primitives
import WireAPI

/// How a run reads in a terminal.
enum RunText {
    /// Points of a sparkline.
    private static let sparkWidth = 32

    static func detail(_ detail: RunDetailBody) -> String {
        let run = detail.run
        var lines = [
            "Run         \(run.id)",
            "Name        \(run.name)",
            "Experiment  \(run.experiment)",
            "Status      \(run.status)",
            "Started     \(run.startedAt)",
        ]
        if let ended = run.endedAt {
            let seconds = Double(ended.milliseconds - run.startedAt.milliseconds) / 1000
            lines.append("Ended       \(ended) (\(number(seconds)) s)")
        }
        if !run.user.isEmpty { lines.append("User        \(run.user)") }
        lines.append("Artifacts   \(detail.artifactURI)")
        if !run.params.isEmpty {
            lines += [
                "",
                Terminal.table(["PARAM", "VALUE"], run.params.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }),
            ]
        }
        if !run.metrics.isEmpty || !detail.history.isEmpty {
            lines += ["", Terminal.table(["METRIC", "LATEST", "POINTS", "COURSE"], metrics(detail))]
        }
        return lines.joined(separator: "\n")
    }

    private static func metrics(_ detail: RunDetailBody) -> [[String]] {
        Set(detail.history.keys).union(detail.run.metrics.keys).sorted().map { key in
            let points = detail.history[key] ?? []
            let latest = detail.run.metrics[key].map(number) ?? "not finite"
            let course = points.count > 1 ? Terminal.sparkline(thinned(points.map { $0.value ?? .nan })) : ""
            return [key, latest, "\(points.count)", course]
        }
    }

    /// Every so-many-th value, the last one included.
    private static func thinned(_ values: [Double]) -> [Double] {
        guard values.count > sparkWidth else { return values }
        return (0..<sparkWidth).map { values[$0 * (values.count - 1) / (sparkWidth - 1)] }
    }

    /// At most five significant digits.
    static func number(_ value: Double) -> String { String(format: "%.5g", value) }
}
