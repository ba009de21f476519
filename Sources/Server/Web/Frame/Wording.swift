import Foundation
import Primitives

/// How the console writes quantities: one form each, so that pages agree.
enum Wording {
    /// At most four significant digits; thousands as k, M, G.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let size = abs(value)
        for (limit, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] where size >= limit {
            return trimmed(value / (limit == 1e4 ? 1e3 : limit), 2) + suffix
        }
        if size != 0, size < 0.001 { return scientific(value) }
        return trimmed(value, size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4)
    }

    /// A share 0…1 as per cent: one decimal, two below one per cent.
    static func percent(_ share: Double) -> String {
        share.isFinite ? "\(trimmed(share * 100, abs(share) < 0.01 ? 2 : 1)) %" : "–"
    }

    /// A count with thin spaces between thousands.
    static func count(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var out = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append("\u{202F}") }
            out.append(digit)
        }
        return out
    }

    /// A number of bytes in binary units.
    static func bytes(_ value: Int64) -> String {
        var size = Double(value)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if abs(size) < 1024 { return unit == "B" ? "\(value) B" : "\(trimmed(size, 1)) \(unit)" }
            size /= 1024
        }
        return "\(trimmed(size, 1)) TiB"
    }

    /// A duration in the largest two units that matter.
    static func duration(milliseconds: Int64) -> String {
        let value = max(0, milliseconds)
        if value < 1000 { return "\(value) ms" }
        let seconds = value / 1000
        if seconds < 60 { return "\(trimmed(Double(value) / 1000, 1)) s" }
        if seconds < 3600 { return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s" }
        if seconds < 86_400 {
            return seconds % 3600 < 60 ? "\(seconds / 3600) h" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
        return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }

    /// Events a second.
    static func rate(_ value: Double) -> String {
        value.isFinite ? "\(trimmed(value, value < 10 ? 2 : 1)) /s" : "–"
    }

    /// A latency given in microseconds.
    static func latency(microseconds: Double) -> String {
        guard microseconds.isFinite else { return "–" }
        if microseconds < 1000 { return "\(trimmed(microseconds, 0)) µs" }
        if microseconds < 1_000_000 { return "\(trimmed(microseconds / 1000, 1)) ms" }
        return "\(trimmed(microseconds / 1_000_000, 2)) s"
    }

    /// How long ago, from `now`.
    static func ago(_ moment: Timestamp, now: Timestamp) -> String {
        let seconds = max(0, now.milliseconds - moment.milliseconds) / 1000
        switch seconds {
        case ..<5: return "now"
        case ..<60: return "\(seconds) s ago"
        case ..<3600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3600) h ago"
        case ..<(730 * 86_400): return "\(seconds / 86_400) d ago"
        default: return "\(seconds / (365 * 86_400)) years ago"
        }
    }

    /// Date and time to the second in UTC: `2026-11-23 08:09:08`.
    static func moment(_ moment: Timestamp) -> String {
        let text = moment.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    /// The time of day to the second in UTC.
    static func clock(_ moment: Timestamp) -> String {
        String(moment.description.dropFirst(11).prefix(8))
    }

    /// The first 12 digits of a digest or identifier.
    static func short(_ digest: String) -> String {
        String((digest.hasPrefix("sha256:") ? digest.dropFirst(7) : digest[...]).prefix(12))
    }

    /// A JSON value on one line, keys sorted.
    static func json(_ value: JSONValue) -> String {
        (try? CanonicalJSON.text(value)) ?? ""
    }

    /// A path segment, percent-encoded so that a name can never end the segment (RFC 3986 §3.3).
    static func segment(_ name: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        allowed.formIntersection(CharacterSet(charactersIn: Unicode.Scalar(0)..<Unicode.Scalar(128)))
        return name.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }

    /// The end of an identifier that tells it from its neighbours: UUIDs of version 7 begin with the time (RFC 9562).
    static func identifier(_ id: String) -> String {
        id.count > 20 ? "…\(id.suffix(8))" : id
    }

    private static func scientific(_ value: Double) -> String {
        let power = Int(log10(abs(value)).rounded(.down))
        return "\(trimmed(value / pow(10, Double(power)), 2))e\(power)"
    }

    private static func trimmed(_ value: Double, _ places: Int) -> String {
        var text = String(format: "%.\(places)f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text == "-0" ? "0" : text
    }
}
