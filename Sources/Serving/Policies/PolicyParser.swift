import Primitives
import Yams

/// Reads policies. Every problem is said, each with line and column.
package enum PolicyParser {
    /// The largest document, in bytes.
    package static let maximumBytes = 64 << 10
    /// The most arms, steps, fallbacks or rules.
    static let maximumElements = 32

    /// The policy of a document.
    ///
    /// - Throws: `policy_invalid` with the first problem's place; `policy_too_large`.
    package static func parse(_ text: String) throws -> EndpointPolicy {
        guard text.utf8.count <= maximumBytes else {
            throw PlatformError(.policyTooLarge, "The policy is larger than \(maximumBytes) bytes.")
        }
        let (policy, problems) = read(text)
        if let first = problems.first { throw first.error }
        guard let policy else { throw PlatformError(.policyInvalid, "The policy is empty.") }
        return policy
    }

    /// Everything wrong with a document, in its order; empty when nothing is.
    package static func problems(_ text: String) -> [PolicyProblem] {
        guard text.utf8.count <= maximumBytes else {
            return [PolicyProblem("The policy is larger than \(maximumBytes) bytes.", line: 1, column: 1)]
        }
        return read(text).problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private static func read(_ text: String) -> (policy: EndpointPolicy?, problems: [PolicyProblem]) {
        var reader = PolicyReader()
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return (nil, [PolicyProblem("The policy is empty.", line: 1, column: 1)])
            }
            let policy = policy(node, &reader)
            return (reader.problems.isEmpty ? policy : nil, reader.problems)
        } catch {
            return (nil, [PolicyProblem(error)])
        }
    }

    private static func policy(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy? {
        guard let members = reader.members(node, of: "the policy", .policy) else { return nil }
        guard let endpoint = reader.name(members["endpoint"], of: "endpoint") else { return nil }
        var policy = EndpointPolicy(endpoint: endpoint)
        policy.description = reader.text(members["description"], of: "'description'", upTo: 2_000) ?? ""
        policy.pin = reader.integer(members["pin"], of: "'pin'", in: 1...1_000_000_000)
        policy.drain = reader.boolean(members["drain"], of: "'drain'") ?? false
        policy.split = members["split"].flatMap { split($0, &reader) }
        policy.canary = members["canary"].flatMap { canary($0, &reader) }
        policy.shadow = members["shadow"].flatMap { shadow($0, &reader) }
        policy.fallback = members["fallback"].flatMap { fallback($0, &reader) }
        if let node = members["throttle"], let limits = reader.members(node, of: "'throttle'", .throttle) {
            policy.endpointLimit = limits["endpoint"].flatMap { limit($0, "'throttle.endpoint'", &reader) }
            policy.principalLimit = limits["principal"].flatMap { limit($0, "'throttle.principal'", &reader) }
        }
        if let node = members["shed"], let bounds = reader.members(node, of: "'shed'", .shed) {
            for priority in RequestPriority.allCases {
                let bound = reader.integer(
                    bounds[priority.rawValue],
                    of: "'shed.\(priority.rawValue)'",
                    in: 0...100_000
                )
                policy.shed[priority] = bound
            }
        }
        if let node = members["split"], policy.canary != nil {
            reader.note(
                "A policy has 'split' or 'canary', not both.",
                nextStep: "End the canary first, then split.",
                at: node
            )
        }
        if let node = members["pin"], policy.canary?.promotes == true {
            reader.note("A pinned endpoint cannot promote a canary.", nextStep: "Remove 'pin'.", at: node)
        }
        return policy
    }

    private static func split(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Split? {
        guard let members = reader.members(node, of: "'split'", .split) else { return nil }
        var arms: [EndpointPolicy.Split.Arm] = []
        for element in reader.elements(members["arms"], of: "'split.arms'", upTo: maximumElements) {
            guard let arm = reader.members(element, of: "an arm", .arm),
                let name = reader.name(arm["name"], of: "arm"),
                let weight = reader.integer(arm["weight"], of: "'weight'", in: 0...1_000_000)
            else { continue }
            let isReserved = ["canary", "fallback"].contains(name) || (name == "stable" && arm["model"] != nil)
            if isReserved || arms.contains(where: { $0.name == name }) {
                reader.note("The arm's name '\(name)' is taken.", nextStep: "Name it otherwise.", at: element)
                continue
            }
            arms.append(.init(name: name, target: reader.target(arm, of: "an arm"), weight: weight))
        }
        if members["arms"] != nil, arms.count < 2 || arms.allSatisfy({ $0.weight == 0 }) {
            reader.note("A split needs two arms, and one with a weight above 0.", at: node)
        }
        var experiment: EndpointPolicy.Experiment?
        if let node = members["experiment"], let keys = reader.members(node, of: "'experiment'", .experiment) {
            let what = "'minimum_requests'"
            if let minimum = reader.integer(keys["minimum_requests"], of: what, in: 10...100_000_000) {
                let wanted = reader.number(keys["significance"], of: "'significance'", in: 0.000001...0.5)
                experiment = .init(minimumRequests: minimum, significance: wanted ?? 0.05)
            }
        }
        let by = reader.word(members["by"], of: "'by'", EndpointPolicy.StickyKey.self) ?? .request
        return .init(by: by, arms: arms, experiment: experiment)
    }

    private static func canary(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Canary? {
        guard let members = reader.members(node, of: "'canary'", .canary) else { return nil }
        var steps: [EndpointPolicy.Canary.Step] = []
        for element in reader.elements(members["steps"], of: "'canary.steps'", upTo: maximumElements) {
            guard let step = reader.members(element, of: "a step", .step),
                let share = reader.number(step["share"], of: "'share'", in: 0.0001...1),
                let requests = reader.integer(step["requests"], of: "'requests'", in: 1...100_000_000)
            else { continue }
            if let last = steps.last, share <= last.share {
                reader.note("A step's share must be larger than the one before.", at: element)
            }
            let seconds = reader.integer(step["seconds"], of: "'seconds'", in: 0...2_592_000) ?? 0
            steps.append(.init(share: share, requests: requests, seconds: seconds))
        }
        let by = reader.word(members["by"], of: "'by'", EndpointPolicy.StickyKey.self) ?? .request
        let errorRate = reader.number(members["maximum_error_rate"], of: "'maximum_error_rate'", in: 0...1) ?? 0.01
        let p95 = reader.number(members["maximum_p95_ms"], of: "'maximum_p95_ms'", in: 0.1...600_000)
        let agreement = reader.number(members["minimum_agreement"], of: "'minimum_agreement'", in: 0...1)
        let samples = reader.integer(members["agreement_samples"], of: "'agreement_samples'", in: 1...1_000_000)
        let promotes = reader.boolean(members["promote"], of: "'promote'") ?? true
        if let node = members["agreement_samples"], members["minimum_agreement"] == nil {
            reader.note("'agreement_samples' has no meaning without 'minimum_agreement'.", at: node)
        }
        if agreement != nil, let node = members["steps"], steps.contains(where: { $0.share >= 1 }) {
            reader.note(
                "With 'minimum_agreement' a step's share must be below 1: the stable version must answer beside it.",
                at: node
            )
        }
        guard let target = reader.target(members, of: "'canary'"), !steps.isEmpty else { return nil }
        return .init(
            target: target,
            by: by,
            steps: steps,
            maximumErrorRate: errorRate,
            maximumP95Milliseconds: p95,
            minimumAgreement: agreement,
            agreementSamples: samples ?? 50,
            promotes: promotes
        )
    }

    private static func shadow(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Shadow? {
        guard let members = reader.members(node, of: "'shadow'", .shadow) else { return nil }
        let share = reader.number(members["share"], of: "'share'", in: 0.0001...1) ?? 1
        return reader.target(members, of: "'shadow'").map { .init(target: $0, share: share) }
    }

    private static func limit(_ node: Node, _ what: String, _ reader: inout PolicyReader) -> EndpointPolicy.RateLimit? {
        guard let members = reader.members(node, of: what, .limit) else { return nil }
        let rate = reader.number(members["rate"], of: "'rate'", in: 0.001...1_000_000)
        let burst = reader.number(members["burst"], of: "'burst'", in: 1...10_000_000)
        let concurrency = reader.integer(members["concurrency"], of: "'concurrency'", in: 1...100_000)
        if members["rate"] == nil, members["concurrency"] == nil {
            reader.note("\(what) needs 'rate' or 'concurrency'.", at: node)
        }
        if let node = members["burst"], members["rate"] == nil {
            reader.note("'burst' has no meaning without 'rate'.", at: node)
        }
        return .init(rate: rate, burst: burst ?? max(1, rate ?? 1), concurrency: concurrency)
    }
}
