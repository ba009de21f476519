import Foundation

/// A word-sized line of recent values: the shape, not the numbers.
enum Sparkline {
    /// The drawing, 96 × 20 units; `label` says in words what it shows.
    static func svg(_ values: [Double], label: String) -> Markup {
        let width: Double = 96, height: Double = 20
        let values = Array(values.filter(\.isFinite).suffix(60))
        var out = SVG.open(width: width, height: height, label: label, class: "spark")
        out += "<path class=\"base\" d=\"M0 \(SVG.number(height - 0.5))H\(SVG.number(width))\"/>"
        guard values.count > 1 else { return Markup(out + "</svg>") }
        let axis = Axis(covering: values, includeZero: true, round: false)
        let steps = values.enumerated().map { index, value in
            let x = Double(index) / Double(values.count - 1) * (width - 4) + 1
            let y = height - 2 - axis.place(value) * (height - 4)
            return "\(index == 0 ? "M" : "L")\(SVG.number(x)) \(SVG.number(y))"
        }
        out += "<path class=\"line s0\" d=\"\(steps.joined())\"/>"
        if let last = values.last {
            out +=
                "<circle class=\"dot s0\" cx=\"\(SVG.number(width - 3))\" "
                + "cy=\"\(SVG.number(height - 2 - axis.place(last) * (height - 4)))\" r=\"2\"/>"
        }
        return Markup(out + "</svg>")
    }
}

/// Eight bars drawn from a digest, so that the same bytes look the same on every page.
enum DigestMark {
    /// The mark of a hexadecimal digest (with or without `sha256:`); empty for text that is not one.
    static func svg(_ digest: String) -> Markup {
        let hex = digest.hasPrefix("sha256:") ? digest.dropFirst(7) : digest[...]
        let nibbles = hex.prefix(8).compactMap(\.hexDigitValue)
        guard nibbles.count == 8 else { return Markup("") }
        let bars = nibbles.enumerated().map { index, nibble in
            let height = 2 + Double(nibble) * 10 / 15
            return
                "<rect x=\"\(index * 3)\" y=\"\(SVG.number(12 - height))\" width=\"2\" height=\"\(SVG.number(height))\"/>"
        }
        return Markup(
            "<svg class=\"mark-digest\" aria-hidden=\"true\" viewBox=\"0 0 23 12\" width=\"23\" height=\"12\">"
                + "\(bars.joined())</svg>"
        )
    }
}
