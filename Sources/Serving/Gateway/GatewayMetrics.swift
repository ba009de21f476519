import Primitives

extension EndpointTable {
    /// What policies did, in Prometheus' text format; empty while no endpoint has a policy.
    package func gatewayText() -> String {
        let gates = all().compactMap { endpoint in endpoint.gate.map { (endpoint.record.name, $0, $0.counts) } }
        guard !gates.isEmpty else { return "" }
        var text = ""
        func family(
            _ name: String,
            _ kind: String,
            _ help: String,
            _ lines: (EndpointGate, GatewayCounts) -> [(labels: String, value: String)]
        ) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for (endpoint, gate, counts) in gates {
                for line in lines(gate, counts) {
                    text += "\(name){endpoint=\"\(endpoint)\"\(line.labels)} \(line.value)\n"
                }
            }
        }
        func counted(_ label: String, _ counts: [String: Int]) -> [(labels: String, value: String)] {
            counts.sorted { $0.key < $1.key }.map { (",\(label)=\"\($0.key)\"", "\($0.value)") }
        }
        family("aku_gateway_policy_version", "gauge", "The policy that stands.") { gate, _ in [("", "\(gate.version)")]
        }
        family("aku_gateway_arm_requests_total", "counter", "Requests by the arm that they were given to.") {
            _,
            counts in
            counts.arms.sorted { $0.key < $1.key }.flatMap { arm, figures in
                [
                    (",arm=\"\(arm)\",outcome=\"answered\"", "\(figures.answered)"),
                    (",arm=\"\(arm)\",outcome=\"failed\"", "\(figures.failed)"),
                ]
            }
        }
        family("aku_gateway_fallback_answers_total", "counter", "Answers of fallbacks.") { _, counts in
            counted("step", counts.fallbacks)
        }
        family("aku_gateway_fallback_causes_total", "counter", "Why a fallback was asked.") { _, counts in
            counted("cause", counts.causes)
        }
        family("aku_gateway_refused_total", "counter", "Requests that were not let in.") { _, counts in
            counted("code", counts.refused)
        }
        family("aku_gateway_shadow_total", "counter", "Requests that a shadow saw.") { _, counts in
            let other = counts.compared - counts.agreed
            return counted(
                "outcome",
                ["same": counts.agreed, "other": other, "failed": counts.shadowFailed, "dropped": counts.shadowDropped]
            )
        }
        family("aku_gateway_canary_share", "gauge", "The share of requests that the canary answers.") { gate, _ in
            gate.canaryMachine.map { [("", "\($0.share)")] } ?? []
        }
        return text
    }
}
