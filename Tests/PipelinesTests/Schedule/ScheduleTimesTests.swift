import Foundation
import Primitives
import Testing

@testable import Pipelines

/// A span around a change of the clock, with the times that a rule has in it.
struct Night: Sendable, CustomTestStringConvertible {
    let zone: String
    let cron: String
    let gap: Schedule.Gap?
    let fold: Schedule.Fold?
    let span: Range<Timestamp>
    let times: [Int64]

    init(_ zone: String, _ cron: String, _ gap: String, _ fold: String, _ low: Int64, _ high: Int64, _ times: [Int64]) {
        self.zone = zone
        self.cron = cron
        self.gap = Schedule.Gap(rawValue: gap)
        self.fold = Schedule.Fold(rawValue: fold)
        span = Timestamp(milliseconds: low * 1000)..<Timestamp(milliseconds: high * 1000)
        self.times = times
    }

    var testDescription: String { "\(zone) \(cron) \(gap?.rawValue ?? "") \(fold?.rawValue ?? "")" }
}

extension Timestamp {
    var seconds: Int64 { milliseconds / 1000 }
}

@Suite struct ScheduleTimesTests {
    @Test(arguments: CroniterGolden.plain.indices)
    func `on a clock without changes the times are croniter's`(row: Int) throws {
        let (cron, after, times) = CroniterGolden.plain[row]
        let schedule = Schedule(name: "s", cron: try CronExpression(cron), zone: .gmt)
        let found = schedule.next(times.count, after: Timestamp(milliseconds: after * 1000)).map(\.seconds)
        #expect(found == times, "\(cron)")
    }

    @Test(arguments: CroniterGolden.nights)
    func `on the nights of a change the times are those that the rule says`(night: Night) throws {
        let schedule = Schedule(
            name: "s",
            cron: try CronExpression(night.cron),
            zone: try Schedule.zone(night.zone),
            gap: try #require(night.gap),
            fold: night.fold
        )
        #expect(schedule.times(in: night.span).map(\.seconds) == night.times)
        // From every moment in between the same times follow.
        for time in night.times.dropLast() {
            let after = Timestamp(milliseconds: time * 1000 + 1)
            #expect(schedule.next(after: after)?.seconds == night.times.first { $0 > time })
        }
    }

    @Test func `without a rule a nightly time comes once, and an hourly one each hour that passes`() throws {
        let zone = try Schedule.zone("Europe/Madrid")
        let nightly = Schedule(name: "n", cron: try CronExpression("30 2 * * *"), zone: zone)
        let hourly = Schedule(name: "h", cron: try CronExpression("30 * * * *"), zone: zone)
        #expect((nightly.gap, nightly.fold) == (.shift, .first))
        #expect((hourly.gap, hourly.fold) == (.shift, .both))
        let night = try Timestamp(rfc3339: "2026-10-24T22:00:00Z")..<Timestamp(rfc3339: "2026-10-25T04:00:00Z")
        #expect(nightly.times(in: night).map(nightly.localText) == ["2026-10-25T02:30:00+02:00"])
        #expect(hourly.times(in: night).count == 6)
    }

    @Test func `a schedule has no time before its start, nor at or after its end`() throws {
        let schedule = Schedule(
            name: "s",
            cron: try CronExpression("@daily"),
            zone: .gmt,
            start: try Timestamp(rfc3339: "2026-01-03T00:00:00Z"),
            end: try Timestamp(rfc3339: "2026-01-05T00:00:00Z")
        )
        let times = schedule.next(9, after: Timestamp(milliseconds: 0)).map(\.description)
        #expect(times == ["2026-01-03T00:00:00.000Z", "2026-01-04T00:00:00.000Z"])
    }

    @Test func `a date is its first moment in the zone, also where the clock jumps over midnight`() throws {
        let beirut = try Schedule.zone("Asia/Beirut"), madrid = try Schedule.zone("Europe/Madrid")
        #expect(try Schedule.moment("2026-03-29", in: beirut).description == "2026-03-28T22:00:00.000Z")
        #expect(try Schedule.moment("2026-11-23", in: madrid).description == "2026-11-22T23:00:00.000Z")
        let end = try Schedule.moment("2026-11-23", in: madrid, endOfDay: true)
        #expect(end.description == "2026-11-23T23:00:00.000Z")
        #expect(throws: PlatformError.self) { try Schedule.moment("2026-02-30", in: madrid) }
    }

    @Test func `the delay of a time is within the jitter and the same every time`() throws {
        let schedule = Schedule(name: "s", cron: try CronExpression("@daily"), zone: .gmt, jitterSeconds: 60)
        let times = schedule.next(200, after: Timestamp(milliseconds: 0))
        let delays = times.map { schedule.due($0, pipeline: "p").milliseconds - $0.milliseconds }
        #expect(delays == times.map { schedule.due($0, pipeline: "p").milliseconds - $0.milliseconds })
        #expect(delays.allSatisfy { (0...60_000).contains($0) })
        #expect(Set(delays).count > 100)
    }

    @Test func `the next times of 1,000 schedules are found at once`() throws {
        let zones = try ["Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"].map(Schedule.zone)
        let schedules = try (0..<1000).map { number in
            Schedule(
                name: "s\(number)",
                cron: try CronExpression("\(number % 60) \(number % 24) * * *"),
                zone: zones[number % zones.count]
            )
        }
        let now = try Timestamp(rfc3339: "2026-11-23T12:00:00Z")
        let time = ContinuousClock().measure { for schedule in schedules { _ = schedule.next(after: now) } }
        // A debug build on a busy machine; docs/pipelines.md has the measured figure.
        #expect(time < .milliseconds(500), "\(time)")
        print("next times of 1,000 schedules: \(time)")
    }
}
