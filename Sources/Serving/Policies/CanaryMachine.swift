import Primitives

/// A canary's life as a pure state machine: what happened goes in, a decision comes out.
///
/// A step is judged when the canary has answered the step's requests, its time has passed and, where agreement is wanted,
/// enough answers were compared. It is cut short as soon as it can no longer pass: when more requests failed than the whole
/// step may have.
package struct CanaryMachine: Sendable, Hashable {
    /// Where it stands.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        /// A step is under way.
        case running
        /// Every step passed; the canary is being deployed.
        case promoting
        /// The canary is what is deployed.
        case promoted
        /// Every step passed; the canary stays at its last share.
        case held
        /// A step failed; the stable version answers everything.
        case rolledBack = "rolled_back"
    }

    /// What happened.
    package enum Event: Sendable, Hashable {
        /// The canary answered after that many milliseconds.
        case answered(milliseconds: Double)
        /// The canary failed by its own fault.
        case failed
        /// The canary's answer was compared with the stable version's.
        case compared(agrees: Bool)
        /// Time passed.
        case tick
    }

    /// What is to be done.
    package enum Decision: Sendable, Hashable {
        case advance(step: Int)
        case promote
        case hold
        case rollBack(reason: String)
    }

    /// What a step has seen.
    package struct Window: Sendable, Hashable {
        /// Requests that the canary answered.
        package var answered = 0
        /// Requests that it failed.
        package var failed = 0
        /// Answers compared.
        package var compared = 0
        /// Answers that were the same.
        package var agreed = 0
        /// Answered requests that took longer than the policy's 95th percentile may be.
        package var slow = 0
    }

    /// The canary's part of the policy.
    package let plan: EndpointPolicy.Canary
    /// The step under way, from 0.
    package private(set) var step: Int
    /// Where it stands.
    package private(set) var phase: Phase
    /// Why it was rolled back; else empty.
    package private(set) var reason: String
    /// What the step has seen.
    package private(set) var window = Window()
    private var stepBegan: Timestamp

    /// Begins, or goes on where a restart left it; the step's counts begin anew then.
    package init(
        _ plan: EndpointPolicy.Canary,
        step: Int = 0,
        phase: Phase = .running,
        reason: String = "",
        at now: Timestamp
    ) {
        self.plan = plan
        self.step = min(max(0, step), plan.steps.count - 1)
        self.phase = phase
        self.reason = reason
        stepBegan = now
    }

    /// The share of requests that the canary answers now.
    package var share: Double {
        switch phase {
        case .running, .promoting, .held: plan.steps[step].share
        case .promoted, .rolledBack: 0
        }
    }

    /// Takes in what happened; nil when nothing is to be done.
    package mutating func take(_ event: Event, at now: Timestamp) -> Decision? {
        guard phase == .running else { return nil }
        switch event {
        case .answered(let milliseconds):
            window.answered += 1
            if let bound = plan.maximumP95Milliseconds, milliseconds > bound { window.slow += 1 }
        case .failed: window.failed += 1
        case .compared(let agrees):
            window.compared += 1
            if agrees { window.agreed += 1 }
        case .tick: break
        }
        return decide(at: now)
    }

    /// The canary was deployed.
    package mutating func didPromote() { phase = .promoted }

    private mutating func decide(at now: Timestamp) -> Decision? {
        let current = plan.steps[step]
        let total = window.answered + window.failed
        let allowed = Int(plan.maximumErrorRate * Double(max(total, current.requests)))
        if window.failed > allowed {
            return rollBack(
                "\(window.failed) of \(total) requests failed; the step accepts \(allowed) of \(max(total, current.requests))"
            )
        }
        guard total >= current.requests,
            now.milliseconds - stepBegan.milliseconds >= Int64(current.seconds) * 1000,
            plan.minimumAgreement == nil || window.compared >= plan.agreementSamples
        else { return nil }
        // The 95th percentile is over the bound exactly when more than one in twenty is.
        if let bound = plan.maximumP95Milliseconds, window.slow * 20 > window.answered {
            return rollBack(
                "\(window.slow) of \(window.answered) answers took longer than \(Self.plain(bound)) ms; "
                    + "the policy accepts one in twenty"
            )
        }
        if let bound = plan.minimumAgreement, Double(window.agreed) < bound * Double(window.compared) {
            return rollBack(
                "\(window.agreed) of \(window.compared) answers agree; the policy wants \(Self.plain(bound * 100)) %"
            )
        }
        guard step + 1 < plan.steps.count else {
            phase = plan.promotes ? .promoting : .held
            return plan.promotes ? .promote : .hold
        }
        step += 1
        window = Window()
        stepBegan = now
        return .advance(step: step)
    }

    private mutating func rollBack(_ why: String) -> Decision {
        phase = .rolledBack
        reason = why
        return .rollBack(reason: why)
    }

    private static func plain(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
