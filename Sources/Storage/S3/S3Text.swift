import Foundation
import Primitives

/// Reads the little XML and the dates that S3 answers with.
enum S3Text {
    /// The text of the first element with a name; nil when there is none.
    static func element(_ name: String, in text: some StringProtocol) -> String? {
        guard let open = text.range(of: "<\(name)>"), let close = text[open.upperBound...].range(of: "</\(name)>")
        else {
            return nil
        }
        return unescape(String(text[open.upperBound..<close.lowerBound]))
    }

    /// The inner text of every element with a name.
    static func elements(_ name: String, in text: String) -> [Substring] {
        var found: [Substring] = []
        var rest = text[...]
        while let open = rest.range(of: "<\(name)>"), let close = rest[open.upperBound...].range(of: "</\(name)>") {
            found.append(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return found
    }

    /// For text between tags.
    static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// `2026-11-23T12:00:00.000Z` or `Mon, 23 Nov 2026 12:00:00 GMT`, to the second.
    static func moment(_ text: String) -> Timestamp? {
        let words = text.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if text.contains(",") {
            guard words.count >= 7, let month = months.firstIndex(of: words[2]) else { return nil }
            return moment([words[3], String(month + 1), words[1]] + words[4...6])
        }
        // `2026-11-23T12:00:00.000Z` falls into 2026, 11, 23T12, 00, 00, 000Z.
        guard words.count >= 5 else { return nil }
        let day = words[2].split(separator: "T").map(String.init)
        return day.count == 2
            ? moment([words[0], words[1], day[0], day[1], words[3], String(words[4].prefix(2))]) : nil
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Year, month, day, hour, minute and second in UTC.
    private static func moment(_ words: [String]) -> Timestamp? {
        let values = words.compactMap { Int($0) }
        guard values.count == 6 else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = DateComponents(
            year: values[0],
            month: values[1],
            day: values[2],
            hour: values[3],
            minute: values[4],
            second: values[5]
        )
        return calendar.date(from: parts).map { Timestamp(milliseconds: Int64($0.timeIntervalSince1970) * 1000) }
    }

    private static func unescape(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&#34;", with: "\"").replacing("&amp;", with: "&")
    }
}
