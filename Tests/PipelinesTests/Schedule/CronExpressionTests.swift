import Primitives
import Testing

@testable import Pipelines

@Suite struct CronExpressionTests {
    static let bad: [(cron: String, message: String, nextStep: String, neverFires: Bool)] = [
        (
            "* * * *", "'* * * *' has 4 fields; cron has five.",
            "Write minute, hour, day of the month, month, day of the week: 30 2 * * *.", false
        ),
        (
            "60 * * * *", "60 is no minute; it must be from 0 to 59.",
            "Fields are: minute, hour, day of the month, month, day of the week.", false
        ),
        (
            "0 24 * * *", "24 is no hour; it must be from 0 to 23.",
            "Fields are: minute, hour, day of the month, month, day of the week.", false
        ),
        (
            "0 0 0 * *", "0 is no day of the month; it must be from 1 to 31.",
            "Fields are: minute, hour, day of the month, month, day of the week.", false
        ),
        ("0 0 * * mom", "'mom' is no day of the week.", "Did you mean 'mon'?", false),
        ("0 0 * jann *", "'jann' is no month.", "Did you mean 'jan'?", false),
        ("*/0 * * * *", "The step '0' of the minute is not from 1 to 59.", "Write for example */5.", false),
        ("5-1 * * * *", "The range '5-1' of the minute runs backwards.", "Write two ranges: 5-59,0-1.", false),
        (
            "1,,2 * * * *", "'' cannot be read as the minute.",
            "Write *, a value, a range 1-5, a step */5, or several of them with commas.", false
        ),
        (
            "1/2/3 * * * *", "'1/2/3' cannot be read as the minute.",
            "Write *, a value, a range 1-5, a step */5, or several of them with commas.", false
        ),
        (
            "+5 * * * *", "'+5' cannot be read as the minute.",
            "Write *, a value, a range 1-5, a step */5, or several of them with commas.", false
        ),
        (
            "@dayly", "'@dayly' is no schedule.",
            "Known: @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly.", false
        ),
        (
            "0 0 31 2 *", "'0 0 31 2 *' never fires: no month that it names has such a day.",
            "Name a day that there is, or L for the last day of the month.", true
        ),
        (
            "0 0 31 apr,jun,sep,nov *",
            "'0 0 31 apr,jun,sep,nov *' never fires: no month that it names has such a day.",
            "Name a day that there is, or L for the last day of the month.", true
        ),
        (
            "0 0 30-31 2 *", "'0 0 30-31 2 *' never fires: no month that it names has such a day.",
            "Name a day that there is, or L for the last day of the month.", true
        ),
    ]

    @Test(arguments: bad.indices)
    func `what cannot be read is refused with what to write`(row: Int) {
        let (cron, message, nextStep, neverFires) = Self.bad[row]
        #expect(throws: CronProblem(message, nextStep, neverFires: neverFires)) { try CronExpression(cron) }
    }

    @Test(arguments: ["0 0 29 2 *", "0 0 31 2 mon", "0 0 L 2 *", "0 0 31 1,2 *"])
    func `a day that comes at all is accepted`(cron: String) throws {
        #expect(try CronExpression(cron).next(from: WallTime(seconds: 1_800_000_000)) != nil)
    }

    @Test func `a date and its number are each other's inverse over eight centuries`() {
        var number = CivilDate(year: 1600, month: 1, day: 1).dayNumber
        for year in 1600..<2400 {
            for month in 1...12 {
                for day in 1...CivilDate.length(year: year, month: month) {
                    let date = CivilDate(day: number)
                    if date != CivilDate(year: year, month: month, day: day) || date.dayNumber != number {
                        Issue.record("\(year)-\(month)-\(day) is \(date)")
                        return
                    }
                    number += 1
                }
            }
        }
        #expect(CivilDate.weekday(day: 0) == 4)
        #expect(CivilDate.weekday(day: -1) == 3)
    }
}
