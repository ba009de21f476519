import Foundation
import Primitives
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

@Suite struct DeadlineTests {
    /// A deadline that the tasks' own time never reaches: only a clock that is moved does.
    private static let hour: Int64 = 3_600_000

    private static let yaml = """
        pipeline: slow
        deadline_seconds: 3600
        tasks:
          quick: { run: "true" }
          long: { run: sleep 600, after: [quick] }
          never: { run: "true", after: [long] }
        on_failure:
          tell:
            run: echo "$AKU_RUN_ERROR:$AKU_FAILED_TASKS" > ${outputs.text}
            outputs: [text]
        """

    /// The system's clock, which a test can set forward.
    private final class MovedClock: Sendable {
        private let offset = Mutex<Int64>(0)

        var time: TimeSource {
            TimeSource { Timestamp.now().advanced(byMilliseconds: self.offset.withLock { $0 }) }
        }

        func move(milliseconds: Int64) { offset.withLock { $0 += milliseconds } }
    }

    private func text(_ detail: RunDetail, _ harness: EngineHarness) throws -> String {
        let output = try #require(detail.outputs["tell"]?.first)
        return String(decoding: try harness.objects.data(output.digest, upTo: 1000), as: UTF8.self)
    }

    @Test func `a run past its deadline is ended and has failed, with a reason of its own`() async throws {
        let harness = try EngineHarness()
        let clock = MovedClock()
        let detail = try await harness.withEngine(harness.engine(clock: clock.time)) { engine in
            _ = try await engine.apply(source: Self.yaml, code: [], actor: "tester")
            let id = try await engine.start(pipeline: "slow", reason: "", actor: "tester")
            _ = try await engine.wait(id) { $0.states[1] == "long: running" }
            clock.move(milliseconds: Self.hour)
            engine.mailbox.post(.wake)
            return try await engine.waitForEnd(id)
        }
        #expect(detail.run.state == .failed)
        #expect(detail.run.failureCode == "deadline_exceeded")
        #expect(detail.states == ["quick: succeeded", "long: cancelled", "never: cancelled", "tell: succeeded"])
        #expect(try text(detail, harness) == "deadline_exceeded:\n")
        let took = try #require(detail.run.finishedAt).milliseconds - detail.run.createdAt.milliseconds
        #expect(took >= Self.hour, "\(took) ms")
        let events = try await harness.events()
        #expect(
            events.filter { $0.contains("run.") } == [
                "pipeline.run.created", "pipeline.run.deadline_exceeded", "pipeline.run.failed",
            ]
        )
    }

    /// By the system's clock: how far the only task has come by then makes no difference.
    @Test func `an engine in which nothing happens wakes up for a deadline`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            deadline_seconds: 1
            tasks:
              long: { run: sleep 600 }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.run.failureCode == "deadline_exceeded")
        #expect(detail.states == ["long: cancelled"])
        let took = try #require(detail.run.finishedAt).milliseconds - detail.run.createdAt.milliseconds
        #expect(took >= 1000, "\(took) ms")
    }

    @Test func `a deadline that passed while no server ran ends the run at the next start`() async throws {
        let harness = try EngineHarness()
        let clock = MovedClock()
        let idle = harness.engine()
        _ = try await idle.apply(source: Self.yaml, code: [], actor: "tester")
        let id = try await idle.start(pipeline: "slow", reason: "", actor: "tester")
        clock.move(milliseconds: Self.hour)
        let next = harness.engine(clock: clock.time)
        let detail = try await harness.withEngine(next) { try await $0.waitForEnd(id) }
        #expect(detail.run.failureCode == "deadline_exceeded")
        #expect(detail.states == ["quick: cancelled", "long: cancelled", "never: cancelled", "tell: succeeded"])
    }

    @Test func `a deadline that passed is remembered when the clock is set back`() async throws {
        let harness = try EngineHarness()
        let idle = harness.engine()
        _ = try await idle.apply(source: Self.yaml, code: [], actor: "tester")
        let id = try await idle.start(pipeline: "slow", reason: "", actor: "tester")
        try await harness.database.write { transaction in
            _ = try transaction.execute(
                "UPDATE pipeline_run SET failure_code = 'deadline_exceeded', created_at = created_at + \(Self.hour) WHERE id = ?",
                [.text(id)]
            )
        }
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(detail.run.state == .failed)
        #expect(detail.states == ["quick: cancelled", "long: cancelled", "never: cancelled", "tell: succeeded"])
    }

    @Test func `a task for a failure knows what failed, and its own failure is shown`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            parameters: { bad: { type: integer, default: 0 } }
            tasks:
              a: { run: "exit ${params.bad}" }
              b: { run: "exit  ${params.bad}" }
            on_failure:
              tell: { run: 'echo "$AKU_RUN_ERROR:$AKU_FAILED_TASKS" > ${outputs.text}', outputs: [text] }
              break: { run: exit 7 }
            """
        let (bad, good, again) = try await harness.withEngine { engine in
            let bad = try await harness.run(yaml, parameters: ["bad": 3], on: engine)
            let good = try await harness.run(yaml, on: engine)
            let id = try await engine.rerun(bad.run.id, actor: "tester")
            return (bad, good, try await engine.waitForEnd(id))
        }
        #expect(bad.run.state == .failed)
        #expect(bad.run.failureCode == nil)
        #expect(bad.states == ["a: failed", "b: failed", "tell: succeeded", "break: failed"])
        #expect(try text(bad, harness) == "task_failed:a,b\n")
        #expect(try bad.task("break").failure?.message.hasPrefix("The command ended with status 7.") == true)
        #expect(good.run.state == .succeeded)
        #expect(good.states == ["a: succeeded", "b: succeeded", "tell: skipped", "break: skipped"])
        #expect(try good.task("tell").skipReason == "No task failed.")
        #expect(again.states == bad.states)
        #expect(again.run.rerunOf == bad.run.id)
    }

    @Test func `what attempts took of the machine is added up`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            parameters: { n: { type: list, default: [a, b] } }
            tasks:
              work:
                run: "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 1"
                retries: { limit: 1, backoff_seconds: 0 }
              each: { map: { over: params.n }, run: "true" }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        let work = try #require(try detail.task("work").usage), each = try #require(try detail.task("each").usage)
        #expect(try detail.task("work").status.attempt == 2)
        #expect(work.cpuMilliseconds > 50, "\(work)")
        #expect(work.peakMemoryBytes > 200_000)
        #expect(each.cpuMilliseconds < work.cpuMilliseconds)
        #expect(each.peakMemoryBytes > 200_000)
    }
}
