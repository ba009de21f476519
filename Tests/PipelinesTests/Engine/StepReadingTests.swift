import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct StepReadingTests {
    private static let yaml = """
        pipeline: p
        tasks:
          a: { run: "x > ${outputs.x}", outputs: [x] }
          b: { run: ":", inputs: { x: a.x }, when: "inputs.x.n > 1" }
          c: { run: ": ${map.item}", map: { over: a.x } }
        """

    @Test func `a step asks for what it must read, once, and decides when it is told; it reads nothing itself`()
        async throws
    {
        let harness = try EngineHarness(), engine = harness.engine(), objects = harness.objects
        let version = try await engine.apply(source: Self.yaml, code: [], actor: "tester")
        let id = try await engine.start(pipeline: "p", reason: "test", actor: "tester")
        // An object that is not there: whoever looked would fail the tasks.
        let output = TaskOutput(name: "x", digest: .sha256(of: Data("none".utf8)), kind: .file, bytes: 4)
        try await harness.database.write { transaction in
            _ = try transaction.execute(
                "UPDATE pipeline_task SET state = 'succeeded', attempt = 1, identity = ? WHERE task = 'a'",
                [.digest(output.digest)]
            )
            try PipelineStore.write([output], of: id, task: "a", in: transaction)
        }
        let run = try ActiveRun(try await engine.store.run(id), version)
        let asked = try await harness.database.write { transaction -> [[String]] in
            var stepper = RunStepper(
                transaction,
                objects: objects,
                now: Timestamp(milliseconds: 0),
                runs: [id: run],
                places: 2
            )
            stepper.readsLater = true
            var asked: [[String]] = []
            func note() {
                asked.append(
                    stepper.actions.map { action in
                        switch action {
                        case .read(let reading): "read \(reading.task)"
                        case .start(let order): "start \(order.task)"
                        default: "other"
                        }
                    }
                )
                stepper.actions = []
            }
            try stepper.take([.created(id)])
            try stepper.advance()
            note()
            try stepper.advance()
            note()
            let verdict = ConditionVerdict(holds: true, explanation: "")
            let rule = MapRule(source: .parameter("l"), limit: 10)
            let items = try MapItems(rule, parameters: ["l": ["one"]], outputs: [:], objects: objects)
            try stepper.take([
                .read(run: id, task: "b", .condition(.success(verdict))),
                .read(run: id, task: "c", .map(.success(items))),
            ])
            try stepper.advance()
            note()
            return asked
        }
        #expect(asked == [["read b", "read c"], [], ["start b", "start c[0]"]])
    }

    @Test func `what cannot be read fails the task, and no other`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            tasks:
              a: { run: "echo text > ${outputs.x}; echo '[1, 2]' > ${outputs.y}", outputs: [x, y] }
              b: { run: ":", inputs: { x: a.x }, when: "inputs.x.n > 1" }
              c: { run: ": ${map.item}", map: { over: a.x } }
              d: { run: ": ${map.item}", map: { over: a.y } }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.states == ["a: succeeded", "b: failed", "c: failed", "d: succeeded"])
        #expect(try detail.task("b").failure?.code == "task_condition_failed")
        #expect(try detail.task("c").failure?.code == "map_source_invalid")
    }
}
