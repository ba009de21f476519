import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct ConditionalRunTests {
    private static let yaml = """
        pipeline: conditional
        parameters: { least: { type: number, default: 0.8 } }
        tasks:
          train:
            run: echo '{"accuracy":0.9}' > ${outputs.metrics}
            outputs: [metrics]
          deploy:
            inputs: { metrics: train.metrics }
            when: inputs.metrics.accuracy >= params.least
            run: cp ${inputs.metrics} ${outputs.receipt}
            outputs: [receipt]
          announce:
            after: [deploy]
            run: "true"
          report:
            inputs: { receipt: deploy.receipt, metrics: train.metrics }
            join: any
            run: if [ -e ${inputs.receipt} ]; then echo out > ${outputs.text}; else echo kept > ${outputs.text}; fi
            outputs: [text]
        """

    @Test func `a task runs when its condition holds, and is left out with what follows when it does not`() async throws
    {
        let harness = try EngineHarness()
        let (yes, no, again) = try await harness.withEngine { engine in
            let yes = try await harness.run(Self.yaml, on: engine)
            let no = try await harness.run(Self.yaml, parameters: ["least": 0.95], on: engine)
            return (yes, no, try await harness.run(Self.yaml, on: engine))
        }
        #expect(yes.states == ["train: succeeded", "deploy: succeeded", "announce: succeeded", "report: succeeded"])
        #expect(no.run.state == .succeeded)
        #expect(no.states == ["train: cached", "deploy: skipped", "announce: skipped", "report: succeeded"])
        #expect(
            try no.task("deploy").skipReason
                == "'inputs.metrics.accuracy >= params.least' does not hold: "
                + "inputs.metrics.accuracy is 0.9, params.least is 0.95."
        )
        #expect(try no.task("announce").skipReason == "Task 'deploy' was skipped.")
        #expect(try no.task("deploy").failure == nil)
        let text = try #require(no.outputs["report"]?.first)
        #expect(try harness.objects.data(text.digest, upTo: 100) == Data("kept\n".utf8))
        #expect(again.states == ["train: cached", "deploy: cached", "announce: cached", "report: cached"])
        #expect(
            try await harness.events().filter { $0.contains("skipped") } == [
                "pipeline.task.skipped deploy", "pipeline.task.skipped announce",
            ]
        )
    }

    @Test func `a task that wants the others over runs after a failure, which it can see`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            try await harness.run(
                """
                pipeline: p
                tasks:
                  a: { run: exit 3 }
                  b: { run: "true", after: [a] }
                  clean: { run: "true", after: [a, b], join: over, when: tasks.a.state == 'failed' }
                  other: { run: "true", after: [a], join: over, when: tasks.a.state == 'cached' }
                """,
                on: engine
            )
        }
        #expect(detail.run.state == .failed)
        #expect(detail.states == ["a: failed", "b: skipped", "clean: succeeded", "other: skipped"])
        #expect(try detail.task("b").skipReason == "Task 'a' failed.")
        #expect(try detail.task("b").status.state == .skipped)
        #expect(try detail.task("other").status.state == .excused)
    }

    @Test func `a condition that cannot be decided fails its task and says why`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            try await harness.run(
                """
                pipeline: p
                tasks:
                  a: { run: "echo no json > ${outputs.o}", outputs: [o] }
                  b: { run: "true", inputs: { o: a.o }, when: inputs.o.x == 1 }
                """,
                on: engine
            )
        }
        #expect(detail.states == ["a: succeeded", "b: failed"])
        #expect(try detail.task("b").failure?.code == "task_condition_failed")
        #expect(try detail.task("b").status.attempt == 0)
    }

    @Test func `a restart between the tasks comes to the same decisions`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            tasks:
              a: { run: "sleep 0.2; echo '{\\"go\\":false}' > ${outputs.o}", outputs: [o], cache: false }
              b: { run: "true", inputs: { o: a.o }, when: inputs.o.go }
              c: { run: "true", after: [b] }
              d: { run: "true", after: [a, b], join: any }
            """
        let id = try await harness.withEngine { engine in
            _ = try await engine.apply(source: yaml, code: [], actor: "t")
            let id = try await engine.start(pipeline: "p", reason: "", actor: "t")
            _ = try await engine.wait(id) { $0.tasks[0].status.state == .running }
            return id
        }
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(detail.states == ["a: succeeded", "b: skipped", "c: skipped", "d: succeeded"])
        #expect(detail.run.state == .succeeded)
    }

    @Test func `another engine is told that a task is left out, and why`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        _ = try await engine.apply(
            source: """
                pipeline: p
                parameters: { go: { type: boolean, default: false } }
                tasks:
                  a: { run: x, when: params.go }
                  b: { run: x, after: [a] }
                """,
            code: [],
            actor: "t"
        )
        let run = try await engine.startExternal(
            pipeline: "p",
            engine: "airflow",
            externalID: "r",
            parameters: [:],
            actor: "t"
        )
        for (task, reason) in [("a", "'params.go' does not hold: params.go is false."), ("b", "Task 'a' was skipped.")]
        {
            guard case .skipped(let said) = try await engine.claim(run: run, task: task) else {
                throw PlatformError(.internalError, "\(task) is not skipped")
            }
            #expect(said == reason)
        }
        #expect(try await engine.store.run(run).run.state == .succeeded)
    }
}
