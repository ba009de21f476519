import Primitives
import Yams

/// Reads YAML nodes and notes each problem with its place; a bad value reads as nil, so that one pass finds every problem.
struct PolicyReader {
    private(set) var problems: [PolicyProblem] = []

    mutating func note(_ message: String, nextStep: String = "", at node: Node) {
        problems.append(PolicyProblem(message, nextStep: nextStep, at: node))
    }

    mutating func note(_ problem: PolicyProblem) { problems.append(problem) }

    /// The members of a mapping, by key; unknown and missing keys are problems.
    mutating func members(_ node: Node, of what: String, _ keys: PolicyKeys) -> [String: Node]? {
        guard case .mapping(let mapping) = node else {
            note("\(what) must be a mapping of keys to values.", at: node)
            return nil
        }
        var members: [String: Node] = [:]
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? ""
            guard keys.all.contains(key) else {
                let hint = Suggestion.phrase(for: key, among: keys.all)
                note("Unknown key '\(key.prefix(80))' in \(what).", nextStep: hint, at: keyNode)
                continue
            }
            members[key] = value
        }
        for key in keys.required where members[key] == nil { note("\(what) lacks the key '\(key)'.", at: node) }
        return members
    }

    /// The elements of a list with at least one and at most `limit`.
    mutating func elements(_ node: Node?, of what: String, upTo limit: Int) -> [Node] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node, (1...limit).contains(sequence.count) else {
            note("\(what) must be a list of 1 to \(limit) elements.", at: node)
            return []
        }
        return Array(sequence)
    }

    mutating func text(_ node: Node?, of what: String, upTo limit: Int = 200) -> String? {
        guard let node else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty, text.unicodeScalars.count <= limit else {
            note("\(what) must be text of 1 to \(limit) characters.", at: node)
            return nil
        }
        return text
    }

    mutating func name(_ node: Node?, of what: String) -> String? {
        guard let node, let text = text(node, of: what) else { return nil }
        do { return try Name.check(text, what: what) } catch {
            note((error as? PlatformError)?.message ?? "\(error)", at: node)
            return nil
        }
    }

    mutating func number(_ node: Node?, of what: String, in bounds: ClosedRange<Double>) -> Double? {
        guard let node else { return nil }
        guard let scalar = node.scalar, scalar.style == .plain, let value = Double(scalar.string),
            bounds.contains(value)
        else {
            note("\(what) must be a number from \(plain(bounds.lowerBound)) to \(plain(bounds.upperBound)).", at: node)
            return nil
        }
        return value
    }

    mutating func integer(_ node: Node?, of what: String, in bounds: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard let scalar = node.scalar, scalar.style == .plain, let value = Int(scalar.string), bounds.contains(value)
        else {
            note("\(what) must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).", at: node)
            return nil
        }
        return value
    }

    mutating func boolean(_ node: Node?, of what: String) -> Bool? {
        guard let node else { return nil }
        guard let scalar = node.scalar, scalar.style == .plain,
            let value = ["true": true, "false": false][scalar.string]
        else {
            note("\(what) must be true or false.", at: node)
            return nil
        }
        return value
    }

    /// One of an enumeration's words.
    mutating func word<Value: RawRepresentable & CaseIterable>(_ node: Node?, of what: String, _: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let node, let text = text(node, of: what) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let known = Value.allCases.map(\.rawValue)
        note("\(what) is '\(text.prefix(40))'; it must be one of \(known.joined(separator: ", ")).", at: node)
        return nil
    }

    /// `model` and `variant` of a mapping that was read.
    mutating func target(_ members: [String: Node], of what: String) -> EndpointPolicy.Target? {
        guard let node = members["model"], let text = text(node, of: "'model' of \(what)") else { return nil }
        do {
            let variant = self.text(members["variant"], of: "'variant' of \(what)", upTo: 80)
            return EndpointPolicy.Target(reference: try ModelReference(text), variant: variant)
        } catch {
            let known = error as? PlatformError
            note(known?.message ?? "\(error)", nextStep: known?.nextStep ?? "", at: node)
            return nil
        }
    }

    private func plain(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }
}

/// The keys that a mapping of the format may and must have; the JSON Schema is made from the same tables.
struct PolicyKeys: Sendable {
    let all: [String]
    let required: [String]

    static let policy = PolicyKeys(
        all: [
            "endpoint", "description", "pin", "drain", "split", "canary", "shadow", "fallback", "throttle", "shed",
        ],
        required: ["endpoint"]
    )
    static let split = PolicyKeys(all: ["by", "arms", "experiment"], required: ["arms"])
    static let arm = PolicyKeys(all: ["name", "model", "variant", "weight"], required: ["name", "weight"])
    static let experiment = PolicyKeys(all: ["minimum_requests", "significance"], required: ["minimum_requests"])
    static let canary = PolicyKeys(
        all: [
            "model", "variant", "by", "steps", "maximum_error_rate", "maximum_p95_ms", "minimum_agreement",
            "agreement_samples", "promote",
        ],
        required: ["model", "steps"]
    )
    static let step = PolicyKeys(all: ["share", "requests", "seconds"], required: ["share", "requests"])
    static let shadow = PolicyKeys(all: ["model", "variant", "share"], required: ["model"])
    static let fallback = PolicyKeys(all: ["when", "timeout_ms", "minimum_confidence", "use"], required: ["use"])
    static let use = PolicyKeys(all: ["last_good", "model", "variant", "rules", "constant"], required: [])
    static let rule = PolicyKeys(all: ["contains", "label", "score"], required: ["contains", "label"])
    static let constant = PolicyKeys(all: ["label", "score"], required: ["label"])
    static let throttle = PolicyKeys(all: ["endpoint", "principal"], required: [])
    static let limit = PolicyKeys(all: ["rate", "burst", "concurrency"], required: [])
    static let shed = PolicyKeys(all: RequestPriority.allCases.map(\.rawValue), required: [])
}
