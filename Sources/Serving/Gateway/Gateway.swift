import Primitives

/// Answers a request by its endpoint's policy: admission, arm, time-out, fallback, shadow.
struct Gateway: Sendable {
    let pool: WorkerPool
    let shadows: ShadowQueue?
    let time: TimeSource
    let identifiers: IdentifierSource

    /// An answer and who gave it.
    struct Answer<Value: Sendable>: Sendable {
        let value: Value
        let origin: AnswerOrigin
    }

    /// - Parameter began: told the arm as soon as it is chosen, so that a failure can name it.
    /// - Throws: what `EndpointGate.admit` throws; what the model throws when no fallback answers.
    func answer<Value>(
        _ work: GatewayWork<Value>,
        at endpoint: Endpoint,
        through gate: EndpointGate,
        for caller: Caller,
        began: (AnswerOrigin) -> Void
    ) async throws -> Answer<Value> {
        let admission = try gate.admit(
            caller,
            key: { identifiers() },
            waiting: pool.queueDepth,
            seconds: SteadyClock.seconds
        )
        defer { gate.leave(admission) }
        let origin = admission.target?.origin(admission.arm) ?? endpoint.record.origin(arm: admission.arm)
        began(origin)
        let start = ContinuousClock.now
        let value: Value
        do {
            let pool = pool
            let model = try admission.target?.served ?? endpoint.model()
            value = try await limited(gate.policy.fallback?.timeoutMilliseconds) { try await work.run(model, pool) }
        } catch {
            guard let cause = Self.cause(of: error) else { throw error }
            gate.failed(admission.arm, at: time.now())
            return try await fallBack(work, through: gate, cause: cause) { throw error }
        }
        gate.answered(admission.arm, milliseconds: (ContinuousClock.now - start) / .milliseconds(1), at: time.now())
        shadow(work, value, admission, gate)
        if let fallback = gate.policy.fallback, let bound = fallback.minimumConfidence,
            let confidence = work.confidence(value), confidence < bound
        {
            return try await fallBack(work, through: gate, cause: .lowConfidence) {
                Answer(value: value, origin: origin)
            }
        }
        return Answer(value: value, origin: origin)
    }

    /// What moves a request on; nil when the request itself is at fault, or its caller left.
    static func cause(of error: any Error) -> EndpointPolicy.Fallback.Cause? {
        if error is CancellationError { return nil }
        guard let known = error as? PlatformError else { return .error }
        if [.modelTooSlow, .deadlineExceeded].contains(known.code) { return .timeout }
        return switch known.code.kind {
        case .internal, .unavailable, .dataLoss, .resourceExhausted, .failedPrecondition: .error
        case .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .conflict, .tooLarge, .throttled: nil
        }
    }

    private func fallBack<Value>(
        _ work: GatewayWork<Value>,
        through gate: EndpointGate,
        cause: EndpointPolicy.Fallback.Cause,
        otherwise: () throws -> Answer<Value>
    ) async throws -> Answer<Value> {
        guard let fallback = gate.policy.fallback, fallback.causes.contains(cause) else { return try otherwise() }
        for (place, step) in fallback.steps.enumerated() {
            guard let answer = await ask(step, gate.fallback(step, at: place), work, fallback.minimumConfidence) else {
                continue
            }
            gate.fellBack(cause, to: step.name)
            return answer
        }
        gate.fellBack(cause, to: nil)
        return try otherwise()
    }

    /// One fallback's answer; nil when it has none that is good enough.
    private func ask<Value>(
        _ step: EndpointPolicy.Fallback.Step,
        _ target: LoadedTarget?,
        _ work: GatewayWork<Value>,
        _ minimumConfidence: Double?
    ) async -> Answer<Value>? {
        if let value = work.substitute(step) {
            let origin = AnswerOrigin(model: "policy", version: 0, variant: step.name, arm: "fallback/\(step.name)")
            return Answer(value: value, origin: origin)
        }
        guard let target, let value = try? await work.run(target.served, pool) else { return nil }
        if let bound = minimumConfidence, let confidence = work.confidence(value), confidence < bound { return nil }
        return Answer(value: value, origin: target.origin("fallback/\(step.name)"))
    }

    /// Runs something at most so long; whoever waits for it is let go then.
    private func limited<Value: Sendable>(
        _ milliseconds: Int?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let milliseconds else { return try await body() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .milliseconds(milliseconds))
                throw PlatformError(
                    .modelTooSlow,
                    "The model took longer than the \(milliseconds) ms that the endpoint's policy gives it.",
                    nextStep: "Try again after the seconds in Retry-After."
                )
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// Has other versions answer the same request later: the policy's shadow, and the canary when it is compared.
    private func shadow<Value>(
        _ work: GatewayWork<Value>,
        _ value: Value,
        _ admission: EndpointGate.Admission,
        _ gate: EndpointGate
    ) {
        guard let agrees = work.agrees, let shadows else { return }
        let pool = shadows.pool
        func offer(_ target: LoadedTarget, _ done: @escaping @Sendable (Bool?) -> Void) {
            guard work.bytes <= ShadowQueue.maximumBytes else { return gate.shadowDropped() }
            let isQueued = shadows.offer {
                let other = try? await work.run(target.served, pool)
                done(other.map { agrees(value, $0) })
            }
            if !isQueued { gate.shadowDropped() }
        }
        if let target = gate.shadow, let plan = gate.policy.shadow,
            StickyHash.place(endpoint: gate.policy.endpoint, key: admission.key, salt: "shadow") < plan.share
        {
            offer(target) { gate.compared($0) }
        }
        if admission.arm == "stable", let target = gate.canary, gate.policy.canary?.minimumAgreement != nil,
            let machine = gate.canaryMachine, machine.phase == .running,
            StickyHash.place(endpoint: gate.policy.endpoint, key: admission.key, salt: "canary")
                < max(machine.share, Self.comparedShare)
        {
            let time = time
            offer(target) { agrees in
                if let agrees { gate.canaryCompared(agrees, at: time.now()) }
            }
        }
    }

    /// The least share of the stable version's requests that a canary is compared on.
    private static let comparedShare = 0.1
}

extension EndpointPolicy.Fallback.Step {
    /// Its name in metrics and records.
    package var name: String {
        switch self {
        case .lastGood: "last_good"
        case .model(let target): target.reference.description
        case .rules: "rules"
        case .constant: "constant"
        }
    }
}

extension EndpointRecord {
    /// Who answers when the deployed version does.
    func origin(arm: String?) -> AnswerOrigin {
        AnswerOrigin(model: model, version: version, variant: variant, arm: arm)
    }
}

/// Seconds of a clock that is never set back, for rates.
enum SteadyClock {
    private static let origin = ContinuousClock.now

    static var seconds: Double { (ContinuousClock.now - origin) / .seconds(1) }
}
