import Primitives
import Synchronization

/// A policy at work: its loaded versions, its buckets, its canary and its counts. An endpoint without a policy has none.
package final class EndpointGate: Sendable {
    /// The policy.
    package let policy: EndpointPolicy
    /// Which version of the endpoint's policy this is, from 1.
    package let version: Int
    /// The versions of the split's arms, by the arm's name; the arm of the deployed version is not among them.
    let arms: [String: LoadedTarget]
    /// The canary's version; nil when it is over.
    let canary: LoadedTarget?
    /// The shadow's version.
    let shadow: LoadedTarget?
    /// The versions of the fallback's steps, by the step's place; that of `last_good` is kept apart.
    private let fallbacks: [Int: LoadedTarget]

    private struct State {
        var lastGood: LoadedTarget?
        var throttle: ThrottleState
        var canary: CanaryMachine?
        var counts = GatewayCounts()
    }

    private let state: Mutex<State>
    private let decided: @Sendable (CanaryMachine.Decision) -> Void

    /// Puts a policy to work.
    ///
    /// - Parameters:
    ///   - machine: the canary, where it stands; nil without one.
    ///   - seconds: a steady clock's reading.
    ///   - decided: told what the canary's machine decides; must not block.
    init(
        policy: EndpointPolicy,
        version: Int,
        targets: GateTargets,
        machine: CanaryMachine?,
        seconds: Double,
        decided: @escaping @Sendable (CanaryMachine.Decision) -> Void
    ) {
        self.policy = policy
        self.version = version
        arms = targets.arms
        canary = targets.canary
        shadow = targets.shadow
        fallbacks = targets.fallbacks
        self.decided = decided
        let throttle = ThrottleState(endpoint: policy.endpointLimit, principal: policy.principalLimit, at: seconds)
        state = Mutex(State(lastGood: targets.lastGood, throttle: throttle, canary: machine))
    }

    /// What the policy did.
    package var counts: GatewayCounts { state.withLock { $0.counts } }

    /// The canary, where it stands; nil without one.
    package var canaryMachine: CanaryMachine? { state.withLock { $0.canary } }

    /// The version that answered before the deployed one; nil when there was none, or no step of the policy asks for it.
    var lastGood: LoadedTarget? {
        get { state.withLock { $0.lastGood } }
        set {
            guard policy.fallback?.steps.contains(.lastGood) == true else { return }
            state.withLock { $0.lastGood = newValue }
        }
    }

    /// The version of a fallback's step.
    func fallback(_ step: EndpointPolicy.Fallback.Step, at place: Int) -> LoadedTarget? {
        step == .lastGood ? lastGood : fallbacks[place]
    }

    /// Every version that it holds, so that the next policy need not load them again.
    var loaded: [LoadedTarget] {
        Array(arms.values) + Array(fallbacks.values) + [canary, shadow, lastGood].compactMap { $0 }
    }

    /// A request that was let in.
    struct Admission: Sendable {
        /// The name of the arm that answers.
        let arm: String
        /// The arm's version; nil for the one that is deployed.
        let target: LoadedTarget?
        /// What `leave` needs.
        let throttleKey: String?
        /// What the request was split by.
        let key: String
    }

    /// Lets a request in and chooses its arm.
    ///
    /// - Throws: `endpoint_draining`, `request_shed`, `throttled`.
    func admit(_ caller: Caller, key newKey: () -> String, waiting: Int, seconds: Double) throws -> Admission {
        if policy.drain {
            throw refuse(PlatformError(.endpointDraining, "The endpoint '\(policy.endpoint)' takes no new requests."))
        }
        if let bound = policy.shed[caller.priority], waiting > bound {
            throw refuse(
                PlatformError(
                    .requestShed,
                    "\(waiting) requests wait; of priority '\(caller.priority.rawValue)' none is taken above \(bound).",
                    nextStep: "Try again after the seconds in Retry-After."
                )
            )
        }
        let by = policy.canary?.by ?? policy.split?.by ?? .request
        let key = by == .principal && !caller.principal.isEmpty ? caller.principal : caller.requestID ?? newKey()
        let place = StickyHash.place(endpoint: policy.endpoint, key: key)
        let entry: (Result<String?, ThrottleState.Refusal>, isCanary: Bool) = state.withLock { state in
            (state.throttle.enter(caller.principal, at: seconds), place < state.canary?.share ?? 0)
        }
        switch entry.0 {
        case .failure(let refusal): throw refuse(Self.throttled(refusal, policy.endpoint))
        case .success(let throttleKey):
            if entry.isCanary, let canary {
                return Admission(arm: "canary", target: canary, throttleKey: throttleKey, key: key)
            }
            guard let split = policy.split else {
                return Admission(arm: "stable", target: nil, throttleKey: throttleKey, key: key)
            }
            let arm = split.arms[StickyHash.arm(at: place, weights: split.arms.map(\.weight))]
            // An arm whose version could not be loaded after a restart is answered by the deployed one.
            if arm.target != nil, arms[arm.name] == nil {
                return Admission(arm: "stable", target: nil, throttleKey: throttleKey, key: key)
            }
            return Admission(arm: arm.name, target: arms[arm.name], throttleKey: throttleKey, key: key)
        }
    }

    /// Ends a request that was let in.
    func leave(_ admission: Admission) { state.withLock { $0.throttle.leave(admission.throttleKey) } }

    private static func throttled(_ refusal: ThrottleState.Refusal, _ endpoint: String) -> PlatformError {
        PlatformError(
            .throttled,
            refusal.isPrincipal
                ? "The caller asks '\(endpoint)' more often than its policy lets one caller."
                : "The endpoint '\(endpoint)' is asked more often than its policy lets all callers.",
            nextStep: "Try again after the seconds in Retry-After.",
            context: ["retry_after_seconds": String(min(3600, max(1, Int(refusal.seconds.rounded(.up)))))]
        )
    }

    private func refuse(_ error: PlatformError) -> PlatformError {
        state.withLock { $0.counts.refused[error.code.name, default: 0] += 1 }
        return error
    }
}

/// The loaded versions of a policy.
struct GateTargets: Sendable {
    var arms: [String: LoadedTarget] = [:]
    var canary: LoadedTarget?
    var shadow: LoadedTarget?
    var fallbacks: [Int: LoadedTarget] = [:]
    var lastGood: LoadedTarget?
}

extension EndpointGate {
    /// Counts an arm's answer.
    func answered(_ arm: String, milliseconds: Double, at now: Timestamp) {
        note(arm, now, .answered(milliseconds: milliseconds)) { counts in
            counts.answered += 1
            counts.totalMilliseconds += milliseconds
        }
    }

    /// Counts an arm's own failure.
    func failed(_ arm: String, at now: Timestamp) {
        note(arm, now, .failed) { $0.failed += 1 }
    }

    /// Counts a fallback's answer.
    func fellBack(_ cause: EndpointPolicy.Fallback.Cause, to step: String?) {
        state.withLock { state in
            state.counts.causes[cause.rawValue, default: 0] += 1
            if let step { state.counts.fallbacks[step, default: 0] += 1 }
        }
    }

    /// Counts what came of a shadow request; nil when it failed.
    func compared(_ agrees: Bool?) {
        state.withLock { state in
            if let agrees {
                state.counts.compared += 1
                if agrees { state.counts.agreed += 1 }
            } else {
                state.counts.shadowFailed += 1
            }
        }
    }

    /// Counts a shadow request that was left out.
    func shadowDropped() { state.withLock { $0.counts.shadowDropped += 1 } }

    /// Counts a comparison of the canary with the stable version.
    func canaryCompared(_ agrees: Bool, at now: Timestamp) { tell(.compared(agrees: agrees), at: now) }

    /// Lets time pass for the canary.
    func tick(at now: Timestamp) { tell(.tick, at: now) }

    /// The canary was deployed.
    func canaryWasPromoted() { state.withLock { $0.canary?.didPromote() } }

    private func tell(_ event: CanaryMachine.Event, at now: Timestamp) {
        let decision = state.withLock { $0.canary?.take(event, at: now) }
        if let decision { decided(decision) }
    }

    private func note(
        _ arm: String,
        _ now: Timestamp,
        _ event: CanaryMachine.Event,
        _ change: (inout GatewayCounts.Arm) -> Void
    ) {
        let decision: CanaryMachine.Decision? = state.withLock { state in
            change(&state.counts.arms[arm, default: .init()])
            if let experiment = policy.split?.experiment, state.counts.experiment == nil {
                let counts =
                    policy.split?.arms.filter { $0.weight > 0 }.map { state.counts.arms[$0.name] ?? .init() } ?? []
                if counts.allSatisfy({ $0.answered + $0.failed >= experiment.minimumRequests }) {
                    state.counts.experiment = state.counts.arms
                }
            }
            return arm == "canary" ? state.canary?.take(event, at: now) : nil
        }
        if let decision { decided(decision) }
    }
}
