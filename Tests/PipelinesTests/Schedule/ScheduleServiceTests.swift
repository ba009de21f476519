import Foundation
import Logging
import Primitives
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

/// A clock that a test sets.
private final class SetClock: Sendable {
    private let now: Mutex<Timestamp>

    init(_ text: String) throws { now = Mutex(try Timestamp(rfc3339: text)) }

    var source: TimeSource { TimeSource { self.now.withLock { $0 } } }

    func set(_ text: String) throws {
        let moment = try Timestamp(rfc3339: text)
        now.withLock { $0 = moment }
    }
}

/// Schedules over a real database; nothing of the runs is executed unless a test runs the engine.
private struct ScheduleHarness {
    let harness: EngineHarness
    let clock: SetClock
    let engine: PipelineEngine
    let service: ScheduleService

    init(at start: String) throws {
        harness = try EngineHarness()
        clock = try SetClock(start)
        engine = harness.engine(clock: clock.source)
        service = Self.service(engine)
    }

    static func service(_ engine: PipelineEngine) -> ScheduleService {
        ScheduleService(engine: engine, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func apply(_ schedule: String, name: String = "p") async throws {
        let yaml = """
            pipeline: \(name)
            parameters: { day: { type: string, default: none } }
            schedule: \(schedule)
            tasks: { a: { run: "true ${params.day}" } }
            """
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
    }

    /// `pipeline schedule time day` of every run, by time.
    func runs() async throws -> [String] {
        try await harness.database.read { reader in
            try reader.query("SELECT * FROM pipeline_run ORDER BY logical_time, id").map(RunRecord.init).map { run in
                let time = run.scheduled?.time.description.prefix(16) ?? "-"
                return
                    "\(run.pipeline) \(run.scheduled?.schedule ?? "-") \(time) \(run.parameters["day"]?.stringValue ?? "")"
            }
        }
    }
}

@Suite struct ScheduleServiceTests {
    private let nightly = "{ cron: '30 2 * * *', timezone: Europe/Madrid, parameters: { day: '${schedule.date}' } }"

    @Test func `a time that comes has one run with the parameters of its day, and the service sleeps until the next`()
        async throws
    {
        let test = try ScheduleHarness(at: "2026-11-22T12:00:00Z")
        try await test.apply(nightly)
        #expect(try await test.service.step()?.description == "2026-11-23T01:30:00.000Z")
        #expect(try await test.runs() == [])
        try test.clock.set("2026-11-23T01:30:00Z")
        #expect(try await test.service.step()?.description == "2026-11-24T01:30:00.000Z")
        #expect(try await test.service.step()?.description == "2026-11-24T01:30:00.000Z")
        #expect(try await test.runs() == ["p default 2026-11-23T01:30 2026-11-23"])
        let run = try #require(try await test.engine.store.runs().elements.first)
        #expect((run.reason, run.actor) == ("schedule default, 2026-11-23T02:30:00+01:00", "schedule"))
    }

    @Test(arguments: [
        ("none", ["p default 2026-11-25T12:00 none"]),
        ("latest", ["p default 2026-11-25T12:00 none"]),
        (
            "{ all: 3 }",
            [
                "p default 2026-11-25T10:00 none", "p default 2026-11-25T11:00 none", "p default 2026-11-25T12:00 none",
            ]
        ),
    ])
    func `a clock that jumps by days runs what the rule for missed times allows`(rule: String, runs: [String])
        async throws
    {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        try await test.apply("{ cron: '@hourly', catch_up: \(rule) }")
        _ = try await test.service.step()
        try test.clock.set("2026-11-25T12:01:00Z")
        #expect(try await test.service.step()?.description == "2026-11-25T13:00:00.000Z")
        #expect(try await test.runs() == runs)
        #expect(try await test.harness.events().filter { $0 == "pipeline.schedule.missed" }.count == 1)
        // Back by a day and forward again: every one of these times is decided already.
        try test.clock.set("2026-11-24T12:01:00Z")
        _ = try await test.service.step()
        try test.clock.set("2026-11-25T12:59:00Z")
        _ = try await test.service.step()
        #expect(try await test.runs() == runs)
    }

    @Test(arguments: [("none", 0), ("latest", 1), ("all", 65)])
    func `times that are missed and none just come: nothing, the latest, or all of them`(rule: String, count: Int)
        async throws
    {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        try await test.apply("{ cron: '@hourly', catch_up: \(rule) }")
        try test.clock.set("2026-11-25T05:30:00Z")
        _ = try await test.service.step()
        #expect(try await test.runs().count == count)
        #expect(try await test.service.step()?.description == "2026-11-25T06:00:00.000Z")
    }

    @Test func `two services on one database make one run of each time`() async throws {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        for number in 0..<20 { try await test.apply("{ cron: '*/10 * * * *', catch_up: all }", name: "p\(number)") }
        let services = (0..<4).map { _ in ScheduleHarness.service(test.harness.engine(clock: test.clock.source)) }
        for minute in [40, 50, 59] {
            try test.clock.set("2026-11-22T12:\(minute):30Z")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { _ = try await service.step() } }
                try await group.waitForAll()
            }
        }
        let runs = try await test.runs()
        #expect(runs.count == 40)
        #expect(Set(runs).count == 40)
    }

    @Test func `what fails between the decision and its run leaves neither, and the next look makes the run`()
        async throws
    {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        try await test.apply("'@hourly'")
        _ = try await test.service.step()
        try test.clock.set("2026-11-22T13:00:00Z")
        // What a kill at this point leaves is what a transaction that is not committed leaves.
        _ = try await test.harness.database.write { transaction in
            try transaction.execute("ALTER TABLE pipeline_task RENAME TO pipeline_task_away")
        }
        _ = try await test.service.step()
        #expect(try await test.runs() == [])
        _ = try await test.harness.database.write { transaction in
            let claims = try transaction.query("SELECT * FROM pipeline_schedule_run")
            #expect(claims.isEmpty)
            try transaction.execute("ALTER TABLE pipeline_task_away RENAME TO pipeline_task")
        }
        let restarted = ScheduleHarness.service(test.engine)
        _ = try await restarted.step()
        #expect(try await test.runs() == ["p default 2026-11-22T13:00 none"])
    }

    @Test func `a paused schedule stands still, and goes on from the moment at which it is resumed`() async throws {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        try await test.apply("{ cron: '@hourly', catch_up: all }")
        let store = ScheduleStore(engine: test.engine)
        try await store.pause("p", nil, actor: "ann")
        try await store.pause("p", "default", actor: "bob")
        try test.clock.set("2026-11-22T15:30:00Z")
        #expect(try await test.service.step() == nil)
        #expect(try await store.list().map(\.pausedBy) == ["ann"])
        try await store.resume("p", nil, actor: "ann")
        #expect(try await test.service.step()?.description == "2026-11-22T16:00:00.000Z")
        #expect(try await test.runs() == [])
        await #expect(throws: PlatformError.self) { try await store.pause("p", "nightly", actor: "ann") }
    }

    @Test func `a new version with the same rule goes on where it was; with another it begins now`() async throws {
        let test = try ScheduleHarness(at: "2026-11-22T12:30:00Z")
        try await test.apply("{ cron: '@hourly', catch_up: all }")
        try test.clock.set("2026-11-22T14:30:00Z")
        try await test.apply("{ cron: '@hourly', catch_up: { all: 50 } }")
        _ = try await test.service.step()
        #expect(try await test.runs().count == 2)
        try test.clock.set("2026-11-22T16:30:00Z")
        try await test.apply("{ cron: '*/30 * * * *', catch_up: all }")
        #expect(try await test.service.step()?.description == "2026-11-22T17:00:00.000Z")
        #expect(try await test.runs().count == 2)
        try await test.apply("{ name: other, cron: '@daily' }")
        #expect(try await ScheduleStore(engine: test.engine).list().map(\.schedule.name) == ["other"])
    }

    @Test func `the running service wakes for a version that is applied, and makes its run`() async throws {
        let harness = try EngineHarness()
        let clock = try SetClock("2026-11-22T12:30:00Z")
        let engine = harness.engine(clock: clock.source)
        let service = ScheduleHarness.service(engine)
        let running = Task { try await service.run() }
        defer { running.cancel() }
        let yaml = "pipeline: p\nschedule: '@hourly'\ntasks: { a: { run: 'true' } }"
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        try clock.set("2026-11-22T13:00:01Z")
        _ = try await engine.apply(source: yaml + "\ndescription: two", code: [], actor: "tester")
        for _ in 0..<500 where try await engine.store.runs().elements.isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        let run = try #require(try await engine.store.runs().elements.first)
        #expect((run.version, run.scheduled?.time.description) == (2, "2026-11-22T13:00:00.000Z"))
    }
}
