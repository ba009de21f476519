/// How metric curves are drawn, as addresses say it.
struct CurveOptions: Sendable, Hashable {
    /// The share of the past in the exponential moving average, 0 for none.
    var smoothing = 0.0
    /// Whether the x axis is the time since a run's first point instead of the step.
    var isTimed = false
    var isLogX = false
    var isLogY = false

    /// Shares of the past that people may choose.
    static let smoothings = [0, 0.5, 0.8, 0.9, 0.97]

    /// Raw values over steps.
    init() {}

    /// Reads an address; what it cannot use is left out.
    init(_ fields: FormFields) {
        smoothing = fields["smooth"].flatMap { Double($0) }.flatMap { Self.smoothings.contains($0) ? $0 : nil } ?? 0
        isTimed = fields["across"] == "time"
        let logs = fields.all("log")
        isLogX = logs.contains("x")
        isLogY = logs.contains("y")
    }

    /// The items of an address that says the same.
    var items: [(String, String?)] {
        [
            ("smooth", smoothing == 0 ? nil : "\(smoothing)"), ("across", isTimed ? "time" : nil),
            ("log", isLogX ? "x" : nil), ("log", isLogY ? "y" : nil),
        ]
    }

    /// A run's history as drawn: x by the options, in order of x.
    func points(_ history: Console.History) -> [LineChart.Point] {
        guard isTimed else { return history.points.map { .init(Double($0.step), $0.value) } }
        let start = history.points.map(\.time).min() ?? 0
        return history.points.map { LineChart.Point(Double($0.time - start), $0.value) }.sorted { $0.x < $1.x }
    }

    /// The exponential moving average, each value divided by the weight so far so that the start is not pulled to zero
    /// (Kingma and Ba 2015, §3). Gaps stay gaps.
    func smooth(_ points: [LineChart.Point]) -> [LineChart.Point] {
        guard smoothing > 0 else { return points }
        var mean = 0.0, weight = 0.0
        return points.map { point in
            guard point.y.isFinite else { return point }
            mean = smoothing * mean + (1 - smoothing) * point.y
            weight = smoothing * weight + (1 - smoothing)
            return LineChart.Point(point.x, mean / weight)
        }
    }
}
