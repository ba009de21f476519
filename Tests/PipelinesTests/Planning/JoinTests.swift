import Primitives
import Testing

@testable import Pipelines

@Suite struct JoinTests {
    /// Two tasks, and one that waits for both.
    private func machine(_ rule: JoinRule) throws -> RunMachine {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                tasks:
                  a: { run: x }
                  b: { run: x }
                  c: { run: x, after: [a, b], join: \(rule.rawValue) }
                  d: { run: x, after: [c] }
                """
        )
        var machine = RunMachine(plan: RunPlan(definition), seed: 1)
        _ = machine.begin()
        return machine
    }

    private enum End: CaseIterable { case good, bad, excused }

    private func end(_ task: String, _ end: End, _ machine: inout RunMachine) {
        switch end {
        case .good: _ = machine.apply(.hit(task))
        case .bad: _ = machine.apply(.refused(task))
        case .excused: _ = machine.apply(.excused(task))
        }
    }

    @Test func `where a task goes follows from how the others ended, and not from which ended first`() throws {
        for rule in JoinRule.allCases {
            for first in End.allCases {
                for second in End.allCases {
                    var one = try machine(rule), other = try machine(rule)
                    end("a", first, &one)
                    end("b", second, &one)
                    end("b", second, &other)
                    end("a", first, &other)
                    #expect(one["c"] == other["c"])
                    #expect(one["d"] == other["d"])
                    let expected: TaskState =
                        switch (rule, first, second) {
                        case (.over, _, _): .ready
                        case (_, .bad, _), (_, _, .bad): .skipped
                        case (_, .excused, .excused), (.all, .excused, _), (.all, _, .excused): .excused
                        default: .ready
                        }
                    #expect(one["c"]?.state == expected, "\(rule) \(first) \(second)")
                    #expect(one["d"]?.state == (expected == .ready ? .waiting : expected))
                }
            }
        }
    }

    @Test func `a run in which tasks were left out has succeeded, one with a failure has not`() throws {
        var machine = try machine(.all)
        _ = machine.apply(.excused("a"))
        #expect(
            machine.apply(.hit("b"))
                == RunStep(
                    transitions: [
                        TaskTransition("b", from: .ready, to: .cached),
                        TaskTransition("c", from: .waiting, to: .excused),
                        TaskTransition("d", from: .waiting, to: .excused),
                    ],
                    outcome: .succeeded
                )
        )
        var failing = try self.machine(.over)
        _ = failing.apply(.refused("a"))
        _ = failing.apply(.excused("b"))
        _ = failing.apply(.hit("c"))
        #expect(failing.apply(.hit("d")).outcome == .failed)
    }

    @Test func `a machine restored in the middle decides as one that was never stopped`() throws {
        let plan = RunPlan(
            try PipelineDefinition(
                yaml: """
                    pipeline: p
                    tasks:
                      a: { run: x }
                      b: { run: x }
                      c: { run: x, after: [a, b], join: any }
                    """
            )
        )
        var machine = RunMachine(
            plan: plan,
            statuses: ["a": .init(state: .excused), "b": .init(state: .succeeded, attempt: 1)],
            seed: 1
        )
        #expect(machine.begin().transitions == [TaskTransition("c", from: .waiting, to: .ready)])
        var waiting = RunMachine(plan: plan, statuses: ["a": .init(state: .excused)], seed: 1)
        #expect(waiting.begin().transitions == [TaskTransition("b", from: .waiting, to: .ready)])
    }

    @Test func `cancelling leaves no task that still waits for an end`() throws {
        var machine = try machine(.over)
        _ = machine.apply(.refused("a"))
        #expect(machine.apply(.cancel).outcome == .cancelled)
        #expect(machine["c"]?.state == .cancelled)
    }
}
