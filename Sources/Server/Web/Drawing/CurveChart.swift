import Foundation
import Primitives

/// The curves of one metric for up to fifty runs, smoothed and on logarithmic axes where asked. The drawing is bounded
/// whatever was logged; what is not finite is a gap with a cross at the foot of the chart.
struct CurveChart: Sendable, Hashable {
    /// One run's curve.
    struct Curve: Sendable, Hashable {
        /// The run's name.
        let name: String
        /// Its number on the page, from 0.
        let index: Int
        /// The style classes of its colour.
        let colour: String
        /// In order of x; a y that is not finite is a gap.
        let points: [LineChart.Point]
    }

    /// The metric.
    let title: String
    let curves: [Curve]
    let options: CurveOptions

    /// Points drawn in one chart, over all curves.
    static let maximumPoints = 6000
    /// Points drawn of one curve.
    static let maximumPointsOfCurve = 240
    /// Curves for which a chart has read-outs along its x axis; more would be unreadable.
    static let maximumReadOutCurves = 12
    private static let readOuts = 48
    private static let crosses = 20

    private let width: Double = 460
    private let height: Double = 230
    private let left: Double = 50
    private let right: Double = 12
    private let top: Double = 10
    private let bottom: Double = 26

    /// Makes the chart of a metric: each run's history with its number on the page.
    init(
        title: String,
        _ histories: [(name: String, index: Int, history: Console.History)],
        colours: [String] = [],
        options: CurveOptions
    ) {
        self.title = title
        self.options = options
        curves = histories.map { entry in
            let colour = colours.indices.contains(entry.index) ? colours[entry.index] : RunColour.of(entry.index)
            return Curve(name: entry.name, index: entry.index, colour: colour, points: options.points(entry.history))
        }
    }

    /// The drawing.
    func svg() -> Markup {
        let share = max(40, min(Self.maximumPointsOfCurve, Self.maximumPoints / max(1, curves.count)))
        let showsRaw = options.smoothing > 0 && curves.count <= 6
        let smooth = curves.map { options.smooth($0.points) }
        let ground = showsRaw ? curves.flatMap(\.points) + smooth.flatMap { $0 } : smooth.flatMap { $0 }
        let x = Scale(numbers: ground.map(\.x), isLogarithmic: options.isLogX, count: 5, round: false)
        let y = Scale(numbers: ground.map(\.y), isLogarithmic: options.isLogY, count: 5)
        let frame = Frame(chart: self, x: x, y: y)
        var out = SVG.open(width: width, height: height, label: "\(title): \(summary)", class: "chart")
        guard ground.contains(where: { frame.point($0) != nil }) else {
            return Markup(out + SVG.text("no values to draw", x: width / 2, y: height / 2, anchor: "middle") + "</svg>")
        }
        out += frame.grid(ground)
        if showsRaw {
            for curve in curves { out += frame.path(Self.thin(curve.points, to: share), curve, class: "curve raw") }
        }
        let drawn = smooth.map { Self.thin($0, to: share) }
        for (curve, points) in zip(curves, drawn) {
            out += frame.path(points, curve, class: "curve") + frame.crosses(curve)
        }
        if curves.count <= Self.maximumReadOutCurves { out += frame.readOuts(drawn) }
        return Markup(out + "</svg>")
    }

    /// How many points cannot be shown: not finite, or not above zero on a logarithmic axis.
    var unshown: Int {
        curves.reduce(0) { sum, curve in
            sum
                + curve.points.count {
                    !$0.y.isFinite || (options.isLogY && $0.y <= 0) || (options.isLogX && $0.x <= 0)
                }
        }
    }

    private var summary: String {
        let values = curves.flatMap(\.points).map(\.y).filter(\.isFinite)
        guard let low = values.min(), let high = values.max() else { return "no values" }
        return "\(curves.count) \(curves.count == 1 ? "curve" : "curves"), lowest \(Wording.number(low)), "
            + "highest \(Wording.number(high))"
    }

    /// Keeps the lowest and highest point of each bucket, and one gap of a bucket that has any, in their order.
    static func thin(_ points: [LineChart.Point], to limit: Int) -> [LineChart.Point] {
        guard points.count > limit else { return points }
        let buckets = max(1, limit / 2)
        return (0..<buckets).flatMap { bucket -> [LineChart.Point] in
            let range = (points.count * bucket / buckets)..<(points.count * (bucket + 1) / buckets)
            let finite = range.filter { points[$0].y.isFinite }
            let kept = [
                finite.min { points[$0].y < points[$1].y }, finite.max { points[$0].y < points[$1].y },
                range.first { !points[$0].y.isFinite },
            ].compactMap { $0 }
            return Set(kept).sorted().map { points[$0] }
        }
    }

    /// Places and writes the parts of one drawing.
    private struct Frame {
        let chart: CurveChart
        let x: Scale
        let y: Scale

        func point(_ point: LineChart.Point) -> (x: Double, y: Double)? {
            guard let across = x.place(point.x), let up = y.place(point.y) else { return nil }
            return (
                chart.left + across * (chart.width - chart.left - chart.right),
                chart.height - chart.bottom - up * (chart.height - chart.top - chart.bottom)
            )
        }

        func grid(_ ground: [LineChart.Point]) -> String {
            var out = "<g class=\"grid\">"
            for tick in y.ticks {
                let line = chart.height - chart.bottom - tick.place * (chart.height - chart.top - chart.bottom)
                out +=
                    "<path d=\"M\(SVG.number(chart.left)) \(SVG.number(line))H\(SVG.number(chart.width - chart.right))\"/>"
                out += SVG.text(tick.text, x: chart.left - 6, y: line + 3.5, anchor: "end", class: "tick")
            }
            for (place, text) in acrossTicks(ground.map(\.x)) {
                let line = chart.left + place * (chart.width - chart.left - chart.right)
                let anchor = place > 0.93 ? "end" : place < 0.04 ? "start" : "middle"
                out += SVG.text(text, x: line, y: chart.height - 8, anchor: anchor, class: "tick")
            }
            return out + "</g>"
        }

        /// Times have ticks at whole seconds, minutes or hours.
        private func acrossTicks(_ values: [Double]) -> [(Double, String)] {
            guard chart.options.isTimed else { return x.ticks.map { ($0.place, $0.text) } }
            let all = values.filter(\.isFinite)
            guard !x.isLogarithmic, let low = all.min(), let high = all.max(), high > low else {
                return x.ticks.map { ($0.place, Wording.duration(milliseconds: 0)) }.prefix(1).map { $0 }
            }
            return LineChart.timeTicks(from: low, through: high).compactMap { tick in
                x.place(tick).map { ($0, tick == 0 ? "0" : Wording.duration(milliseconds: Int64(tick))) }
            }
        }

        /// One path for all stretches of a curve; a point alone between two gaps becomes a dot.
        func path(_ points: [LineChart.Point], _ curve: Curve, class name: String) -> String {
            var stretches: [[(x: Double, y: Double)]] = [[]]
            for point in points {
                if let place = self.point(point) {
                    stretches[stretches.count - 1].append(place)
                } else if !(stretches.last?.isEmpty ?? true) {
                    stretches.append([])
                }
            }
            let steps = stretches.map { stretch in
                stretch.enumerated().map { "\($0 == 0 ? "M" : "L")\(SVG.number($1.x)) \(SVG.number($1.y))" }.joined()
            }
            let dots = stretches.filter { $0.count == 1 }.compactMap(\.first).map {
                "<circle class=\"dot \(curve.colour)\" cx=\"\(SVG.number($0.x))\" cy=\"\(SVG.number($0.y))\" r=\"2.5\"/>"
            }
            return "<g data-run=\"\(curve.index)\"><path class=\"\(name) \(curve.colour)\" d=\"\(steps.joined())\">"
                + "<title>\(SVG.escape(curve.name))</title></path>\(dots.joined())</g>"
        }

        /// A cross at the foot of the chart for each stretch of values that are not finite.
        func crosses(_ curve: Curve) -> String {
            var places: [Double] = [], inGap = false
            for point in curve.points {
                if !point.y.isFinite, !inGap, let across = x.place(point.x) { places.append(across) }
                inGap = !point.y.isFinite
            }
            return places.prefix(crosses).map { place in
                let across = SVG.number(chart.left + place * (chart.width - chart.left - chart.right) - 3)
                return
                    "<path class=\"gone \(curve.colour)\" d=\"M\(across) \(SVG.number(chart.height - chart.bottom - 8))"
                    + "l6 6m0 -6l-6 6\"><title>\(SVG.escape("\(curve.name): not a finite number from here"))</title></path>"
            }.joined()
        }

        private var crosses: Int { CurveChart.crosses }

        /// One strip for each of some places along the x axis: a hairline, a dot on each curve, the browser's tooltip.
        func readOuts(_ drawn: [[LineChart.Point]]) -> String {
            let all = drawn.flatMap { $0 }.map(\.x).filter { x.place($0) != nil }
            let places = Array(Set(all)).sorted()
            let stride = max(1, (places.count + CurveChart.readOuts - 1) / CurveChart.readOuts)
            let shown = places.enumerated().filter { $0.offset % stride == 0 || $0.offset == places.count - 1 }
                .map(\.element)
            let middles = shown.compactMap { x.place($0) }.map {
                chart.left + $0 * (chart.width - chart.left - chart.right)
            }
            return zip(shown, middles).enumerated().map { index, entry in
                let (value, middle) = entry
                let before = index == 0 ? chart.left : (middles[index - 1] + middle) / 2
                let after = index == middles.count - 1 ? chart.width - chart.right : (middles[index + 1] + middle) / 2
                var words = word(value), dots = ""
                for (curve, points) in zip(chart.curves, drawn) {
                    guard let near = Self.nearest(value, in: points), let place = point(near),
                        place.x >= before - 4, place.x <= after + 4
                    else { continue }
                    words += " · \(curve.name) \(Wording.number(near.y))"
                    dots +=
                        "<circle class=\"\(curve.colour)\" cx=\"\(SVG.number(place.x))\" cy=\"\(SVG.number(place.y))\" r=\"3\"/>"
                }
                return "<g class=\"hit\"><title>\(SVG.escape(words))</title><rect x=\"\(SVG.number(before))\" "
                    + "y=\"\(SVG.number(chart.top))\" width=\"\(SVG.number(max(1, after - before)))\" "
                    + "height=\"\(SVG.number(chart.height - chart.top - chart.bottom))\"/>\(dots)</g>"
            }.joined()
        }

        private func word(_ value: Double) -> String {
            chart.options.isTimed
                ? "after \(Wording.duration(milliseconds: Int64(value)))" : "step \(Wording.count(Int64(value)))"
        }

        private static func nearest(_ x: Double, in points: [LineChart.Point]) -> LineChart.Point? {
            var low = 0, high = points.count
            while low < high {
                let middle = (low + high) / 2
                if points[middle].x < x { low = middle + 1 } else { high = middle }
            }
            let after = low < points.count ? points[low] : nil
            guard low > 0 else { return after }
            let before = points[low - 1]
            return after.map { $0.x - x < x - before.x ? $0 : before } ?? before
        }
    }
}

/// The colour and dashes of a run on a page, as style classes; eight colours, then the same with other dashes.
enum RunColour {
    /// The classes of the run with a number from 0.
    static func of(_ index: Int) -> String { "k\(index % 8) d\(index / 8 % 4)" }
}
