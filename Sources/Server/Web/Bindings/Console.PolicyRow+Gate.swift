import Serving
import WireAPI

extension Console.PolicyRow {
    /// What a policy did since it was applied or the server started.
    static func all(_ endpoint: Endpoint, _ gate: EndpointGate) throws -> [Console.PolicyRow] {
        let report = try PolicyReport(endpoint, nil)
        func share(_ part: Int, of whole: Int) -> String {
            whole > 0 ? "\(part) of \(whole) (\(Wording.percent(Double(part) / Double(whole))))" : "none yet"
        }
        func list(_ counts: [String: Int]) -> String {
            counts.isEmpty
                ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        var rows = [Console.PolicyRow(name: "Version", value: "\(gate.version)")]
        for arm in report.arms {
            rows.append(.init(name: "Arm \(arm.name)", value: "\(arm.answered) answered, \(arm.failed) failed"))
        }
        if let canary = report.canary {
            let state = canary.reason.isEmpty ? canary.phase : "\(canary.phase): \(canary.reason)"
            let step = "step \(canary.step) of \(canary.steps) at \(Wording.percent(canary.share))"
            let seen = "\(canary.answered + canary.failed) of \(canary.wanted) requests"
            rows.append(.init(name: "Canary \(canary.target)", value: "\(state), \(step), \(seen)"))
            if canary.compared > 0 {
                rows.append(.init(name: "Canary's agreement", value: share(canary.agreed, of: canary.compared)))
            }
        }
        if let shadow = report.shadow {
            let same = share(shadow.agreed, of: shadow.compared)
            rows.append(
                .init(name: "Shadow \(shadow.target)", value: "same answer: \(same); \(shadow.dropped) left out")
            )
        }
        for pair in report.experiment {
            let verdict = pair.significant ? "errors differ" : "errors do not differ"
            rows.append(.init(name: "\(pair.first) and \(pair.second)", value: "\(verdict), p = \(pair.pValue)"))
        }
        rows.append(.init(name: "Fallbacks", value: list(report.fallbacks)))
        rows.append(.init(name: "Refused", value: list(report.refused)))
        return rows
    }
}
