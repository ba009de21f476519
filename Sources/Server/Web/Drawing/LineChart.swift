import Foundation
import Primitives

/// A line chart with axes, ticks, thresholds and a hover read-out for each place on the x axis; works without script.
struct LineChart: Sendable, Hashable {
    /// One line.
    struct Series: Sendable, Hashable {
        /// Its name in the legend and in the read-out.
        let name: String
        /// x and y; a point whose y is not finite breaks the line.
        let points: [Point]

        /// Makes a line.
        init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// One point.
    struct Point: Sendable, Hashable {
        let x: Double
        let y: Double

        /// Makes a point.
        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// A named value on one of the axes.
    struct Mark: Sendable, Hashable {
        /// What it is.
        let name: String
        /// Where it stands.
        let value: Double
        /// What its colour says; thresholds are always red.
        let tone: Tone

        /// Makes a mark.
        init(_ name: String, _ value: Double, _ tone: Tone = .warn) {
            self.name = name
            self.value = value
            self.tone = tone
        }
    }

    /// What the x axis counts.
    enum Across: Sendable, Hashable {
        /// Training steps or request numbers, named.
        case count(String)
        /// Milliseconds since the Unix epoch, UTC.
        case time
    }

    /// What the chart shows, read out by a screen reader.
    var title: String
    /// The unit after each y value; may be empty.
    var unit: String = ""
    /// What the x axis counts.
    var across: Across = .count("step")
    /// At most six are drawn; the order decides the colour.
    var series: [Series]
    /// Horizontal lines that a value should not cross, with their names.
    var thresholds: [Mark] = []
    /// Vertical marks (an alarm, a swap), by x.
    var marks: [Mark] = []
    /// Values outside are drawn at the edge, so that what lies near a threshold stays readable; the read-out tells them.
    var shown: ClosedRange<Double> = -Double.infinity...Double.infinity
    /// Whether the y axis starts at zero.
    var includeZero: Bool = false
    /// Units of the drawing; the page scales it.
    var width: Double = 460
    var height: Double = 190

    /// Points a line is thinned to, so that a page with a million points stays small.
    static let maximumPoints = 240
    /// Read-outs along the x axis.
    static let maximumReadOuts = 60

    /// Makes a chart of some lines.
    init(title: String, series: [Series]) {
        self.title = title
        self.series = Array(series.prefix(6))
    }

    private var left: Double { 46 }
    private var right: Double { 10 }
    private var top: Double { 10 }
    private var bottom: Double { 24 }

    /// The drawing.
    func svg() -> Markup {
        let lines = series.map { Series($0.name, Self.thin($0.points.filter { $0.x.isFinite })) }
        let points = lines.flatMap(\.points)
        var out = SVG.open(width: width, height: height, label: "\(title): \(summary)", class: "chart")
        guard points.contains(where: { $0.y.isFinite }) else {
            return Markup(out + SVG.text("no values yet", x: width / 2, y: height / 2, anchor: "middle") + "</svg>")
        }
        let yAxis = Axis(
            covering: points.map { min(shown.upperBound, max(shown.lowerBound, $0.y)) } + thresholds.map(\.value),
            count: 4,
            includeZero: includeZero
        )
        let xAxis = Axis(covering: points.map(\.x), count: 5, round: false)
        out += grid(xAxis, yAxis)
        for mark in marks where mark.value >= xAxis.low && mark.value <= xAxis.high {
            let x = SVG.number(across(xAxis, mark.value))
            out +=
                "<g class=\"mark t-\(mark.tone.rawValue)\"><title>\(SVG.escape(mark.name))</title><path d=\"M\(x) \(SVG.number(top))"
                + "V\(SVG.number(height - bottom))\"/></g>"
        }
        for threshold in thresholds {
            let y = SVG.number(up(yAxis, threshold.value))
            out +=
                "<g class=\"threshold\"><title>\(SVG.escape("\(threshold.name): \(value(threshold.value))"))</title>"
                + "<path d=\"M\(SVG.number(left)) \(y)H\(SVG.number(width - right))\"/></g>"
        }
        for (index, line) in lines.enumerated() {
            out += path(line, index, xAxis, yAxis)
        }
        out += readOuts(lines, xAxis, yAxis)
        return Markup(out + "</svg>")
    }

    /// Name and colour class of each line, for the legend under a chart of several.
    var legend: [Legend] {
        series.count < 2 ? [] : series.enumerated().map { Legend(seriesName: $1.name, seriesClass: "s\($0)") }
    }

    /// One entry of a legend.
    struct Legend: Sendable, Hashable {
        let seriesName: String
        let seriesClass: String
    }

    private var summary: String {
        series.map { line in
            let values = line.points.map(\.y).filter(\.isFinite)
            guard let last = values.last, let low = values.min(), let high = values.max() else {
                return "\(line.name) has no values"
            }
            return "\(line.name) last \(value(last)), lowest \(value(low)), highest \(value(high))"
        }.joined(separator: "; ")
    }

    private func value(_ number: Double) -> String {
        unit.isEmpty ? Wording.number(number) : "\(Wording.number(number)) \(unit)"
    }

    private func place(_ x: Double) -> String {
        switch across {
        case .count(let name): "\(name) \(Wording.number(x))"
        case .time: Wording.clock(Timestamp(milliseconds: Int64(x)))
        }
    }

    private func across(_ axis: Axis, _ x: Double) -> Double { left + axis.place(x) * (width - left - right) }

    private func up(_ axis: Axis, _ y: Double) -> Double {
        height - bottom - axis.place(y) * (height - top - bottom)
    }

    private func grid(_ xAxis: Axis, _ yAxis: Axis) -> String {
        var out = "<g class=\"grid\">"
        for tick in yAxis.ticks {
            let y = up(yAxis, tick)
            out += "<path d=\"M\(SVG.number(left)) \(SVG.number(y))H\(SVG.number(width - right))\"/>"
            out += SVG.text(Wording.number(tick), x: left - 6, y: y + 3.5, anchor: "end", class: "tick")
        }
        let ticks: [Double] =
            switch across {
            case .count: xAxis.ticks
            case .time: Self.timeTicks(from: xAxis.low, through: xAxis.high)
            }
        for tick in ticks {
            let x = across(xAxis, tick)
            let label: String =
                switch across {
                case .count: Wording.number(tick)
                case .time: Wording.clock(Timestamp(milliseconds: Int64(tick)))
                }
            let anchor = x > width - right - 24 ? "end" : x < left + 16 ? "start" : "middle"
            out += SVG.text(label, x: x, y: height - 8, anchor: anchor, class: "tick")
        }
        return out + "</g>"
    }

    /// One path for all stretches of a line; a point alone between two gaps becomes a dot.
    private func path(_ line: Series, _ index: Int, _ xAxis: Axis, _ yAxis: Axis) -> String {
        let stretches = line.points.split { !$0.y.isFinite }
        let steps = stretches.map { stretch in
            stretch.enumerated().map { place, point in
                "\(place == 0 ? "M" : "L")\(SVG.number(across(xAxis, point.x))) \(SVG.number(up(yAxis, point.y)))"
            }.joined()
        }
        let dots = stretches.filter { $0.count == 1 }.compactMap(\.first).map { point in
            "<circle class=\"dot s\(index)\" cx=\"\(SVG.number(across(xAxis, point.x)))\" "
                + "cy=\"\(SVG.number(up(yAxis, point.y)))\" r=\"2.5\"/>"
        }
        return "<path class=\"line s\(index)\" d=\"\(steps.joined())\"/>" + dots.joined()
    }

    /// One strip for each place: hovering shows a hairline, the dots, and the browser's own tooltip.
    private func readOuts(_ lines: [Series], _ xAxis: Axis, _ yAxis: Axis) -> String {
        let places = Array(Set(lines.flatMap(\.points).map(\.x))).sorted()
        let stride = max(1, (places.count + Self.maximumReadOuts - 1) / Self.maximumReadOuts)
        let shown = places.enumerated().filter { $0.offset % stride == 0 || $0.offset == places.count - 1 }.map(
            \.element
        )
        let half = (width - left - right) / Double(max(1, shown.count)) / 2
        return shown.map { x in
            let centre = across(xAxis, x)
            var words = place(x), dots = ""
            for (index, line) in lines.enumerated() {
                guard let point = line.points.first(where: { $0.x == x }), point.y.isFinite else { continue }
                words += " · \(line.name) \(value(point.y))"
                dots +=
                    "<circle class=\"s\(index)\" cx=\"\(SVG.number(centre))\" cy=\"\(SVG.number(up(yAxis, point.y)))\" r=\"3\"/>"
            }
            let start = max(left, centre - half), end = min(width - right, centre + half)
            return "<g class=\"hit\"><title>\(SVG.escape(words))</title><rect x=\"\(SVG.number(start))\" "
                + "y=\"\(SVG.number(top))\" width=\"\(SVG.number(max(1, end - start)))\" "
                + "height=\"\(SVG.number(height - top - bottom))\"/>\(dots)</g>"
        }.joined()
    }

    /// Keeps the lowest and the highest point of each bucket, so that spikes survive.
    static func thin(_ points: [Point]) -> [Point] {
        guard points.count > maximumPoints else { return points }
        let bucket = Double(points.count) / Double(maximumPoints / 2)
        var out: [Point] = []
        for index in 0..<(maximumPoints / 2) {
            let range = Int(Double(index) * bucket)..<min(points.count, Int(Double(index + 1) * bucket))
            let part = points[range].enumerated()
            guard let low = part.min(by: { $0.element.y < $1.element.y }),
                let high = part.max(by: { $0.element.y < $1.element.y })
            else { continue }
            if low.offset == high.offset {
                out.append(low.element)
            } else {
                out += low.offset < high.offset ? [low.element, high.element] : [high.element, low.element]
            }
        }
        return out
    }

    /// Ticks at whole seconds, minutes or hours between two moments in milliseconds.
    static func timeTicks(from low: Double, through high: Double) -> [Double] {
        let steps: [Double] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400]
        let span = (high - low) / 1000
        let step = (steps.first { span / $0 <= 5 } ?? (span / 5)) * 1000
        var tick = (low / step).rounded(.up) * step
        var ticks: [Double] = []
        while tick <= high, ticks.count < 12 {
            ticks.append(tick)
            tick += step
        }
        return ticks.isEmpty ? [low] : ticks
    }
}
