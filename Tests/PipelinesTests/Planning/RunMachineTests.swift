import Primitives
import Testing

@testable import Pipelines

@Suite struct RunMachineTests {
    static let now = Timestamp(milliseconds: 1_000_000)

    /// a → b → d, a → c → d; b may be repeated once.
    static func diamond(_ statuses: [String: TaskStatus] = [:], cancelling: Bool = false) throws -> RunMachine {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: diamond
                tasks:
                  a: { run: x }
                  b: { run: x, after: [a], retries: { limit: 1, backoff_seconds: 2 } }
                  c: { run: x, after: [a] }
                  d: { run: x, after: [b, c] }
                """
        )
        return RunMachine(plan: RunPlan(definition), statuses: statuses, isCancelling: cancelling, seed: 7)
    }

    @Test func `a run goes through its tasks in the order of the edges`() throws {
        var machine = try Self.diamond()
        #expect(machine.begin() == RunStep(transitions: [TaskTransition("a", from: .waiting, to: .ready)]))
        #expect(machine.apply(.started("a")) == RunStep(transitions: [TaskTransition("a", from: .ready, to: .running)]))
        #expect(
            machine.apply(.succeeded("a", attempt: 1))
                == RunStep(transitions: [
                    TaskTransition("a", from: .running, to: .succeeded),
                    TaskTransition("b", from: .waiting, to: .ready),
                    TaskTransition("c", from: .waiting, to: .ready),
                ])
        )
        #expect(machine.ready == ["b", "c"])
        #expect(machine.apply(.hit("b")) == RunStep(transitions: [TaskTransition("b", from: .ready, to: .cached)]))
        _ = machine.apply(.started("c"))
        #expect(
            machine.apply(.succeeded("c", attempt: 1)).transitions.last
                == TaskTransition("d", from: .waiting, to: .ready)
        )
        _ = machine.apply(.started("d"))
        #expect(
            machine.apply(.succeeded("d", attempt: 1))
                == RunStep(transitions: [TaskTransition("d", from: .running, to: .succeeded)], outcome: .succeeded)
        )
    }

    @Test func `a failure is repeated after its back-off, then final, and skips what needs the task`() throws {
        var machine = try Self.diamond([
            "a": .init(state: .succeeded), "b": .init(state: .ready), "c": .init(state: .succeeded),
        ])
        _ = machine.apply(.started("b"))
        let step = machine.apply(.failed("b", attempt: 1, at: Self.now))
        let delay = Backoff.milliseconds(RetryPolicy(limit: 1, backoffSeconds: 2), failures: 1, seed: 7 ^ 2)
        #expect((2_000..<3_000).contains(delay))
        #expect(
            step.transitions == [
                TaskTransition("b", from: .running, to: .retrying(at: Self.now.advanced(byMilliseconds: delay)))
            ]
        )
        #expect(machine.apply(.started("b")) == RunStep())
        _ = machine.apply(.retryDue("b"))
        _ = machine.apply(.started("b"))
        #expect(
            machine.apply(.failed("b", attempt: 2, at: Self.now))
                == RunStep(
                    transitions: [
                        TaskTransition("b", from: .running, to: .failed),
                        TaskTransition("d", from: .waiting, to: .skipped),
                    ],
                    outcome: .failed
                )
        )
    }

    @Test func `lost attempts use up no retry, and the fifth fails the task`() throws {
        var machine = try Self.diamond([
            "a": .init(state: .succeeded), "b": .init(state: .ready), "c": .init(state: .succeeded),
        ])
        for attempt in 1...4 {
            _ = machine.apply(.started("b"))
            #expect(
                machine.apply(.lost("b", attempt: attempt, counted: true)).transitions
                    == [TaskTransition("b", from: .running, to: .ready)]
            )
        }
        _ = machine.apply(.started("b"))
        guard case .retrying = machine.apply(.failed("b", attempt: 5, at: Self.now)).transitions.first?.to else {
            Issue.record("the first failure of its own must be repeated")
            return
        }
        _ = machine.apply(.retryDue("b"))
        _ = machine.apply(.started("b"))
        #expect(machine.apply(.lost("b", attempt: 6, counted: true)).outcome == .failed)
        #expect(machine["b"] == TaskStatus(state: .failed, attempt: 6, losses: 5))
    }

    @Test func `a loss in good order never fails a task`() throws {
        var machine = try Self.diamond()
        _ = machine.begin()
        for attempt in 1...20 {
            _ = machine.apply(.started("a"))
            #expect(machine.apply(.lost("a", attempt: attempt, counted: false)).outcome == nil)
        }
        #expect(machine.ready == ["a"])
    }

    @Test func `an attempt that was given up cannot report`() throws {
        var machine = try Self.diamond()
        _ = machine.begin()
        _ = machine.apply(.started("a"))
        _ = machine.apply(.lost("a", attempt: 1, counted: true))
        _ = machine.apply(.started("a"))
        #expect(machine.apply(.succeeded("a", attempt: 1)) == RunStep())
        #expect(machine.apply(.failed("a", attempt: 1, at: Self.now)) == RunStep())
        #expect(machine["a"] == TaskStatus(state: .running, attempt: 2, losses: 1))
    }

    @Test func `a cancelled run starts nothing, ends what runs, and is over when that has ended`() throws {
        var machine = try Self.diamond([
            "a": .init(state: .succeeded), "b": .init(state: .running, attempt: 1), "c": .init(state: .ready),
        ])
        #expect(
            machine.apply(.cancel)
                == RunStep(
                    transitions: [
                        TaskTransition("c", from: .ready, to: .cancelled),
                        TaskTransition("d", from: .waiting, to: .cancelled),
                    ],
                    stop: ["b"]
                )
        )
        #expect(machine.apply(.started("c")) == RunStep())
        #expect(
            machine.apply(.failed("b", attempt: 1, at: Self.now))
                == RunStep(transitions: [TaskTransition("b", from: .running, to: .cancelled)], outcome: .cancelled)
        )
        #expect(machine.apply(.cancel) == RunStep())
    }

    @Test func `a machine restored from rows goes on where the rows stand`() throws {
        var machine = try Self.diamond(["a": .init(state: .cached), "b": .init(state: .failed, attempt: 2)])
        #expect(
            machine.begin().transitions == [
                TaskTransition("c", from: .waiting, to: .ready), TaskTransition("d", from: .waiting, to: .skipped),
            ]
        )
        var cancelled = try Self.diamond(["a": .init(state: .succeeded)], cancelling: true)
        #expect(cancelled.begin().outcome == .cancelled)
    }

    @Test func `a chain as long as the bound is walked to its end`() throws {
        let tasks = (0..<1000).map { "  t\($0): { run: x\($0 == 0 ? "" : ", after: [t\($0 - 1)]") }" }.joined(
            separator: "\n"
        )
        let plan = RunPlan(try PipelineDefinition(yaml: "pipeline: chain\ntasks:\n" + tasks))
        var machine = RunMachine(plan: plan, seed: 1)
        _ = machine.begin()
        var outcome: RunState?
        while let task = machine.ready.first { outcome = machine.apply(.hit(task)).outcome }
        #expect(outcome == .succeeded)
        var failing = RunMachine(plan: plan, seed: 1)
        _ = failing.begin()
        _ = failing.apply(.started("t0"))
        let step = failing.apply(.failed("t0", attempt: 1, at: Self.now))
        #expect(step.transitions.count == 1000)
        #expect(step.outcome == .failed)
    }

    @Test func `back-off doubles with jitter up to half, from the seed alone, up to an hour`() {
        let policy = RetryPolicy(limit: 10, backoffSeconds: 1)
        for failures in 1...8 {
            let base = Int64(1000) << Int64(failures - 1)
            let delay = Backoff.milliseconds(policy, failures: failures, seed: 42)
            #expect((base...(base * 3 / 2)).contains(delay))
            #expect(delay == Backoff.milliseconds(policy, failures: failures, seed: 42))
        }
        #expect(
            Backoff.milliseconds(policy, failures: 1, seed: 1) != Backoff.milliseconds(policy, failures: 1, seed: 2)
        )
        #expect(Backoff.milliseconds(policy, failures: 60, seed: 42) == 3_600_000)
    }
}
