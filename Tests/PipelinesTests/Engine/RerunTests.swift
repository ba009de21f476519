import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct RerunTests {
    /// `left` and `right` are apart; `join` waits for both. `left` fails while a file is missing, and is never cached.
    private static func diamond(_ gate: String) -> String {
        """
        pipeline: diamond
        tasks:
          root:
            run: date +%s%N > ${outputs.time}
            outputs: [time]
          left:
            inputs: { time: root.time }
            run: |
              test -e \(gate)
              date +%s%N > ${outputs.time}
            outputs: [time]
            cache: false
          right:
            inputs: { time: root.time }
            run: date +%s%N > ${outputs.time}
            outputs: [time]
            cache: false
          join:
            inputs: { left: left.time, right: right.time }
            run: cat ${inputs.left} ${inputs.right} > ${outputs.both}
            outputs: [both]
        """
    }

    @Test func `what did not end well runs again, and the rest keeps what it wrote, cached or not`() async throws {
        let harness = try EngineHarness()
        let gate = harness.folder.path("gate")
        let (failed, again) = try await harness.withEngine { engine in
            let failed = try await harness.run(Self.diamond(gate), on: engine)
            try harness.folder.write("gate", "")
            let id = try await engine.rerun(failed.run.id, actor: "tester")
            return (failed, try await engine.waitForEnd(id))
        }
        #expect(failed.states == ["root: succeeded", "left: failed", "right: succeeded", "join: skipped"])
        #expect(again.states == ["root: cached", "left: succeeded", "right: cached", "join: succeeded"])
        #expect(again.outputs["right"] == failed.outputs["right"])
        #expect(try again.task("right").cachedFrom == failed.run.id)
        #expect(again.run.rerunOf == failed.run.id)
        #expect(again.run.freshTasks == [])
        #expect(again.run.version == failed.run.version)
    }

    @Test func `instances of a mapped task that ended well are not executed a second time`() async throws {
        let harness = try EngineHarness()
        let gate = harness.folder.path("gate")
        let yaml = """
            pipeline: mapped
            parameters: { names: { type: list, default: [a, b, c] } }
            tasks:
              each:
                map: { over: params.names }
                run: |
                  [ ${map.item} != b ] || test -e \(gate)
                  date +%s%N > ${outputs.time}
                outputs: [time]
              after:
                inputs: { times: each.time }
                run: cat ${inputs.times}/* > ${outputs.all}
                outputs: [all]
            """
        let (failed, again, before, instances) = try await harness.withEngine { engine in
            let failed = try await harness.run(yaml, on: engine)
            let before = try await engine.store.instances(run: failed.run.id, task: "each").elements
            try harness.folder.write("gate", "")
            let again = try await engine.waitForEnd(try await engine.rerun(failed.run.id, actor: "tester"))
            let page = try await engine.store.instances(run: again.run.id, task: "each")
            return (failed, again, before, page.elements)
        }
        #expect(failed.states == ["each: failed", "after: skipped"])
        #expect(again.states == ["each: succeeded", "after: succeeded"])
        #expect(instances.map(\.task.status.state.name) == ["cached", "succeeded", "cached"])
        #expect(instances[0].outputs == before[0].outputs && instances[2].outputs == before[2].outputs)
    }

    @Test func `from a task on, all is executed whatever the cache has`() async throws {
        let harness = try EngineHarness()
        let (first, again, explained) = try await harness.withEngine { engine in
            let first = try await harness.run(PipelineEngineTests.chain, on: engine)
            let id = try await engine.rerun(first.run.id, from: ["second"], actor: "tester")
            let again = try await engine.waitForEnd(id)
            return (first, again, try await engine.store.explain(id))
        }
        #expect(first.states == ["first: succeeded", "second: succeeded"])
        #expect(again.states == ["first: cached", "second: succeeded"])
        #expect(again.outputs == first.outputs)
        #expect(explained.map(\.verdict) == [.hit, .off])
        #expect(again.run.reason == "again from second")
    }

    @Test func `a rerun that was asked for twice with one key is one run`() async throws {
        let harness = try EngineHarness()
        let ids = try await harness.withEngine { engine in
            let first = try await harness.run(PipelineEngineTests.chain, on: engine)
            var ids: [String] = []
            for _ in 0..<2 {
                let id = try await engine.rerun(first.run.id, from: ["first"], actor: "tester", idempotencyKey: "key")
                ids.append(try await engine.waitForEnd(id).run.id)
            }
            return ids
        }
        #expect(ids[0] == ids[1])
    }

    @Test func `a run that is under way, ended well or is not there, and a task that is not there, are refused`()
        async throws
    {
        let harness = try EngineHarness()
        try await harness.withEngine { engine in
            let good = try await harness.run(PipelineEngineTests.chain, on: engine)
            let empty = await Self.refusal(engine, good.run.id)
            #expect(empty == .pipelineRerunEmpty)
            let unknown = await Self.refusal(engine, good.run.id, from: ["scond"])
            #expect(unknown == .pipelineTaskNotFound)
            let nothing = await Self.refusal(engine, "nothing")
            #expect(nothing == .pipelineRunNotFound)
            let slow = "pipeline: slow\ntasks:\n  wait:\n    run: sleep 600\n"
            let version = try await engine.apply(source: slow, code: [], actor: "tester")
            let id = try await engine.start(pipeline: version.pipeline, reason: "", actor: "tester")
            let unfinished = await Self.refusal(engine, id)
            #expect(unfinished == .pipelineRunUnfinished)
            try await engine.cancel(id, actor: "tester")
            _ = try await engine.waitForEnd(id)
        }
    }

    private static func refusal(_ engine: PipelineEngine, _ id: String, from names: [String]? = nil) async -> ErrorCode?
    {
        do {
            _ = try await engine.rerun(id, from: names, actor: "tester")
            return nil
        } catch {
            return (error as? PlatformError)?.code
        }
    }
}
