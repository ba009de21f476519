import Primitives

/// Sums over the spans of a trace, by the tree: what a span says includes what the spans below it say, so those are not
/// counted again.
struct SpanTotals {
    /// A span of the tree, with the object to sum; nil when it says nothing.
    struct Node: Sendable {
        let id: String
        let parent: String?
        let object: OrderedJSON?
    }

    /// Tokens of the spans, or nil when none says any. Input, output and total are there always, the others if one has it.
    static func tokens(_ nodes: [Node]) -> [String: Int64]? {
        let found = counted(nodes)
        guard !found.isEmpty else { return nil }
        var totals: [String: Int64] = ["input_tokens": 0, "output_tokens": 0, "total_tokens": 0]
        for object in found {
            for (key, count) in TraceAnalytics.tokens(object) {
                totals[key] = (totals[key] ?? 0).addingReportingOverflow(count).partialValue
            }
        }
        return totals
    }

    /// Costs of the spans, or nil when none says any.
    static func costs(_ nodes: [Node]) -> [String: Double]? {
        let found = counted(nodes)
        guard !found.isEmpty else { return nil }
        var totals: [String: Double] = ["input_cost": 0, "output_cost": 0, "total_cost": 0]
        for object in found { totals.merge(TraceAnalytics.costs(object)) { $0 + $1 } }
        return totals
    }

    /// The objects of the highest spans that have one. A span whose parent is unknown is a root; spans in a ring count not.
    private static func counted(_ nodes: [Node]) -> [OrderedJSON] {
        let ids = Set(nodes.map(\.id))
        var children: [String: [Node]] = [:]
        var open: [Node] = []
        for node in nodes {
            if let parent = node.parent, ids.contains(parent) {
                children[parent, default: []].append(node)
            } else {
                open.append(node)
            }
        }
        var found: [OrderedJSON] = []
        while let node = open.popLast() {
            if let object = node.object {
                found.append(object)
            } else if let below = children.removeValue(forKey: node.id) {
                open += below
            }
        }
        return found
    }
}

extension SpanAttributes {
    /// The object that an attribute holds, or nil for anything else.
    func object(_ key: String) -> OrderedJSON? {
        guard let value = value(key), value.members != nil else { return nil }
        return value
    }
}
