import Foundation

/// Paired bars: the share of each value in the reference and now.
enum DistributionChart {
    /// One value or bin.
    struct Bin: Sendable, Hashable {
        /// The value, or the bin's bounds.
        let name: String
        /// Share in the reference, 0…1.
        let reference: Double
        /// Share in the present window, 0…1.
        let current: Double

        /// Makes a bin.
        init(_ name: String, reference: Double, current: Double) {
            self.name = name
            self.reference = reference
            self.current = current
        }
    }

    /// Rows drawn; what is left over is summed into a last row "other".
    static let maximumRows = 12

    /// The drawing: one row a bin, the reference above as an outline, the present below filled.
    static func svg(_ bins: [Bin], label: String) -> Markup {
        let rows = fold(bins)
        let width: Double = 460, gutter: Double = 150, row: Double = 20
        let height = Double(max(1, rows.count)) * row + 6
        let highest = max(rows.map { max(finite($0.reference), finite($0.current)) }.max() ?? 0, 0.0001)
        let scale = (width - gutter - 56) / highest
        var out = SVG.open(width: width, height: height, label: label, class: "chart bars")
        for (index, bin) in rows.enumerated() {
            let y = Double(index) * row + 3
            let reference = finite(bin.reference), current = finite(bin.current)
            let words = "\(bin.name): reference \(Wording.percent(reference)), now \(Wording.percent(current))"
            out += "<g><title>\(SVG.escape(words))</title>"
            out += SVG.text(SVG.clip(bin.name, to: 20), x: gutter - 8, y: y + 12, anchor: "end", class: "tick")
            out += bar(x: gutter, y: y + 1, width: reference * scale, class: "reference")
            out += bar(x: gutter, y: y + 9, width: current * scale, class: "current")
            out += SVG.text(
                Wording.percent(current),
                x: gutter + max(reference, current) * scale + 6,
                y: y + 12,
                class: "tick"
            )
            out += "</g>"
        }
        return Markup(out + "</svg>")
    }

    private static func bar(x: Double, y: Double, width: Double, class name: String) -> String {
        "<rect class=\"\(name)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
            + "width=\"\(SVG.number(max(1, width)))\" height=\"7\"/>"
    }

    private static func finite(_ value: Double) -> Double { value.isFinite ? max(0, value) : 0 }

    private static func fold(_ bins: [Bin]) -> [Bin] {
        guard bins.count > maximumRows else { return bins }
        let rest = bins[(maximumRows - 1)...]
        return bins.prefix(maximumRows - 1) + [
            Bin(
                "other (\(rest.count))",
                reference: rest.map(\.reference).reduce(0, +),
                current: rest.map(\.current).reduce(0, +)
            )
        ]
    }
}
