import Foundation

extension Timestamp {
    /// Reads RFC 3339 with a zone: `2026-11-23T12:00:00Z`, `2026-11-23T12:00:00.250+01:00`. Digits after the third of a
    /// fraction are dropped.
    ///
    /// - Throws: `invalid_argument`.
    package init(rfc3339 text: String) throws {
        guard let parts = text.wholeMatch(of: Self.shape)?.output, let day = Self.days(parts.1, parts.2, parts.3),
            let hour = Int64(parts.4), let minute = Int64(parts.5), let second = Int64(parts.6),
            hour < 24, minute < 60, second < 60, let offset = Self.offsetMinutes(parts.8)
        else {
            throw PlatformError(
                .invalidArgument,
                "'\(text.prefix(60))' is no moment.",
                nextStep: "Write date, time and zone, for example 2026-11-23T12:00:00Z."
            )
        }
        let digits = (parts.7 ?? ".").dropFirst().prefix(3)
        let fraction = Int64(digits + String(repeating: "0", count: 3 - digits.count)) ?? 0
        let seconds = ((day * 24 + hour) * 60 + minute - offset) * 60 + second
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    private typealias Shape = (
        Substring, Substring, Substring, Substring, Substring, Substring, Substring, Substring?, Substring
    )

    private static var shape: Regex<Shape> {
        /(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})/
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar; nil when there is no such day.
    private static func days(_ year: Substring, _ month: Substring, _ day: Substring) -> Int64? {
        guard let year = Int64(year), let month = Int64(month), let day = Int64(day), (1...12).contains(month) else {
            return nil
        }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day >= 1, day <= lengths[Int(month) - 1] else { return nil }
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let daysToYear = before * 365 + leapDays
        let daysToMonth = lengths[..<(Int(month) - 1)].reduce(0, +)
        // 719,162 days lie between the first day of the year 1 and 1970-01-01.
        return daysToYear + daysToMonth + day - 1 - 719_162
    }

    private static func offsetMinutes(_ zone: Substring) -> Int64? {
        guard zone.uppercased() != "Z" else { return 0 }
        let parts = zone.dropFirst().split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 2, parts[0] < 24, parts[1] < 60 else { return nil }
        return (zone.first == "-" ? -1 : 1) * (parts[0] * 60 + parts[1])
    }
}
