import Primitives

extension GatewayBudget {
    /// The stretch of time in which spending is summed up before it starts from zero: from `start`, up to but without `end`.
    package struct Window: Sendable, Hashable {
        /// Its first moment.
        package let start: Timestamp
        /// The first moment after it.
        package let end: Timestamp
    }
}

extension GatewayBudget.Rule {
    /// The window that a moment lies in. Windows of minutes, hours and days are counted from the Unix epoch, weeks from the
    /// Sunday after it (4 January 1970), months from January 1970. A window too long to be told ends in the year 5138.
    package func window(at moment: Timestamp) -> GatewayBudget.Window {
        let day: Int64 = 86_400_000
        switch durationUnit {
        case .minutes: return fixed(length: 60_000, from: 0, moment)
        case .hours: return fixed(length: 3_600_000, from: 0, moment)
        case .days: return fixed(length: day, from: 0, moment)
        case .weeks: return fixed(length: 7 * day, from: 3 * day, moment)
        case .months:
            let count = min(max(duration, 1), Self.maximumMonths)
            let month = Self.month(of: Self.floor(moment.milliseconds, day) / day)
            let first = Self.floor(month, count)
            return GatewayBudget.Window(
                start: Timestamp(milliseconds: Self.firstDay(ofMonth: first) * day),
                end: Timestamp(milliseconds: Self.firstDay(ofMonth: first + count) * day)
            )
        }
    }

    private static let maximumMilliseconds: Int64 = 100_000_000_000_000
    private static let maximumMonths: Int64 = 38_000

    private func fixed(length unit: Int64, from origin: Int64, _ moment: Timestamp) -> GatewayBudget.Window {
        let product = unit.multipliedReportingOverflow(by: max(duration, 1))
        let length = product.overflow ? Self.maximumMilliseconds : min(product.partialValue, Self.maximumMilliseconds)
        let start = origin + Self.floor(moment.milliseconds - origin, length)
        return GatewayBudget.Window(
            start: Timestamp(milliseconds: start),
            end: Timestamp(milliseconds: start + length)
        )
    }

    /// The greatest multiple that is not above the value.
    private static func floor(_ value: Int64, _ step: Int64) -> Int64 {
        let rest = value % step
        return value - (rest < 0 ? rest + step : rest)
    }

    /// Months since January 1970 of a day since the Unix epoch, in the Gregorian calendar.
    private static func month(of day: Int64) -> Int64 {
        var low = day / 31 - 1
        while firstDay(ofMonth: low + 1) <= day { low += 1 }
        return low
    }

    /// Days from the Unix epoch to the first of a month, counted from January 1970: years of the Gregorian calendar that
    /// begin in March have their leap day at the end.
    private static func firstDay(ofMonth month: Int64) -> Int64 {
        let shifted = month + 1970 * 12 - 2
        let year = floor(shifted, 12) / 12
        let inYear = shifted - year * 12
        let era = floor(year, 400) / 400
        let ofEra = year - era * 400
        let dayOfYear = (153 * inYear + 2) / 5
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468
    }
}
