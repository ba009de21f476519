import Primitives
import Testing

@testable import Pipelines

@Suite struct MappedRunTests {
    static let now = Timestamp(milliseconds: 1_000_000)

    /// A mapped task whose instances may be repeated once, and one that waits for it.
    private func machine(
        _ statuses: [String: TaskStatus] = [:],
        maps: [String: (count: Int, instances: [Int: TaskStatus])] = [:],
        cancelling: Bool = false
    ) throws -> RunMachine {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                parameters: { l: { type: list, default: [a, b, c] } }
                tasks:
                  m: { run: x, map: { over: params.l }, retries: { limit: 1, backoff_seconds: 1 } }
                  z: { run: x, after: [m] }
                """
        )
        return RunMachine(plan: RunPlan(definition), statuses: statuses, maps: maps, isCancelling: cancelling, seed: 1)
    }

    /// Starts the instance that begins next.
    private func start(_ machine: inout RunMachine) -> String? {
        guard let index = machine.nextInstance(of: "m") else { return nil }
        let name = "m[\(index)]"
        #expect(
            machine.apply(.started(name)).transitions == [TaskTransition(name, from: .ready, to: .running)]
        )
        return name
    }

    @Test func `instances begin in order, and the task is collected when the last is over`() throws {
        var machine = try machine()
        _ = machine.begin()
        #expect(machine.ready == ["m"])
        #expect(
            machine.apply(.expanded("m", count: 3))
                == RunStep(transitions: [TaskTransition("m", from: .ready, to: .running)])
        )
        #expect(machine.ready == [])
        #expect(machine.mapping == ["m"])
        #expect([start(&machine), start(&machine), start(&machine), start(&machine)] == ["m[0]", "m[1]", "m[2]", nil])
        #expect(machine.mapping == [])
        #expect(machine.running == ["m[0]", "m[1]", "m[2]"])
        #expect(machine.apply(.succeeded("m[1]", attempt: 1)).collect == [])
        #expect(machine.apply(.succeeded("m[0]", attempt: 1)).collect == [])
        #expect(
            machine.apply(.succeeded("m[2]", attempt: 1))
                == RunStep(transitions: [TaskTransition("m[2]", from: .running, to: .succeeded)], collect: ["m"])
        )
        #expect(
            machine.apply(.succeeded("m", attempt: 1)).transitions == [
                TaskTransition("m", from: .running, to: .succeeded), TaskTransition("z", from: .waiting, to: .ready),
            ]
        )
    }

    @Test func `each instance has its own attempts; one that fails for good fails the task after the others`() throws {
        var machine = try machine()
        _ = machine.begin()
        _ = machine.apply(.expanded("m", count: 2))
        for _ in 0..<2 { _ = start(&machine) }
        guard case .retrying = machine.apply(.failed("m[0]", attempt: 1, at: Self.now)).transitions.first?.to else {
            Issue.record("the first failure is repeated")
            return
        }
        #expect(machine.retrying.map(\.task) == ["m[0]"])
        #expect(machine.nextInstance(of: "m") == nil)
        _ = machine.apply(.retryDue("m[0]"))
        #expect(start(&machine) == "m[0]")
        #expect(machine["m[0]"] == TaskStatus(state: .running, attempt: 2))
        #expect(machine["m[1]"] == TaskStatus(state: .running, attempt: 1))
        #expect(machine.apply(.failed("m[0]", attempt: 2, at: Self.now)).collect == [])
        #expect(machine.apply(.succeeded("m[1]", attempt: 1)).collect == ["m"])
        #expect(machine.instances(of: "m")?.failures == 1)
        #expect(
            machine.apply(.mapFailed("m"))
                == RunStep(
                    transitions: [
                        TaskTransition("m", from: .running, to: .failed),
                        TaskTransition("z", from: .waiting, to: .skipped),
                    ],
                    outcome: .failed
                )
        )
    }

    @Test func `a task that cannot be collected fails at once, whatever its instances may repeat`() throws {
        var machine = try machine()
        _ = machine.begin()
        #expect(machine.apply(.expanded("m", count: 0)).collect == ["m"])
        #expect(machine.apply(.failed("m", attempt: 1, at: Self.now)).outcome == .failed)
    }

    @Test func `cancelling ends what runs, and makes no transition of what never began`() throws {
        var machine = try machine()
        _ = machine.begin()
        _ = machine.apply(.expanded("m", count: 50_000))
        _ = start(&machine)
        #expect(
            machine.apply(.cancel)
                == RunStep(transitions: [TaskTransition("z", from: .waiting, to: .cancelled)], stop: ["m[0]"])
        )
        #expect(
            machine.apply(.stopped("m[0]", attempt: 1))
                == RunStep(
                    transitions: [
                        TaskTransition("m[0]", from: .running, to: .cancelled),
                        TaskTransition("m", from: .running, to: .cancelled),
                    ],
                    outcome: .cancelled
                )
        )
    }

    @Test func `a machine restored from rows goes on with the instances that are left`() throws {
        var machine = try machine(
            ["m": .init(state: .running, attempt: 1)],
            maps: [
                "m": (
                    4,
                    [
                        0: .init(state: .succeeded, attempt: 1), 1: .init(state: .running, attempt: 1),
                        2: .init(state: .ready, attempt: 1, losses: 1),
                    ]
                )
            ]
        )
        #expect(machine.begin() == RunStep())
        #expect(machine.running == ["m[1]"])
        #expect([start(&machine), start(&machine), start(&machine)] == ["m[2]", "m[3]", nil])
        _ = machine.apply(.lost("m[1]", attempt: 1, counted: true))
        #expect(start(&machine) == "m[1]")
        var done = try self.machine(
            ["m": .init(state: .running, attempt: 1)],
            maps: ["m": (1, [0: .init(state: .cached)])]
        )
        #expect(done.begin().collect == ["m"])
        var cancelled = try self.machine(
            ["m": .init(state: .running, attempt: 1)],
            maps: ["m": (3, [:])],
            cancelling: true
        )
        #expect(cancelled.begin().outcome == .cancelled)
    }

    @Test func `an instance that is not there is no instance`() throws {
        var machine = try machine()
        _ = machine.begin()
        _ = machine.apply(.expanded("m", count: 1))
        for name in ["m[1]", "m[-1]", "m[x]", "m[]", "z[0]", "[0]", "m[0"] {
            #expect(machine[name] == nil)
            #expect(machine.apply(.started(name)) == RunStep())
        }
    }
}
