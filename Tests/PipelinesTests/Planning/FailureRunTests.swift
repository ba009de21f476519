import Primitives
import Testing

@testable import Pipelines

@Suite struct FailureRunTests {
    /// Two tasks, one that waits for both, and two for a failure.
    private func machine(isExpired: Bool = false, _ statuses: [String: TaskStatus] = [:]) throws -> RunMachine {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                tasks: { a: { run: x }, b: { run: x }, c: { run: x, after: [a, b] } }
                on_failure: { tell: { run: y }, then: { run: z, after: [tell] } }
                """
        )
        return RunMachine(plan: RunPlan(definition), statuses: statuses, isExpired: isExpired, seed: 1)
    }

    private func states(_ machine: RunMachine) -> String {
        ["a", "b", "c", "tell", "then"].map { machine[$0]?.state.name ?? "?" }.joined(separator: " ")
    }

    @Test func `tasks for a failure begin when all others are over, and change nothing about the outcome`() throws {
        var machine = try machine()
        _ = machine.begin()
        _ = machine.apply(.started("b"))
        #expect(machine.apply(.refused("a")).outcome == nil)
        #expect(states(machine) == "failed running skipped waiting waiting")
        _ = machine.apply(.succeeded("b", attempt: 1))
        #expect(states(machine) == "failed succeeded skipped ready waiting")
        #expect(machine.failed == ["a"])
        _ = machine.apply(.started("tell"))
        _ = machine.apply(.succeeded("tell", attempt: 1))
        _ = machine.apply(.started("then"))
        #expect(machine.apply(.succeeded("then", attempt: 1)).outcome == .failed)
    }

    @Test func `they are left out when the run ended well`() throws {
        var machine = try machine()
        _ = machine.begin()
        for task in ["a", "b"] { _ = machine.apply(.hit(task)) }
        #expect(machine.apply(.hit("c")).outcome == .succeeded)
        #expect(states(machine) == "cached cached cached skipped skipped")
        #expect(machine["tell"]?.state == .excused)
    }

    @Test func `a cancellation ends them too; after a failure the run stays failed`() throws {
        var early = try machine(), late = try machine()
        _ = early.begin()
        _ = late.begin()
        #expect(early.apply(.cancel).outcome == .cancelled)
        #expect(states(early) == "cancelled cancelled cancelled cancelled cancelled")
        for task in ["a", "b"] { _ = late.apply(.refused(task)) }
        _ = late.apply(.started("tell"))
        #expect(late.apply(.cancel).stop == ["tell"])
        #expect(late.apply(.stopped("tell", attempt: 1)).outcome == .failed)
    }

    @Test func `a deadline ends the tasks, and those for a failure follow`() throws {
        var machine = try machine()
        _ = machine.begin()
        _ = machine.apply(.started("a"))
        #expect(machine.canExpire)
        #expect(machine.apply(.expire).stop == ["a"])
        #expect(!machine.canExpire)
        #expect(states(machine) == "running cancelled cancelled waiting waiting")
        _ = machine.apply(.stopped("a", attempt: 1))
        #expect(states(machine) == "cancelled cancelled cancelled ready waiting")
        _ = machine.apply(.started("tell"))
        #expect(machine.apply(.failed("tell", attempt: 1, at: Timestamp(milliseconds: 0))).outcome == .failed)
        #expect(states(machine) == "cancelled cancelled cancelled failed skipped")
    }

    @Test func `a run whose deadline passed before a restart is ended after it`() throws {
        var machine = try machine(
            isExpired: true,
            ["a": TaskStatus(state: .running, attempt: 1), "b": TaskStatus(state: .succeeded, attempt: 1)]
        )
        #expect(machine.begin().stop == ["a"])
        _ = machine.apply(.lost("a", attempt: 1, counted: true))
        #expect(states(machine) == "cancelled succeeded cancelled ready waiting")
    }

    @Test func `the bound is of the tasks, not of what follows a failure`() throws {
        var machine = try machine()
        _ = machine.begin()
        for task in ["a", "b"] { _ = machine.apply(.refused(task)) }
        #expect(!machine.canExpire)
        #expect(machine.apply(.expire).transitions.isEmpty)
    }
}
