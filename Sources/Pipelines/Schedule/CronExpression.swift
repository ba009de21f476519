/// Five fields as crontab(5) has them: minute, hour, day of the month, month, day of the week, with names, lists, ranges
/// and steps, `L` for the last day of the month, and `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`,
/// `@annually`. When both day fields are restricted (are not `*`), a day that either names is meant.
///
/// It knows wall clocks only; `Schedule` knows zones.
package struct CronExpression: Sendable, Hashable {
    /// As written.
    package let source: String
    /// Whether it names every hour, as `*` does: such a schedule goes by elapsed time rather than by the clock.
    let namesEveryHour: Bool
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let namesLastDay: Bool
    private let dayIsAny: Bool
    private let weekdayIsAny: Bool

    /// The short names and what they stand for.
    package static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Reads an expression.
    ///
    /// - Throws: what is wrong with it, a day that never comes included.
    package init(_ text: String) throws(CronProblem) {
        source = text
        let shorthand = Self.shorthands[text.lowercased()]
        if text.hasPrefix("@"), shorthand == nil {
            throw CronProblem(
                "'\(text.prefix(40))' is no schedule.",
                "Known: \(Self.shorthands.keys.sorted().joined(separator: ", "))."
            )
        }
        let fields = (shorthand ?? text).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard fields.count == 5 else {
            throw CronProblem(
                "'\(text.prefix(80))' has \(fields.count) field\(fields.count == 1 ? "" : "s"); cron has five.",
                "Write minute, hour, day of the month, month, day of the week: 30 2 * * *."
            )
        }
        minutes = try CronField.minute.parse(fields[0])
        hours = try CronField.hour.parse(fields[1])
        let plainDays = fields[2].split(separator: ",", omittingEmptySubsequences: false).filter { $0 != "L" }
        namesLastDay = fields[2].split(separator: ",").contains("L")
        days = namesLastDay && plainDays.isEmpty ? 0 : try CronField.day.parse(plainDays.joined(separator: ","))
        months = try CronField.month.parse(fields[3])
        weekdays = try CronField.weekday.parse(fields[4])
        dayIsAny = fields[2] == "*"
        weekdayIsAny = fields[4] == "*"
        namesEveryHour = hours == (1 << 24) - 1
        guard canFire else {
            throw CronProblem(
                "'\(text.prefix(80))' never fires: no month that it names has such a day.",
                "Name a day that there is, or L for the last day of the month.",
                neverFires: true
            )
        }
    }

    private var canFire: Bool {
        if namesLastDay || !weekdayIsAny { return true }
        return (1...12).contains { month in
            months >> UInt64(month) & 1 == 1
                // 2024 has the longest February.
                && (1...CivilDate.length(year: 2024, month: month)).contains { days >> UInt64($0) & 1 == 1 }
        }
    }

    /// The first reading at or after another that the expression names, within nine years: 29 February comes after
    /// eight at the latest.
    func next(from start: WallTime) -> WallTime? {
        var number = start.day
        let minute = Int((start.seconds - number * 86_400 + 59) / 60)
        if minute < 1440, names(number), let found = time(from: minute) { return at(number, found) }
        guard let first = time(from: 0) else { return nil }
        number += 1
        let end = number + 9 * 366
        while number < end {
            let date = CivilDate(day: number)
            guard months >> UInt64(date.month) & 1 == 1 else {
                number += Int64(CivilDate.length(year: date.year, month: date.month) - date.day + 1)
                continue
            }
            if names(date, number) { return at(number, first) }
            number += 1
        }
        return nil
    }

    private func at(_ day: Int64, _ minute: Int) -> WallTime { WallTime(seconds: day * 86_400 + Int64(minute) * 60) }

    /// The first minute of a day at or after another.
    private func time(from minute: Int) -> Int? {
        let hour = minute / 60
        if hours >> UInt64(hour) & 1 == 1 {
            let rest = minutes & (UInt64.max << UInt64(minute % 60))
            if rest != 0 { return hour * 60 + rest.trailingZeroBitCount }
        }
        let later = hours & (UInt64.max << UInt64(hour + 1))
        return later == 0 ? nil : later.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount
    }

    private func names(_ number: Int64) -> Bool {
        let date = CivilDate(day: number)
        return months >> UInt64(date.month) & 1 == 1 && names(date, number)
    }

    private func names(_ date: CivilDate, _ number: Int64) -> Bool {
        let byDay =
            days >> UInt64(date.day) & 1 == 1
            || (namesLastDay && date.day == CivilDate.length(year: date.year, month: date.month))
        let byWeekday = weekdays >> UInt64(CivilDate.weekday(day: number)) & 1 == 1
        switch (dayIsAny, weekdayIsAny) {
        case (true, true): return true
        case (true, false): return byWeekday
        case (false, true): return byDay
        case (false, false): return byDay || byWeekday
        }
    }
}
