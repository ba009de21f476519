import Foundation
import Primitives

/// When each task ran: one bar an attempt, on a common time axis (a Gantt chart).
enum TimelineDrawing {
    /// One bar.
    struct Bar: Sendable, Hashable {
        /// The task; bars of one name share a row.
        let name: String
        /// Colour and words.
        let badge: Badge
        /// When it began.
        let start: Timestamp
        /// When it ended; the present for one that runs.
        let end: Timestamp

        /// Makes a bar.
        init(name: String, badge: Badge, start: Timestamp, end: Timestamp) {
            self.name = name
            self.badge = badge
            self.start = start
            self.end = end
        }
    }

    /// Bars drawn.
    static let maximumBars = 400

    /// The drawing; empty when nothing has started.
    static func svg(_ bars: [Bar], label: String) -> Markup {
        let bars = Array(bars.prefix(maximumBars))
        guard let first = bars.map(\.start).min(), let last = bars.map(\.end).max() else { return Markup("") }
        var rows: [String: Int] = [:]
        for bar in bars where rows[bar.name] == nil { rows[bar.name] = rows.count }
        let width: Double = 620, gutter: Double = 116, right: Double = 64, row: Double = 22
        let height = Double(rows.count) * row + 26
        let span = Double(max(1, last.milliseconds - first.milliseconds))
        let axis = Axis(covering: [0, span / 1000], count: 5, includeZero: true, round: false)
        let scale = (width - gutter - right) / max(0.001, axis.high)
        var out = SVG.open(width: width, height: height, label: label, class: "chart timeline")
        out += "<g class=\"grid\">"
        for tick in LineChart.timeTicks(from: 0, through: axis.high * 1000).map({ $0 / 1000 }) {
            let x = gutter + tick * scale
            out += "<path d=\"M\(SVG.number(x)) 4V\(SVG.number(height - 20))\"/>"
            out += SVG.text(
                tick == 0 ? "0" : Wording.duration(milliseconds: Int64(tick * 1000)),
                x: x,
                y: height - 6,
                anchor: tick == 0 ? "start" : "middle",
                class: "tick"
            )
        }
        out += "</g>"
        for (name, index) in rows.sorted(by: { $0.value < $1.value }) {
            out += SVG.text(
                SVG.clip(name, to: 17),
                x: gutter - 8,
                y: Double(index) * row + 17,
                anchor: "end",
                class: "tick"
            )
        }
        for bar in bars {
            let y = Double(rows[bar.name] ?? 0) * row + 7
            let x = gutter + Double(bar.start.milliseconds - first.milliseconds) / 1000 * scale
            let length = max(2, Double(bar.end.milliseconds - bar.start.milliseconds) / 1000 * scale)
            let took = Wording.duration(milliseconds: bar.end.milliseconds - bar.start.milliseconds)
            out +=
                "<g class=\"bar t-\(bar.badge.tone)\"><title>\(SVG.escape("\(bar.name): \(bar.badge.word), \(took)"))</title>"
            out +=
                "<rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(SVG.number(length))\" height=\"12\" rx=\"1.5\"/>"
            out += SVG.text(took, x: x + length + 5, y: y + 10, class: "tick") + "</g>"
        }
        return Markup(out + "</svg>")
    }
}
