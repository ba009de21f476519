import Primitives
import Yams

extension PolicyParser {
    static func fallback(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Fallback? {
        typealias Cause = EndpointPolicy.Fallback.Cause
        guard let members = reader.members(node, of: "'fallback'", .fallback) else { return nil }
        var causes: Set<Cause> = [.error, .timeout]
        if let node = members["when"] {
            let words = reader.elements(node, of: "'fallback.when'", upTo: Cause.allCases.count)
            causes = Set(words.compactMap { reader.word($0, of: "a cause", Cause.self) })
        }
        let timeout = reader.integer(members["timeout_ms"], of: "'timeout_ms'", in: 1...600_000)
        let confidence = reader.number(members["minimum_confidence"], of: "'minimum_confidence'", in: 0...1)
        if causes.contains(.lowConfidence) != (members["minimum_confidence"] != nil) {
            reader.note("'low_confidence' and 'minimum_confidence' stand together or not at all.", at: node)
        }
        if let node = members["timeout_ms"], !causes.contains(.timeout) {
            reader.note("'timeout_ms' has no meaning unless 'when' lists 'timeout'.", at: node)
        }
        let uses = reader.elements(members["use"], of: "'fallback.use'", upTo: maximumElements)
        let steps = uses.compactMap { step($0, &reader) }
        return .init(
            causes: causes,
            timeoutMilliseconds: timeout,
            minimumConfidence: confidence,
            steps: steps
        )
    }

    private static func step(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Fallback.Step? {
        guard let members = reader.members(node, of: "a fallback", .use) else { return nil }
        let kinds = ["last_good", "model", "rules", "constant"].filter { members[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first, members["variant"] == nil || kind == "model" else {
            reader.note("A fallback is one of last_good, model (with variant), rules, constant.", at: node)
            return nil
        }
        switch kind {
        case "last_good":
            guard let value = members["last_good"], reader.boolean(value, of: "'last_good'") == true else {
                reader.note("Write 'last_good: true', or leave it out.", at: node)
                return nil
            }
            return .lastGood
        case "model": return reader.target(members, of: "a fallback").map { .model($0) }
        case "rules":
            let nodes = reader.elements(members["rules"], of: "'rules'", upTo: maximumElements)
            let rules = nodes.compactMap { rule($0, &reader) }
            return rules.isEmpty ? nil : .rules(rules)
        default:
            guard let node = members["constant"], let keys = reader.members(node, of: "'constant'", .constant),
                let label = reader.text(keys["label"], of: "'label'")
            else { return nil }
            return .constant(label: label, score: reader.number(keys["score"], of: "'score'", in: 0...1) ?? 0)
        }
    }

    private static func rule(_ node: Node, _ reader: inout PolicyReader) -> EndpointPolicy.Fallback.Rule? {
        guard let keys = reader.members(node, of: "a rule", .rule),
            let words = reader.text(keys["contains"], of: "'contains'"),
            let label = reader.text(keys["label"], of: "'label'")
        else { return nil }
        let score = reader.number(keys["score"], of: "'score'", in: 0...1) ?? 0
        return .init(contains: words.lowercased(), label: label, score: score)
    }
}
