import Primitives
import Testing

@testable import Serving

struct CanaryMachineTests {
    private static let start = Timestamp(milliseconds: 1_000_000)

    private func plan(
        _ steps: [(Double, Int, Int)] = [(0.1, 20, 0), (0.5, 40, 0)],
        errors: Double = 0.1,
        p95: Double? = nil,
        agreement: Double? = nil,
        promotes: Bool = true
    ) -> EndpointPolicy.Canary {
        .init(
            target: .init(reference: .version(model: "intent", version: 2), variant: nil),
            by: .request,
            steps: steps.map { .init(share: $0.0, requests: $0.1, seconds: $0.2) },
            maximumErrorRate: errors,
            maximumP95Milliseconds: p95,
            minimumAgreement: agreement,
            agreementSamples: 10,
            promotes: promotes
        )
    }

    private func run(_ machine: inout CanaryMachine, _ events: [CanaryMachine.Event]) -> [CanaryMachine.Decision] {
        events.compactMap { machine.take($0, at: Self.start) }
    }

    private func answers(_ count: Int, _ milliseconds: Double = 5) -> [CanaryMachine.Event] {
        Array(repeating: .answered(milliseconds: milliseconds), count: count)
    }

    @Test func `A canary that does well goes through its steps and is promoted`() {
        var machine = CanaryMachine(plan(), at: Self.start)
        #expect(machine.share == 0.1)
        #expect(run(&machine, answers(20)) == [.advance(step: 1)])
        #expect(machine.share == 0.5)
        #expect(run(&machine, answers(40)) == [.promote])
        #expect(machine.phase == .promoting)
        machine.didPromote()
        #expect(machine.share == 0)
    }

    @Test func `A canary without promotion stays at its last share`() {
        var machine = CanaryMachine(plan([(0.25, 5, 0)], promotes: false), at: Self.start)
        #expect(run(&machine, answers(50)) == [.hold])
        #expect(machine.share == 0.25)
    }

    @Test func `A step is cut short as soon as it can no longer pass, and not before`() {
        var machine = CanaryMachine(plan(), at: Self.start)
        #expect(run(&machine, [.failed, .failed]) == [])
        #expect(run(&machine, [.failed]) == [.rollBack(reason: "3 of 3 requests failed; the step accepts 2 of 20")])
        #expect(machine.share == 0 && machine.phase == .rolledBack)
        #expect(run(&machine, answers(100) + [.failed]) == [])
    }

    @Test func `One answer in twenty may be slow`() {
        var good = CanaryMachine(plan([(0.1, 40, 0)], p95: 100), at: Self.start)
        #expect(run(&good, answers(2, 900) + answers(38, 100)) == [.promote])
        var bad = CanaryMachine(plan([(0.1, 40, 0)], p95: 100), at: Self.start)
        let decisions = run(&bad, answers(3, 900) + answers(37, 100))
        #expect(
            decisions == [
                .rollBack(reason: "3 of 40 answers took longer than 100.0 ms; the policy accepts one in twenty")
            ]
        )
    }

    @Test func `Agreement is judged when enough answers were compared`() {
        var machine = CanaryMachine(plan([(0.1, 5, 0)], agreement: 0.9), at: Self.start)
        #expect(run(&machine, answers(50)) == [])
        let compared = [Bool](repeating: true, count: 8) + [false, false]
        let decisions = run(&machine, compared.map { .compared(agrees: $0) })
        #expect(decisions == [.rollBack(reason: "8 of 10 answers agree; the policy wants 90.0 %")])
    }

    @Test func `A step lasts as long as it must`() {
        var machine = CanaryMachine(plan([(0.1, 5, 60)]), at: Self.start)
        #expect(run(&machine, answers(500)) == [])
        #expect(machine.take(.tick, at: Self.start.advanced(byMilliseconds: 59_999)) == nil)
        #expect(machine.take(.tick, at: Self.start.advanced(byMilliseconds: 60_000)) == .promote)
    }

    /// The share of canaries that are promoted, over seeded runs.
    private func promoted(errorRate: Double) -> Double {
        var seed: UInt64 = 17
        func next() -> Double {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(seed >> 11) * 0x1p-53
        }
        let runs = 200
        let good = (0..<runs).filter { _ in
            var machine = CanaryMachine(plan([(0.1, 200, 0), (0.5, 400, 0)], errors: 0.05), at: Self.start)
            while machine.phase == .running {
                _ = machine.take(next() < errorRate ? .failed : .answered(milliseconds: 1), at: Self.start)
            }
            return machine.phase == .promoting
        }
        return Double(good.count) / Double(runs)
    }

    @Test func `Sample sizes tell a good canary from a bad one`() {
        #expect(promoted(errorRate: 0.01) > 0.98)
        #expect(promoted(errorRate: 0.15) < 0.02)
    }

    @Test func `A restart goes on at the step, with counts of its own`() {
        var machine = CanaryMachine(plan(), step: 1, at: Self.start)
        #expect(machine.share == 0.5)
        #expect(run(&machine, answers(40)) == [.promote])
        #expect(CanaryMachine(plan(), step: 99, at: Self.start).step == 1)
    }
}
