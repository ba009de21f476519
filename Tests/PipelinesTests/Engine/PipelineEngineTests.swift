import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct PipelineEngineTests {
    static let chain = """
        pipeline: chain
        parameters:
          word: { type: string, default: "it's" }
        tasks:
          first:
            run: printf %s ${params.word} > ${outputs.text}
            outputs: [text]
          second:
            inputs: { text: first.text }
            run: |
              mkdir ${outputs.folder}
              cat ${inputs.text} ${inputs.text} > ${outputs.folder}/twice
            outputs: [folder]
        """

    @Test func `outputs of one task are the inputs of the next, by digest`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { try await harness.run(Self.chain, on: $0) }
        #expect(detail.run.state == .succeeded)
        #expect(detail.states == ["first: succeeded", "second: succeeded"])
        let text = Digest.sha256(of: Data("it's".utf8))
        #expect(detail.outputs["first"] == [TaskOutput(name: "text", digest: text, kind: .file, bytes: 4)])
        let folder = try #require(detail.outputs["second"]?.first)
        let tree = try harness.objects.tree(folder.digest)
        #expect(tree.entries.map(\.path) == ["twice"])
        #expect(try harness.objects.data(tree.entries[0].digest, upTo: 100) == Data("it'sit's".utf8))
    }

    @Test func `every transition is a journal event, in order`() async throws {
        let harness = try EngineHarness()
        _ = try await harness.withEngine { try await harness.run(Self.chain, on: $0) }
        #expect(
            try await harness.events() == [
                "pipeline.applied", "pipeline.run.created", "pipeline.task.started first",
                "pipeline.task.succeeded first",
                "pipeline.task.started second", "pipeline.task.succeeded second", "pipeline.run.succeeded",
            ]
        )
    }

    @Test func `a second run is linked from the cache, and a changed parameter runs what depends on it`() async throws {
        let harness = try EngineHarness()
        let (again, other, explained, fresh) = try await harness.withEngine { engine in
            _ = try await harness.run(Self.chain, on: engine)
            let again = try await harness.run(Self.chain, on: engine)
            let other = try await harness.run(Self.chain, parameters: ["word": "other"], on: engine)
            let explained = try await engine.store.explain(other.run.id)
            let fresh = try await harness.run(Self.chain, useCache: false, on: engine)
            return (again, other, explained, fresh)
        }
        #expect(again.states == ["first: cached", "second: cached"])
        #expect(again.tasks.map(\.status.attempt) == [0, 0])
        #expect(other.states == ["first: succeeded", "second: succeeded"])
        #expect(explained.map { $0.differences.map(\.part) } == [["parameters.word"], ["inputs.text"]])
        #expect(explained[0].differences == [.init(part: "parameters.word", before: "it's", now: "other")])
        #expect(fresh.states == ["first: succeeded", "second: succeeded"])
        #expect(fresh.outputs == again.outputs)
    }

    @Test func `the producer of a digest is the execution that wrote it, not one that was linked`() async throws {
        let harness = try EngineHarness()
        let (first, producer, none) = try await harness.withEngine { engine in
            let first = try await harness.run(Self.chain, on: engine)
            _ = try await harness.run(Self.chain, on: engine)
            let digest = try #require(first.outputs["second"]?.first?.digest)
            return (
                first, try await engine.producer(of: digest), try await engine.producer(of: Digest.sha256(of: Data()))
            )
        }
        let execution = try #require(producer)
        #expect(execution.runID == first.run.id)
        #expect(execution.task == "second")
        #expect(execution.inputs == ["text": Digest.sha256(of: Data("it's".utf8))])
        #expect(none == nil)
    }

    @Test func `code is under code, and a change of it is a change of identity`() async throws {
        let harness = try EngineHarness()
        try harness.folder.write("lib/main.sh", "echo one > $1")
        let yaml = """
            pipeline: coded
            code: [lib]
            tasks:
              only:
                run: sh code/lib/main.sh ${outputs.o}
                outputs: [o]
            """
        let details = try await harness.withEngine { engine in
            var details: [RunDetail] = []
            for text in ["echo one > $1", "echo one > $1", "echo two > $1"] {
                try harness.folder.write("lib/main.sh", text)
                let tree = try harness.objects.putTree(directory: harness.folder.path("lib"))
                _ = try await engine.apply(
                    source: yaml,
                    code: [CodeItem(path: "lib", digest: tree.digest, kind: .tree)],
                    actor: "tester"
                )
                let id = try await engine.start(pipeline: "coded", reason: "", actor: "tester")
                details.append(try await engine.waitForEnd(id))
            }
            return details
        }
        #expect(details.map(\.states) == [["only: succeeded"], ["only: cached"], ["only: succeeded"]])
        #expect(details.map(\.run.version) == [1, 1, 2])
        #expect(details[2].outputs["only"]?.first?.digest == Digest.sha256(of: Data("two\n".utf8)))
    }

    @Test func `a failed task skips what needs it, and independent tasks still run`() async throws {
        let yaml = """
            pipeline: half
            tasks:
              bad: { run: "echo 'what went wrong'; exit 7" }
              needs: { run: "true", after: [bad] }
              later: { run: "true", after: [needs] }
              free: { run: "true" }
            """
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.run.state == .failed)
        #expect(detail.states == ["bad: failed", "needs: skipped", "later: skipped", "free: succeeded"])
        let failure = try #require(try detail.task("bad").failure)
        #expect(failure.code == "task_failed")
        #expect(failure.message == "The command ended with status 7.\nwhat went wrong")
    }

    @Test func `a failed attempt is repeated up to its limit and no more`() async throws {
        let harness = try EngineHarness()
        let counter = harness.folder.path("count")
        let yaml = """
            pipeline: flaky
            tasks:
              third:
                run: echo x >> \(counter).a; test $(wc -l < \(counter).a) -eq 3
                retries: { limit: 3, backoff_seconds: 0.01 }
              never:
                run: echo x >> \(counter).b; exit 1
                retries: { limit: 2, backoff_seconds: 0.01 }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.states == ["third: succeeded", "never: failed"])
        #expect(detail.tasks.map(\.status.attempt) == [3, 3])
        #expect(try detail.task("third").failure == nil)
        #expect(try String(contentsOfFile: counter + ".b", encoding: .utf8) == "x\nx\nx\n")
    }

    @Test func `one idempotency key is one run, and other parameters under it are refused`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine()
        _ = try await engine.apply(source: Self.chain, code: [], actor: "tester")
        let first = try await engine.start(pipeline: "chain", reason: "", actor: "a", idempotencyKey: "k")
        let second = try await engine.start(pipeline: "chain", reason: "", actor: "a", idempotencyKey: "k")
        #expect(first == second)
        let error = await #expect(throws: PlatformError.self) {
            try await engine.start(
                pipeline: "chain",
                parameters: ["word": "x"],
                reason: "",
                actor: "a",
                idempotencyKey: "k"
            )
        }
        #expect(error?.code == .idempotencyMismatch)
    }

    @Test func `nothing starts after a cancellation, and running tasks are ended`() async throws {
        let harness = try EngineHarness()
        let mark = harness.folder.path("mark")
        let yaml = """
            pipeline: long
            tasks:
              sleeps: { run: "echo started; sleep 60; touch \(mark).late" }
              next: { run: "touch \(mark).next", after: [sleeps] }
              third: { run: "sleep 60 & wait", timeout_seconds: 100 }
              fourth: { run: "touch \(mark).fourth" }
            """
        let detail = try await harness.withEngine { engine in
            let version = try await engine.apply(source: yaml, code: [], actor: "tester")
            let id = try await engine.start(pipeline: version.pipeline, reason: "", actor: "tester")
            _ = try await engine.wait(id) { $0.states.filter { $0.hasSuffix("running") }.count == 2 }
            try await engine.cancel(id, actor: "someone")
            return try await engine.waitForEnd(id)
        }
        #expect(detail.run.state == .cancelled)
        #expect(detail.run.cancelActor == "someone")
        #expect(detail.states == ["sleeps: cancelled", "next: cancelled", "third: cancelled", "fourth: cancelled"])
        #expect(!FileManager.default.fileExists(atPath: mark + ".next"))
        #expect(!FileManager.default.fileExists(atPath: mark + ".fourth"))
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: harness.folder.path).isEmpty)
    }

    @Test func `a thousand cached tasks are linked in one step`() async throws {
        let tasks = (0..<1000).map { "  t\($0): { run: 'echo \($0) > ${outputs.o}', outputs: [o] }" }.joined(
            separator: "\n"
        )
        let harness = try EngineHarness()
        let yaml = "pipeline: wide\ntasks:\n" + tasks
        let engine = harness.engine(places: 1)
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        // What an earlier run left: one cache entry for each identity.
        let definition = try PipelineDefinition(yaml: yaml)
        let earlier = try await engine.start(pipeline: "wide", reason: "", actor: "tester")
        let object = try harness.objects.put(Data("x".utf8))
        try await harness.database.write { transaction in
            for task in definition.tasks {
                let components = TaskComponents(
                    task: task,
                    parameters: [:],
                    code: nil,
                    inputs: [:],
                    python: ["version": "unknown"]
                )
                let identity = try components.identity()
                try transaction.execute(
                    "UPDATE pipeline_task SET state = 'succeeded', identity = ? WHERE run_id = ? AND task = ?",
                    [.digest(identity), .text(earlier), .text(task.name)]
                )
                try transaction.execute(
                    "INSERT INTO pipeline_output (run_id, task, name, digest, kind, bytes) VALUES (?, ?, 'o', ?, 'file', 1)",
                    [.text(earlier), .text(task.name), .digest(object.digest)]
                )
                try transaction.execute(
                    "INSERT INTO pipeline_cache (identity, run_id, task, created_at) VALUES (?, ?, ?, 0)",
                    [.digest(identity), .text(earlier), .text(task.name)]
                )
            }
            try transaction.execute("UPDATE pipeline_run SET state = 'succeeded', finished_at = 0")
        }
        let detail = try await harness.withEngine(engine) { engine in
            let id = try await engine.start(pipeline: "wide", reason: "", actor: "tester")
            return try await engine.waitForEnd(id)
        }
        #expect(detail.tasks.allSatisfy { $0.status.state == .cached && $0.cachedFrom == earlier })
        // One step is one transaction: every link stands at the same moment.
        #expect(Set(detail.tasks.map(\.finishedAt)).count == 1)
    }

    @Test func `a chain of a hundred process tasks runs each once, in order`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let tasks = (0..<100).map {
            "  t\($0): { run: echo \($0) >> \(ledger)\($0 == 0 ? "" : ", after: [t\($0 - 1)]") }"
        }
        let yaml = "pipeline: chain\ntasks:\n" + tasks.joined(separator: "\n")
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.tasks.allSatisfy { $0.status == TaskStatus(state: .succeeded, attempt: 1) })
        #expect(try String(contentsOfFile: ledger, encoding: .utf8) == (0..<100).map { "\($0)\n" }.joined())
    }
}
