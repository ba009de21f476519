import Foundation
import Logging
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Pipelines with built-in operators, run by the engine.
@Suite struct BuiltinRunTests {
    private static let words = """
        pipeline: words
        parameters:
          parts: { type: integer, default: 3 }
          least: { type: number, default: 2 }
        tasks:
          make:
            run: "printf 'a\\nbb\\nccc\\ndddd\\n' > ${outputs.lines}"
            outputs: [lines]
          cut:
            uses: shard
            with: { count: "${params.parts}" }
            inputs: { lines: make.lines }
            outputs: [parts]
          each:
            map: { shards: cut.parts }
            run: "tr a-z A-Z < ${map.item} > ${outputs.text}"
            outputs: [text]
          joined:
            uses: concat
            inputs: { texts: each.text }
            outputs: [text]
          numbers:
            inputs: { text: joined.text }
            run: |
              mkdir -p ${outputs.folder}/deep
              echo '{"lines": 4, "a/b": [{"x": 0.5}]}' > ${outputs.folder}/deep/n.json
              echo other > ${outputs.folder}/other.txt
            outputs: [folder]
          some:
            uses: pick
            with: { match: "**/*.json" }
            inputs: { folder: numbers.folder }
            outputs: [folder]
          gate:
            uses: assert
            with: { file: deep/n.json, that: ["/lines >= ${params.least}", "/a~1b/0/x < 1"] }
            inputs: { folder: some.folder }
            outputs: [report]
          done:
            uses: noop
            after: [gate, each]
        """

    @Test func `operators read and write the object store, and what they make goes on to commands and back`()
        async throws
    {
        let harness = try EngineHarness()
        let (detail, again) = try await harness.withEngine { engine in
            (try await harness.run(Self.words, on: engine), try await harness.run(Self.words, on: engine))
        }
        #expect(detail.run.state == .succeeded)
        #expect(Set(detail.tasks.map(\.status.state)) == [.succeeded])
        let parts = try harness.objects.tree(#require(detail.outputs["cut"]?.first).digest).entries
        #expect(parts.map(\.path) == ["000000", "000001", "000002"])
        let texts = try parts.map { String(decoding: try harness.objects.data($0.digest, upTo: 100), as: UTF8.self) }
        #expect(texts == ["a\n", "bb\n", "ccc\ndddd\n"])
        let joined = try #require(detail.outputs["joined"]?.first)
        #expect(try harness.objects.data(joined.digest, upTo: 100) == Data("A\nBB\nCCC\nDDDD\n".utf8))
        #expect(joined.kind == .file && joined.bytes == 14)
        let kept = try harness.objects.tree(#require(detail.outputs["some"]?.first).digest)
        #expect(kept.entries.map(\.path) == ["deep/n.json"])
        let report = try #require(detail.outputs["gate"]?.first)
        let text = String(decoding: try harness.objects.data(report.digest, upTo: 1000), as: UTF8.self)
        #expect(
            text == #"[{"at":"/lines","bound":2,"holds":true,"sign":">=","value":4},"#
                + #"{"at":"/a~1b/0/x","bound":1,"holds":true,"sign":"<","value":0.5}]"#
        )
        #expect(detail.outputs["done"] == nil)
        #expect(again.tasks.map(\.status.state) == Array(repeating: .cached, count: 7) + [.succeeded])
        #expect(again.outputs == detail.outputs)
        let attempts = harness.folder.path("pipelines/attempts")
        #expect(try FileManager.default.contentsOfDirectory(atPath: attempts) == [])
    }

    @Test func `a gate that does not hold fails with the value and the bound, and what waits for it is left out`()
        async throws
    {
        let harness = try EngineHarness()
        let (failed, changed) = try await harness.withEngine { engine in
            let failed = try await harness.run(Self.words, parameters: ["least": 5], on: engine)
            _ = try await harness.run(Self.words, on: engine)
            let changed = try await harness.run(Self.words, parameters: ["least": 5], on: engine)
            return (failed, try await engine.store.explain(changed.run.id))
        }
        #expect(failed.run.state == .failed)
        let gate = try failed.task("gate")
        #expect(gate.failure?.code == "assertion_failed")
        #expect(gate.failure?.message == "/lines is 4, not >= 5.")
        #expect(try failed.task("done").status.state == .skipped)
        #expect(changed.first { $0.task == "gate" }?.differences.map(\.part) == ["parameters.least"])
    }

    @Test func `operators that do nothing begin and end in one step, however many wait for each other`() async throws {
        let harness = try EngineHarness()
        let tasks = (0..<200).map { "  t\($0): { uses: noop\($0 > 0 ? ", after: [t\($0 - 1)]" : "") }" }
        let yaml = (["pipeline: chain", "tasks:"] + tasks).joined(separator: "\n")
        let (detail, steps) = try await harness.withEngine { engine in
            let detail = try await harness.run(yaml, on: engine)
            let steps = try await harness.database.read {
                try $0.first("SELECT step FROM pipeline_engine")?.integer("step")
            }
            return (detail, steps ?? 0)
        }
        #expect(detail.run.state == .succeeded)
        #expect(Set(detail.tasks.map(\.status)) == [TaskStatus(state: .succeeded, attempt: 1)])
        #expect(steps < 5)
        let kinds = try await harness.events().filter { $0.hasPrefix("pipeline.task.") }
        #expect(kinds.count == 400)
        #expect(kinds.prefix(2) == ["pipeline.task.started t0", "pipeline.task.succeeded t0"])
    }

    @Test func `instances of a mapped operator take no place, and a pool and a condition hold for operators too`()
        async throws
    {
        let harness = try EngineHarness()
        let gate = harness.folder.path("gate")
        let yaml = """
            pipeline: p
            parameters: { l: { type: list, default: [1, 2, 3, 4, 5, 6, 7] }, go: { type: boolean, default: false } }
            tasks:
              slow: { run: "while [ ! -e \(gate) ]; do sleep 0.05; done", cache: false }
              make: { run: "echo '{\\"n\\": 5}' > ${outputs.n}", outputs: [n] }
              each:
                uses: assert
                map: { over: params.l }
                with: { that: "/n >= ${map.item}" }
                inputs: { n: make.n }
                outputs: [report]
                pool: one
                retries: { limit: 1, backoff_seconds: 0 }
              never: { uses: noop, when: params.go }
              last: { uses: noop, after: [each, never], join: over, pool: one }
            """
        let detail = try await harness.withEngine(harness.engine(places: 2)) { engine in
            try await engine.setPool("one", slots: 1, actor: "tester")
            _ = try await engine.apply(source: yaml, code: [], actor: "tester")
            let id = try await engine.start(pipeline: "p", reason: "", actor: "tester")
            _ = try await engine.wait(id) { $0.states[4] == "last: succeeded" }
            #expect(FileManager.default.createFile(atPath: gate, contents: nil))
            return try await engine.waitForEnd(id)
        }
        #expect(
            detail.states == [
                "slow: succeeded", "make: succeeded", "each: failed", "never: skipped", "last: succeeded",
            ]
        )
        #expect(detail.instances["each"] == ["succeeded": 5, "failed": 2])
        let each = try detail.task("each")
        #expect(each.failure?.code == "task_instances_failed")
        #expect(each.failure?.message.contains("each[5]: assertion_failed: /n is 5, not >= 6.") == true)
        #expect(try #require(each.finishedAt) < #require(detail.task("slow").finishedAt))
    }

    @Test func `arguments and inputs that are wrong once the run is known have codes of their own`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            parameters: { n: { type: string, default: many } }
            tasks:
              text: { run: "echo text > ${outputs.x}", outputs: [x] }
              folder: { run: "mkdir ${outputs.x}; echo 1 > ${outputs.x}/a", outputs: [x] }
              a: { uses: shard, with: { count: "${params.n}" }, inputs: { x: text.x }, outputs: [y] }
              b: { uses: shard, with: { count: 2 }, inputs: { x: folder.x }, outputs: [y] }
              c: { uses: pick, with: { match: "*.json" }, inputs: { x: folder.x }, outputs: [y] }
              d: { uses: pick, with: { match: "*" }, inputs: { x: text.x }, outputs: [y] }
              e: { uses: assert, with: { that: /a > 1 }, inputs: { x: text.x } }
              f: { uses: assert, with: { that: /a > 1 }, inputs: { x: folder.x } }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        let codes = detail.tasks.dropFirst(2).map { "\($0.task) \($0.failure?.code ?? "")" }
        #expect(
            codes == [
                "a builtin_argument_invalid", "b builtin_input_invalid", "c builtin_no_match",
                "d builtin_input_invalid",
                "e builtin_input_invalid", "f builtin_input_invalid",
            ]
        )
    }

    @Test func `a verification executes operators again and finds the same`() async throws {
        let harness = try EngineHarness()
        let tasks = try await harness.withEngine { engine -> [TaskVerification] in
            let detail = try await harness.run(Self.words, on: engine)
            let verifier = RunVerifier(
                engine: engine,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let work = Task { try await verifier.run() }
            defer { work.cancel() }
            let wanted = ["cut", "joined", "some", "gate", "done"]
            let verification = try await verifier.start(run: detail.run.id, tasks: wanted, actor: "tester")
            for _ in 0..<6000 {
                let now = try verifier.verification(verification.id, of: detail.run.id)
                if now.state != .running { return now.tasks }
                try await Task.sleep(for: .milliseconds(10))
            }
            return []
        }
        #expect(tasks.map(\.verdict) == [.same, .same, .same, .same, .same])
    }

    @Test func `an operator that a killed server had begun is begun again, and what it had committed is not`()
        async throws
    {
        let harness = try EngineHarness()
        let first = try await harness.withEngine { try await harness.run(Self.words, on: $0) }
        try await harness.database.write { transaction in
            _ = try transaction.execute("DELETE FROM pipeline_cache")
            for (table, condition) in [("pipeline_output", "task = 'joined'")] {
                _ = try transaction.execute("DELETE FROM \(table) WHERE \(condition)")
            }
            _ = try transaction.execute(
                "UPDATE pipeline_task SET state = 'running', finished_at = NULL WHERE task = 'joined'"
            )
            _ = try transaction.execute(
                """
                UPDATE pipeline_task SET state = 'waiting', attempt = 0, started_at = NULL, finished_at = NULL
                WHERE task = 'done'
                """
            )
            _ = try transaction.execute("UPDATE pipeline_run SET state = 'running', finished_at = NULL")
        }
        let again = try await harness.withEngine { try await $0.waitForEnd(first.run.id) }
        #expect(again.run.state == .succeeded)
        #expect(try again.task("joined").status == TaskStatus(state: .succeeded, attempt: 2, losses: 1))
        #expect(try again.task("some").status == TaskStatus(state: .succeeded, attempt: 1))
        #expect(again.outputs == first.outputs)
    }
}
