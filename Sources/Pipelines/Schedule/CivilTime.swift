/// A reading of a wall clock: seconds since 1970-01-01 00:00 as if the clock stood in UTC. It names no moment until a
/// zone is given.
struct WallTime: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01 00:00 of the same clock.
    let seconds: Int64

    /// The day since 1970-01-01.
    var day: Int64 { seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400 }

    static func < (left: WallTime, right: WallTime) -> Bool { left.seconds < right.seconds }
}

/// A date of the Gregorian calendar. Both conversions are Howard Hinnant's, "chrono-compatible low-level date algorithms".
struct CivilDate: Sendable, Hashable {
    /// For example 2026.
    let year: Int
    /// From 1.
    let month: Int
    /// From 1.
    let day: Int

    /// The date of a day since 1970-01-01.
    init(day number: Int64) {
        let z = number + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        self.month = Int(month)
        year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }

    /// A date as given.
    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1970-01-01.
    var dayNumber: Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// How many days a month has.
    static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// From 0, Sunday.
    static func weekday(day number: Int64) -> Int { Int(((number + 4) % 7 + 7) % 7) }

    /// As in `2026-11-23`.
    var text: String {
        func pad(_ value: Int, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(value).count)) + String(value)
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    }
}
