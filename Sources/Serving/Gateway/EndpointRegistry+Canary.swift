import Logging
import Primitives
import Storage

extension EndpointRegistry {
    /// Who acts when a policy does.
    private static let actor = "policy"

    /// Keeps what a canary decided, and deploys it when it passed.
    func carryOut(_ signal: GatewaySignals.Signal) async {
        switch signal {
        case .decided(let name, let version, let decision):
            // What a policy's canary decided that another policy has replaced is of no matter.
            guard let gate = table.find(name)?.gate, gate.version == version else { return }
            await carryOut(decision, of: name, gate)
        case .tick:
            for endpoint in table.all() {
                guard let gate = endpoint.gate, gate.canary != nil else { continue }
                gate.tick(at: time.now())
                // A promotion that failed, or that a restart interrupted, is tried again.
                if promoting.contains(endpoint.record.name) { await promote(endpoint.record.name, gate) }
            }
        }
    }

    private func carryOut(_ decision: CanaryMachine.Decision, of name: String, _ gate: EndpointGate) async {
        guard let machine = gate.canaryMachine else { return }
        let verb: String
        var body: [String: JSONValue] = ["policy_version": .integer(Int64(gate.version))]
        var stored = StoredCanary(policyVersion: gate.version, step: machine.step, phase: machine.phase, reason: "")
        switch decision {
        case .advance(let step):
            verb = "advanced"
            stored = StoredCanary(policyVersion: gate.version, step: step, phase: .running, reason: "")
            body["step"] = .integer(Int64(step + 1))
            body["share"] = .number(machine.plan.steps[step].share)
        case .hold: verb = "held"
        case .promote: verb = "passed"
        case .rollBack(let reason):
            verb = "rolled_back"
            stored = StoredCanary(policyVersion: gate.version, step: machine.step, phase: .rolledBack, reason: reason)
            body["reason"] = .string(reason)
        }
        await keep(stored, of: name, verb, body, gate)
        if decision == .promote { await promote(name, gate) }
    }

    private func promote(_ name: String, _ gate: EndpointGate) async {
        guard let canary = gate.canary, let machine = gate.canaryMachine, machine.phase == .promoting else {
            promoting.remove(name)
            return
        }
        promoting.insert(name)
        do {
            _ = try await deploy(
                name,
                reference: .version(model: canary.model, version: canary.version),
                variant: canary.served.variant,
                actor: Self.actor
            )
        } catch {
            logger.warning("canary not promoted yet", metadata: ["endpoint": "\(name)", "error": "\(error)"])
            return
        }
        let stored = StoredCanary(policyVersion: gate.version, step: machine.step, phase: .promoted, reason: "")
        let body: [String: JSONValue] = [
            "policy_version": .integer(Int64(gate.version)), "model": .string(canary.model),
            "version": .integer(Int64(canary.version)),
        ]
        await keep(stored, of: name, "promoted", body, gate)
        gate.canaryWasPromoted()
        promoting.remove(name)
    }

    private func keep(
        _ canary: StoredCanary,
        of name: String,
        _ verb: String,
        _ body: [String: JSONValue],
        _ gate: EndpointGate
    ) async {
        // A policy that was applied meanwhile has its own canary.
        guard let policies, table.find(name)?.gate?.version == gate.version else { return }
        let event = JournalEvent(
            kind: "endpoint.canary.\(verb)",
            subject: "endpoint/\(name)",
            actor: Self.actor,
            body: .object(body)
        )
        do {
            try await policies.save(canary, of: name, at: time.now(), event: event)
        } catch {
            logger.error("canary's state not stored", metadata: ["endpoint": "\(name)", "error": "\(error)"])
        }
    }
}
