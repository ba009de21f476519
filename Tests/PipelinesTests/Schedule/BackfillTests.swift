import Foundation
import Logging
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct BackfillTests {
    private let yaml = """
        pipeline: p
        parameters: { day: { type: string, default: none }, fail: { type: boolean, default: false } }
        schedule: { cron: '30 2 * * *', timezone: Europe/Madrid, paused: true, parameters: { day: '${schedule.date}' } }
        tasks:
          a: { run: "test ${params.fail} = false; echo ${params.day} > ${outputs.o}; test -z \\"${AKU_LOGICAL_TIME:-}\\"", outputs: [o] }
          b: { run: "test -n \\"$AKU_LOGICAL_TIME\\"", cache: false, after: [a] }
        """
    private let clock = TimeSource { Timestamp(milliseconds: 1_795_435_200_000) }

    private func service(_ engine: PipelineEngine) -> ScheduleService {
        ScheduleService(engine: engine, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func finish(_ id: String, _ engine: PipelineEngine) async throws -> (Backfill, [BackfillTime]) {
        let store = BackfillStore(engine: engine)
        for _ in 0..<3000 {
            _ = try await service(engine).step()
            let (backfill, times) = try await store.detail(id)
            if backfill.state != .running { return (backfill, times) }
            let running = times.count { $0.state == .running }
            #expect(running <= backfill.parallel)
            try await Task.sleep(for: .milliseconds(10))
        }
        throw PlatformError(.internalError, "backfill \(id) did not end")
    }

    @Test func `a backfill runs each time of the span once, and then has nothing left to run`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(places: 3, clock: clock)
        let yaml = yaml
        let days = try await harness.withEngine(engine) { engine -> [String] in
            _ = try await engine.apply(source: yaml, code: [], actor: "tester")
            let plan = try await engine.planBackfill("p", schedule: nil, from: "2026-11-01", to: "2026-11-03")
            #expect(
                plan.times.map(\.description) == [
                    "2026-11-01T01:30:00.000Z", "2026-11-02T01:30:00.000Z", "2026-11-03T01:30:00.000Z",
                ]
            )
            let made = try await BackfillStore(engine: engine).create(plan, parallel: 2, actor: "ann")
            let (backfill, times) = try await finish(made.id, engine)
            #expect(backfill.state == .succeeded)
            #expect(times.map(\.state) == [.succeeded, .succeeded, .succeeded])
            let again = try await engine.planBackfill("p", schedule: nil, from: "2026-11-01", to: "2026-11-04")
            #expect((again.times.count, again.kept) == (1, 3))
            let all = try await engine.planBackfill(
                "p",
                schedule: nil,
                from: "2026-11-01",
                to: "2026-11-04",
                again: .all
            )
            #expect((all.times.count, all.kept) == (4, 0))
            return try await engine.store.runs().elements.compactMap { $0.parameters["day"]?.stringValue }.sorted()
        }
        #expect(days == ["2026-11-01", "2026-11-02", "2026-11-03"])
    }

    @Test func `a backfill that fails is resumed at the times without a good run`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(clock: clock)
        let yaml = yaml
        try await harness.withEngine(engine) { engine in
            _ = try await engine.apply(source: yaml, code: [], actor: "tester")
            let store = BackfillStore(engine: engine)
            let plan = try await engine.planBackfill("p", schedule: nil, from: "2026-11-01", to: "2026-11-02")
            let made = try await store.create(plan, parameters: ["fail": .bool(true)], actor: "ann")
            #expect(try await finish(made.id, engine).0.state == .failed)
            await #expect(throws: PlatformError.self) { try await store.cancel(made.id, actor: "ann") }
            try await store.resume(made.id, actor: "ann")
            let (backfill, times) = try await finish(made.id, engine)
            #expect((backfill.state, times.count) == (.failed, 2))
            #expect(try await engine.store.runs().elements.count == 4)
            let failed = try await engine.planBackfill(
                "p",
                schedule: nil,
                from: "2026-11-01",
                to: "2026-11-02",
                again: .failed
            )
            #expect(failed.times.count == 2)
        }
    }

    @Test func `a cancelled backfill begins no run, and ends those under way`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(clock: clock)
        try await harness.withEngine(engine) { engine in
            let slow = "pipeline: p\nschedule: '@daily'\ntasks: { a: { run: sleep 600, cache: false } }"
            _ = try await engine.apply(source: slow, code: [], actor: "tester")
            let store = BackfillStore(engine: engine)
            let plan = try await engine.planBackfill("p", schedule: nil, from: "2026-11-01", to: "2026-11-05")
            let made = try await store.create(plan, parallel: 4, actor: "ann")
            _ = try await service(engine).step()
            #expect(try await store.detail(made.id).times.map { $0.run != nil } == [true, true, true, true, false])
            try await store.cancel(made.id, actor: "ann")
            for run in try await store.detail(made.id).times.compactMap(\.run) {
                #expect(try await engine.waitForEnd(run).run.state == .cancelled)
            }
            _ = try await service(engine).step()
            #expect(try await store.detail(made.id).times.compactMap(\.run).count == 4)
        }
    }

    @Test func `a run of another kind starts at once while a backfill is under way`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(places: 2, clock: clock)
        try await harness.withEngine(engine) { engine in
            let slow = "pipeline: slow\nschedule: '@daily'\ntasks: { a: { run: sleep 600, cache: false } }"
            let quick = "pipeline: quick\ntasks: { a: { run: 'true', cache: false } }"
            for yaml in [slow, quick] { _ = try await engine.apply(source: yaml, code: [], actor: "tester") }
            let plan = try await engine.planBackfill("slow", schedule: nil, from: "2026-11-01", to: "2026-11-05")
            let made = try await BackfillStore(engine: engine).create(plan, parallel: 5, actor: "ann")
            _ = try await service(engine).step()
            let id = try await engine.start(pipeline: "quick", reason: "", actor: "ann")
            #expect(try await engine.waitForEnd(id).run.state == .succeeded)
            try await BackfillStore(engine: engine).cancel(made.id, actor: "ann")
        }
    }

    @Test(arguments: [
        ("2026-11-03", "2026-11-01", "backfill_empty"), ("2027-01-01", "2027-01-02", "backfill_empty"),
        ("2026-11-03T04:00:00Z", "2026-11-03T05:00:00Z", "backfill_empty"),
        ("yesterday", "2026-11-01", "invalid_argument"),
        ("1980-01-01", "2026-11-01", "backfill_too_large"),
    ])
    func `a span that makes no sense is refused by code`(from: String, to: String, code: String) async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(clock: clock)
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        let error = await #expect(throws: PlatformError.self) {
            try await engine.planBackfill("p", schedule: nil, from: from, to: to)
        }
        #expect(error?.code.name == code)
    }
}
