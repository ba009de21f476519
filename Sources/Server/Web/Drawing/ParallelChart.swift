import Foundation

/// Parallel coordinates (Inselberg 1985): one axis a column, one line a run. A run without a value passes below the axis.
struct ParallelChart: Sendable {
    let runs: [Console.Run]
    let axes: [Dimension]
    /// The style class of each run.
    let colours: [String]

    /// Wide enough for the words, and where it can be no wider than a page.
    private var gap: Double { max(92, min(150, 880 / Double(max(1, axes.count - 1)))) }
    private let side: Double = 64
    private let top: Double = 40
    private let length: Double = 220
    private let below: Double = 22

    /// The drawing; it is as wide as its axes need.
    func svg() -> Markup {
        let width = side * 2 + gap * Double(max(1, axes.count - 1))
        let height = top + length + below + 16
        let names = axes.map(\.column.heading).joined(separator: ", ")
        var out = SVG.open(
            width: width,
            height: height,
            label: "\(runs.count) runs over \(axes.count) axes: \(names)",
            class: "parallel"
        )
        for (index, run) in runs.enumerated() {
            let points = axes.enumerated().map { place, axis in
                "\(place == 0 ? "M" : "L")\(SVG.number(side + gap * Double(place))) \(SVG.number(y(axis.place(index))))"
            }
            let words = axes.map { "\($0.column.heading) \($0.values[index] ?? "none")" }.joined(separator: " · ")
            out +=
                "<a href=\"\(ConsolePath.run(run.id))\" data-run=\"\(index)\"><path class=\"curve \(colours[index])\" d=\"\(points.joined())\">"
                + "<title>\(SVG.escape("\(index + 1) \(run.name) · \(words)"))</title></path></a>"
        }
        for (place, axis) in axes.enumerated() {
            out += draw(axis, x: side + gap * Double(place), isLast: place == axes.count - 1, isOdd: place % 2 == 1)
        }
        return Markup(out + "</svg>")
    }

    private func y(_ place: Double?) -> Double {
        place.map { top + (1 - $0) * length } ?? top + length + below
    }

    private func draw(_ axis: Dimension, x: Double, isLast: Bool, isOdd: Bool) -> String {
        var out = "<g class=\"axis\"><path d=\"M\(SVG.number(x)) \(SVG.number(top))V\(SVG.number(top + length))\"/>"
        out +=
            "<g><title>\(SVG.escape(axis.column.text))</title>"
            + SVG.text(
                SVG.clip(axis.title, to: 22),
                x: x,
                y: isOdd ? top - 10 : top - 24,
                anchor: "middle",
                class: "name"
            ) + "</g>"
        for tick in axis.scale.ticks {
            let line = y(tick.place)
            out += "<path d=\"M\(SVG.number(x)) \(SVG.number(line))h\(isLast ? -4 : 4)\"/>"
            out += SVG.text(
                SVG.clip(tick.text, to: 12),
                x: isLast ? x - 8 : x + 8,
                y: line + 3.5,
                anchor: isLast ? "end" : "start",
                class: "tick halo"
            )
        }
        let missing = runs.indices.contains { axis.place($0) == nil }
        if missing {
            out += SVG.text("none", x: x + 8, y: top + length + below + 3.5, class: "tick halo")
        }
        return out + "</g>"
    }
}
