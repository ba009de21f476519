import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// An engine of someone else's, played by hand: it asks for tasks and reports, in whatever order it likes.
@Suite struct ExternalRunsTests {
    private static let yaml = """
        pipeline: p
        parameters: { word: { type: string, default: hello } }
        tasks:
          a: { run: "printf %s ${params.word} > ${outputs.x}", outputs: [x], retries: { limit: 1, backoff_seconds: 60 } }
          b: { run: "cat ${inputs.x} ${inputs.x} > ${outputs.y}", inputs: { x: a.x }, outputs: [y] }
        """

    private func start(_ engine: PipelineEngine, _ external: String = "r1") async throws -> String {
        _ = try await engine.apply(source: Self.yaml, code: [], actor: "tester")
        return try await engine.startExternal(
            pipeline: "p",
            engine: "airflow",
            externalID: external,
            parameters: [:],
            actor: "tester"
        )
    }

    private func order(_ engine: PipelineEngine, _ run: String, _ task: String) async throws -> AttemptOrder {
        guard case .order(let order, _) = try await engine.claim(run: run, task: task) else {
            throw PlatformError(.internalError, "no order for \(task)")
        }
        return order
    }

    private func output(_ harness: EngineHarness, _ name: String, _ text: String) throws -> TaskOutput {
        let stored = try harness.objects.put(Data(text.utf8))
        return TaskOutput(name: name, digest: stored.digest, kind: .file, bytes: stored.size)
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return (error as? PlatformError)?.code.name ?? "\(error)" }
    }

    @Test func `tasks are given out in order, and what they wrote serves the own engine's run from the cache`()
        async throws
    {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        #expect(try await engine.store.run(run).states == ["a: ready", "b: waiting"])
        #expect(await code { _ = try await engine.claim(run: run, task: "b") } == "task_upstream_unfinished")
        #expect(await code { _ = try await engine.claim(run: run, task: "c") } == "pipeline_task_not_found")

        let a = try await order(engine, run, "a")
        #expect(a.command == "printf %s hello > outputs/x")
        #expect(a.attempt == 1)
        let x = try output(harness, "x", "hello"), y = try output(harness, "y", "hellohello")
        #expect(try await engine.report(run: run, task: "a", attempt: 1, log: Data("one ".utf8), offset: 0) == .running)
        _ = try await engine.report(run: run, task: "a", attempt: 1, log: Data("one two".utf8), offset: 0)
        #expect(try await String(decoding: engine.log(run: run, task: "a").bytes, as: UTF8.self) == "one two")
        try await engine.conclude(run: run, task: "a", attempt: 1, .succeeded([x]))
        try await engine.conclude(run: run, task: "a", attempt: 1, .succeeded([x]))
        guard case .committed(let again, false) = try await engine.claim(run: run, task: "a") else {
            throw PlatformError(.internalError, "a is not committed")
        }
        #expect(again == [x])

        #expect(try await order(engine, run, "b").inputs == ["x": x])
        try await engine.conclude(run: run, task: "b", attempt: 1, .succeeded([y]))
        let detail = try await engine.store.run(run)
        #expect(detail.run.state == .succeeded)
        #expect([detail.run.engine, detail.run.externalID] == ["airflow", "r1"])
        #expect(detail.outputs == ["a": [x], "b": [y]])

        let own = try await harness.withEngine(engine) { try await harness.run(Self.yaml, on: $0) }
        #expect(own.states == ["a: cached", "b: cached"])
        #expect(own.tasks.map(\.identity) == detail.tasks.map(\.identity))
        #expect(own.tasks.map(\.cachedFrom) == [run, run])
    }

    @Test func `a run of the own engine is answered to another engine from the cache`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let own = try await harness.withEngine(engine) { try await harness.run(Self.yaml, on: $0) }
        let run = try await start(engine)
        for task in ["a", "b"] {
            guard case .committed(let outputs, true) = try await engine.claim(run: run, task: task) else {
                throw PlatformError(.internalError, "\(task) is not cached")
            }
            #expect(outputs == own.outputs[task])
        }
        #expect(try await engine.store.run(run).run.state == .succeeded)
    }

    @Test func `the own engine starts no task of an external run, not after a restart either`() async throws {
        let harness = try EngineHarness()
        let run = try await harness.withEngine { engine in
            let run = try await start(engine)
            try await Task.sleep(for: .milliseconds(300))
            return run
        }
        try await harness.withEngine { engine in
            try await Task.sleep(for: .milliseconds(300))
            #expect(try await engine.store.run(run).states == ["a: ready", "b: waiting"])
        }
    }

    @Test func `a second attempt fences the first one out`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        #expect(try await order(engine, run, "a").attempt == 1)
        #expect(try await order(engine, run, "a").attempt == 2)
        let late = try output(harness, "x", "late"), x = try output(harness, "x", "hello")
        #expect(try await engine.report(run: run, task: "a", attempt: 1, log: Data(), offset: 0) == .superseded)
        for outcome in [AttemptOutcome.succeeded([late]), .failed(PlatformError(.taskFailed, "late"))] {
            let code = await code { try await engine.conclude(run: run, task: "a", attempt: 1, outcome) }
            #expect(code == "task_attempt_superseded")
        }
        try await engine.conclude(run: run, task: "a", attempt: 2, .succeeded([x]))
        let detail = try await engine.store.run(run)
        #expect(detail.outputs == ["a": [x]])
        #expect(try detail.task("a").status == TaskStatus(state: .succeeded, attempt: 2, losses: 1))
    }

    @Test func `the other engine's retry does not wait, and after the last one the run has failed`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        for attempt in 1...2 {
            #expect(try await order(engine, run, "a").attempt == attempt)
            let error = PlatformError(.taskFailed, "no", context: ["log_tail": "secret"])
            try await engine.conclude(run: run, task: "a", attempt: attempt, .failed(error))
        }
        let detail = try await engine.store.run(run)
        #expect(detail.states == ["a: failed", "b: skipped"])
        #expect(detail.run.state == .failed)
        #expect(try detail.task("a").failure?.message == "no\nsecret")
        #expect(await code { _ = try await engine.claim(run: run, task: "a") } == "task_over")
        #expect(await code { _ = try await engine.claim(run: run, task: "b") } == "task_over")
    }

    @Test func `a cancellation reaches the attempt with its next report, and nothing else begins`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        _ = try await order(engine, run, "a")
        try await engine.cancel(run, actor: "someone")
        #expect(try await engine.store.run(run).states == ["a: running", "b: cancelled"])
        #expect(try await engine.report(run: run, task: "a", attempt: 1, log: Data(), offset: 0) == .cancelled)
        try await engine.conclude(run: run, task: "a", attempt: 1, .stopped(.cancelled))
        #expect(try await engine.store.run(run).run.state == .cancelled)
        #expect(await code { _ = try await engine.claim(run: run, task: "b") } == "task_cancelled")
    }

    @Test func `an attempt that falls silent is lost, and may be begun again`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        _ = try await order(engine, run, "a")
        #expect(try await engine.expireExternalAttempts() == 0)
        _ = try await harness.database.write { transaction in
            try transaction.execute(
                "UPDATE pipeline_task SET heartbeat_at = heartbeat_at - ? WHERE task = 'a'",
                [.integer(PipelineEngine.externalLeaseMilliseconds + 1)]
            )
        }
        #expect(try await engine.expireExternalAttempts() == 1)
        #expect(try await engine.store.run(run).task("a").status == TaskStatus(state: .ready, attempt: 1, losses: 1))
        #expect(try await engine.report(run: run, task: "a", attempt: 1, log: Data(), offset: 0) == .superseded)
        #expect(try await order(engine, run, "a").attempt == 2)
    }

    @Test func `outputs that are not declared or not in the store are refused, and the attempt goes on`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        _ = try await order(engine, run, "a")
        let absent = TaskOutput(name: "x", digest: .sha256(of: Data("absent".utf8)), kind: .file, bytes: 6)
        for (outputs, wanted) in [
            ([absent], "object_missing"), ([], "task_output_missing"),
            ([try output(harness, "other", "x")], "task_output_missing"),
        ] {
            let code = await code { try await engine.conclude(run: run, task: "a", attempt: 1, .succeeded(outputs)) }
            #expect(code == wanted)
        }
        #expect(try await engine.store.run(run).states == ["a: running", "b: waiting"])
    }

    @Test func `what the other engine left undone is cancelled when it is done`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        _ = try await order(engine, run, "a")
        try await engine.finishExternal(run, actor: "airflow")
        let detail = try await engine.store.run(run)
        #expect(detail.states == ["a: cancelled", "b: cancelled"])
        #expect(detail.run.state == .cancelled)
        try await engine.finishExternal(run, actor: "airflow")
    }

    @Test func `one external id is one run; other parameters, unknown engines and own runs are refused`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let run = try await start(engine)
        #expect(try await start(engine) == run)
        #expect(try await start(engine, "r2") != run)
        #expect(try await engine.externalRun(pipeline: "p", engine: "airflow", externalID: "r1") == run)
        func begin(_ name: String, _ id: String, _ parameters: [String: JSONValue]) async -> String? {
            await code {
                _ = try await engine.startExternal(
                    pipeline: "p",
                    engine: name,
                    externalID: id,
                    parameters: parameters,
                    actor: "tester"
                )
            }
        }
        #expect(await begin("airflow", "r1", ["word": "other"]) == "idempotency_mismatch")
        #expect(await begin("airflo", "r1", [:]) == "engine_unknown")
        #expect(await begin("airflow", "", [:]) == "invalid_argument")
        #expect(await begin("airflow", String(repeating: "r", count: 251), [:]) == "invalid_argument")
        let own = try await engine.start(pipeline: "p", reason: "", actor: "tester")
        #expect(await code { _ = try await engine.claim(run: own, task: "a") } == "pipeline_run_not_external")
    }
}
