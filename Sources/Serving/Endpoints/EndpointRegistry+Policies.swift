import Logging
import Primitives
import Storage

extension EndpointRegistry {
    /// What applying a policy did.
    package struct Applied: Sendable {
        /// The policy that stands.
        package let policy: StoredPolicy
        /// False when it stood already.
        package let changed: Bool
    }

    /// Puts a policy to work: loads the versions that it names, keeps the document as a new version, and swaps. Requests
    /// under way end by the policy that they began with; when it throws, the endpoint is as it was.
    ///
    /// - Parameter restores: the version that the document comes from, when an old one is gone back to.
    /// - Throws: `unknown_endpoint`, `policy_invalid`, `policy_too_large`, `endpoint_pinned`, `deploy_in_progress`, what
    ///   the registry and the loading of packages throw.
    package func apply(
        _ document: String,
        to name: String,
        restores: Int? = nil,
        actor principal: String
    ) async throws -> Applied {
        let policy = try PolicyParser.parse(document)
        guard policy.endpoint == name else {
            throw PlatformError(
                .policyInvalid,
                "The policy is for the endpoint '\(policy.endpoint)', not '\(name)'.",
                nextStep: "Apply it there, or change its 'endpoint'."
            )
        }
        let policies = try requirePolicies()
        try begin(name)
        defer { end(name) }
        let old = try table.endpoint(name)
        if let pin = policy.pin, pin != old.record.version {
            throw PlatformError(
                .endpointPinned,
                "The policy pins version \(pin), but '\(name)' serves version \(old.record.version).",
                nextStep: "Deploy that version first: aku endpoints deploy \(name) --model \(old.record.model)/\(pin)."
            )
        }
        let standing = try await policies.latest(name)
        if let standing, standing.document == document, old.gate != nil {
            return Applied(policy: standing, changed: false)
        }
        let targets = try await load(policy, of: old.record, holding: old.targets)
        let now = time.now()
        var machine = policy.canary.map { CanaryMachine($0, at: now) }
        let running = old.gate?.canaryMachine
        let keepsCanary = running != nil && running?.plan == policy.canary
        if keepsCanary { machine = running }
        let stored = StoredPolicy(
            endpoint: name,
            version: (standing?.version ?? 0) + 1,
            document: document,
            restores: restores,
            appliedAt: now,
            appliedBy: principal
        )
        var body: [String: JSONValue] = [
            "policy_version": .integer(Int64(stored.version)), "model_version": .integer(Int64(old.record.version)),
        ]
        if let restores { body["restores"] = .integer(Int64(restores)) }
        let kind = restores == nil ? "endpoint.policy.applied" : "endpoint.policy.rolled_back"
        let event = JournalEvent(kind: kind, subject: "endpoint/\(name)", actor: principal, body: .object(body))
        try await policies.add(stored, keepsCanary: keepsCanary, event: event)
        var endpoint = old
        endpoint.gate = gate(policy, version: stored.version, targets, machine)
        table.set(endpoint)
        return Applied(policy: stored, changed: true)
    }

    /// Goes back to an earlier version of the policy, which becomes the newest one.
    ///
    /// - Parameter version: nil for the one before the present one.
    /// - Throws: as `apply`; `unknown_policy_version`.
    package func rollBack(_ name: String, to version: Int?, actor: String) async throws -> Applied {
        _ = try table.endpoint(name)
        let policies = try requirePolicies()
        let standing = try await policies.latest(name)?.version ?? 0
        let wanted = try await policies.policy(name, version: version ?? standing - 1)
        return try await apply(wanted.document, to: name, restores: wanted.version, actor: actor)
    }

    /// Takes an endpoint away, with its policy. Requests under way end on it.
    ///
    /// - Throws: `unknown_endpoint`, `deploy_in_progress`.
    package func remove(_ name: String, actor principal: String) async throws {
        try begin(name)
        defer { end(name) }
        let record = try table.endpoint(name).record
        let event = JournalEvent(
            kind: "endpoint.removed",
            subject: "endpoint/\(name)",
            actor: principal,
            body: ["model": .string(record.model), "version": .integer(Int64(record.version))]
        )
        try await store.remove(name, event: event)
        table.remove(name)
        try await backend.undeployed(name, principal)
    }

    /// The versions of an endpoint's policy, newest first.
    ///
    /// - Throws: `unknown_endpoint`.
    package func policyHistory(_ name: String) async throws -> [StoredPolicy] {
        _ = try table.endpoint(name)
        return try await requirePolicies().history(name)
    }

    /// The policy that an endpoint's last run had, at work again. What of it cannot be loaded is left out, and said.
    func restoreGate(of record: EndpointRecord) async -> EndpointGate? {
        do {
            guard let policies, let stored = try await policies.latest(record.name) else { return nil }
            let policy = try PolicyParser.parse(stored.document)
            let targets = try await load(policy, of: record, holding: [], isRestart: true)
            let canary = try await policies.canary(record.name)
            let machine = policy.canary.map { plan in
                CanaryMachine(
                    plan,
                    step: canary?.step ?? 0,
                    phase: canary?.phase ?? .running,
                    reason: canary?.reason ?? "",
                    at: time.now()
                )
            }
            if machine?.phase == .promoting { promoting.insert(record.name) }
            return gate(policy, version: stored.version, targets, machine)
        } catch {
            logger.error("policy not restored", metadata: ["endpoint": "\(record.name)", "error": "\(error)"])
            return nil
        }
    }

    private func requirePolicies() throws -> PolicyStore {
        guard let policies else {
            throw PlatformError(.internalError, "This registry of endpoints was made without policies.")
        }
        return policies
    }

    private func gate(
        _ policy: EndpointPolicy,
        version: Int,
        _ targets: GateTargets,
        _ machine: CanaryMachine?
    ) -> EndpointGate {
        let (name, continuation) = (policy.endpoint, gateway.continuation)
        return EndpointGate(
            policy: policy,
            version: version,
            targets: targets,
            machine: machine,
            seconds: SteadyClock.seconds,
            decided: { continuation.yield(.decided(endpoint: name, policy: version, $0)) }
        )
    }

    /// Loads the versions that a policy names; those that are held already are not loaded again.
    ///
    /// - Parameter isRestart: a version that cannot be loaded is left out instead of thrown for.
    private func load(
        _ policy: EndpointPolicy,
        of record: EndpointRecord,
        holding held: [LoadedTarget],
        isRestart: Bool = false
    ) async throws -> GateTargets {
        let lastGood =
            policy.fallback?.steps.contains(.lastGood) == true ? try await policies?.lastGood(record.name) : nil
        var loaded: [EndpointPolicy.Target: LoadedTarget] = [:]
        for target in policy.targets + (lastGood.map { [$0] } ?? []) where loaded[target] == nil {
            do {
                loaded[target] = try await load(target, holding: held + loaded.values)
            } catch  where isRestart {
                let cause = "\(target.reference): \(error)"
                logger.error(
                    "version of a policy not loaded",
                    metadata: ["endpoint": "\(record.name)", "error": "\(cause)"]
                )
            }
        }
        var targets = GateTargets()
        for arm in policy.split?.arms ?? [] { targets.arms[arm.name] = arm.target.flatMap { loaded[$0] } }
        targets.canary = policy.canary.flatMap { loaded[$0.target] }
        targets.shadow = policy.shadow.flatMap { loaded[$0.target] }
        targets.lastGood = lastGood.flatMap { loaded[$0] }
        for (place, step) in (policy.fallback?.steps ?? []).enumerated() {
            if case .model(let target) = step { targets.fallbacks[place] = loaded[target] }
        }
        return targets
    }

    private func load(_ target: EndpointPolicy.Target, holding held: [LoadedTarget]) async throws -> LoadedTarget {
        let resolved = try await backend.resolve(target.reference)
        let same = held.first {
            $0.model == resolved.model && $0.version == resolved.version && $0.package == resolved.package
                && ($0.wantedVariant == target.variant || $0.served.variant == target.variant)
        }
        if let same { return same }
        let backend = backend
        let served = try await loader.run { try backend.load(resolved, target.variant) }
        return LoadedTarget(
            model: resolved.model,
            version: resolved.version,
            package: resolved.package,
            wantedVariant: target.variant,
            served: served
        )
    }
}

extension EndpointPolicy {
    /// Every version that it names.
    fileprivate var targets: [Target] {
        let steps = (fallback?.steps ?? []).compactMap { step in
            if case .model(let target) = step { target } else { nil }
        }
        return (split?.arms.compactMap(\.target) ?? []) + [canary?.target, shadow?.target].compactMap { $0 } + steps
    }
}

extension Endpoint {
    /// The deployed version; nil when it could not be loaded.
    var loaded: LoadedTarget? {
        guard case .success(let served) = state else { return nil }
        return LoadedTarget(
            model: record.model,
            version: record.version,
            package: record.package,
            wantedVariant: record.wantedVariant,
            served: served
        )
    }

    /// Every version that it holds.
    fileprivate var targets: [LoadedTarget] { (loaded.map { [$0] } ?? []) + (gate?.loaded ?? []) }
}
