import Foundation

/// Runs as points over two columns; each point leads to its run.
struct ScatterChart: Sendable {
    let runs: [Console.Run]
    let x: Dimension
    let y: Dimension
    /// The style class of each run.
    let colours: [String]

    /// Runs whose numbers stand beside their points.
    private static let maximumNumbers = 30

    private let width: Double = 460
    private let height: Double = 300
    private let left: Double = 62
    private let right: Double = 22
    private let top: Double = 14
    private let bottom: Double = 44

    /// The drawing.
    func svg() -> Markup {
        let title = "\(y.column.heading) over \(x.column.heading), \(runs.count) runs"
        var out = SVG.open(width: width, height: height, label: title, class: "chart scatter", role: "group")
        out += grid()
        var drawn = 0
        for (index, run) in runs.enumerated() {
            guard let across = x.place(index), let up = y.place(index) else { continue }
            drawn += 1
            let cx = place(across), cy = height - bottom - up * (height - top - bottom)
            let words =
                "\(index + 1) \(run.name) · \(x.column.heading) \(x.values[index] ?? "") · "
                + "\(y.column.heading) \(y.values[index] ?? "")"
            out +=
                "<a href=\"\(ConsolePath.run(run.id))\" data-run=\"\(index)\" aria-label=\"\(SVG.escape(words))\">"
                + "<title>\(SVG.escape(words))</title><circle class=\"dot \(colours[index])\" cx=\"\(SVG.number(cx))\" "
                + "cy=\"\(SVG.number(cy))\" r=\"5\"/>"
            if runs.count <= Self.maximumNumbers {
                out += SVG.text("\(index + 1)", x: cx + 7, y: cy - 5, class: "tick")
            }
            out += "</a>"
        }
        if drawn == 0 {
            out += SVG.text("no run has both values", x: width / 2, y: height / 2, anchor: "middle")
        }
        return Markup(out + "</svg>")
    }

    private func place(_ across: Double) -> Double { left + across * (width - left - right) }

    private func grid() -> String {
        var out = "<g class=\"grid\">"
        for tick in y.scale.ticks {
            let line = height - bottom - tick.place * (height - top - bottom)
            out += "<path d=\"M\(SVG.number(left)) \(SVG.number(line))H\(SVG.number(width - right))\"/>"
            out += SVG.text(SVG.clip(tick.text, to: 10), x: left - 6, y: line + 3.5, anchor: "end", class: "tick")
        }
        for tick in x.scale.ticks {
            let line = place(tick.place)
            out += "<path d=\"M\(SVG.number(line)) \(SVG.number(top))V\(SVG.number(height - bottom))\"/>"
            out += SVG.text(
                SVG.clip(tick.text, to: 12),
                x: line,
                y: height - bottom + 16,
                anchor: "middle",
                class: "tick"
            )
        }
        out += "</g>"
        out += SVG.text(SVG.clip(x.title, to: 50), x: (left + width - right) / 2, y: height - 8, anchor: "middle")
        return out + SVG.text(SVG.clip(y.title, to: 50), x: 4, y: top - 2)
    }
}
