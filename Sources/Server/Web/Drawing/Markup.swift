import Foundation
import Mustache

/// HTML or SVG that has already been escaped: the only thing that a template may write unescaped (`{{{…}}}`).
struct Markup: Sendable, Hashable, MustacheCustomRenderable {
    /// The text, safe to write into a page as it stands.
    let html: String

    /// Wraps text whose every outside value went through `SVG.escape`.
    init(_ html: String) {
        self.html = html
    }

    /// What the template engine writes.
    var renderText: String { html }
    /// An empty piece counts as absent in sections.
    var isNull: Bool { html.isEmpty }
}

/// The few helpers that every drawing shares.
enum SVG {
    /// Escapes text for element content and for quoted attributes (XML 1.0 §2.4); control characters become U+FFFD.
    static func escape(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\t", "\n", "\r": out += " "
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A coordinate with at most one decimal; what is not finite becomes 0, so that no drawing can be broken by data.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let tenths = (value * 10).rounded()
        if tenths.truncatingRemainder(dividingBy: 10) == 0 { return String(Int(tenths / 10)) }
        let whole = Int(abs(tenths)) / 10, part = Int(abs(tenths)) % 10
        return "\(tenths < 0 ? "-" : "")\(whole).\(part)"
    }

    /// A text element; `anchor` is start, middle or end.
    static func text(
        _ text: String,
        x: Double,
        y: Double,
        anchor: String = "start",
        class name: String = "label"
    ) -> String {
        "<text class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(escape(text))</text>"
    }

    /// The opening tag of a drawing that people with a screen reader hear as one image with a name.
    ///
    /// - Parameter role: `group` where the parts are links of their own.
    static func open(
        width: Double,
        height: Double,
        label: String,
        class name: String,
        role: String = "img"
    ) -> String {
        "<svg class=\"\(name)\" role=\"\(role)\" aria-label=\"\(escape(label))\" viewBox=\"0 0 \(number(width)) "
            + "\(number(height))\" width=\"\(number(width))\" height=\"\(number(height))\">"
    }

    /// Text cut to a number of characters, with an ellipsis where something is missing.
    static func clip(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(max(1, count - 1)) + "…"
    }
}
