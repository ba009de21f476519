import Primitives

/// MLflow's bounds of a query, checked before it runs: root fields, aliases a level, depth and selections.
enum GraphQLBounds {
    /// The most root fields.
    static let rootFields = 10
    /// The most aliases on one level.
    static let aliases = 10
    /// The deepest nesting of fields.
    static let depth = 10
    /// The most selections in all.
    static let selections = 1000

    /// Why a document is refused; nil when it is within the bounds.
    static func refusal(of document: GraphQLDocument) -> String? {
        var (roots, aliased, total) = (0, 0, 0)
        for operation in document.operations {
            var stack = [(operation.selections, 1)]
            while let (level, deep) = stack.popLast() {
                if deep > depth { return "Query exceeds maximum depth of \(depth)" }
                let fields = fields(of: level, document)
                aliased = max(aliased, fields.filter { $0.alias != nil }.count)
                if deep == 1 { roots += fields.count }
                total += fields.count
                if total > selections { return "Query exceeds maximum total selections of \(selections)" }
                stack += fields.filter { !$0.selections.isEmpty }.map { ($0.selections, deep + 1) }
            }
        }
        if roots > rootFields { return refusal(roots, rootFields, "root fields") }
        return aliased > aliases ? refusal(aliased, aliases, "aliases") : nil
    }

    private static func refusal(_ count: Int, _ limit: Int, _ what: String) -> String {
        "GraphQL queries should have at most \(limit) \(what), got \(count) \(what)."
    }

    /// The fields of one level, those of its fragments included; each fragment counts once a level.
    private static func fields(of level: [GraphQLSelection], _ document: GraphQLDocument) -> [GraphQLField] {
        var found: [GraphQLField] = []
        var rest = level
        var seen: Set<String> = []
        while let selection = rest.popLast() {
            switch selection {
            case .field(let field): found.append(field)
            case .inline(let inner, _): rest += inner
            case .spread(let name, _): if seen.insert(name).inserted { rest += document.fragments[name] ?? [] }
            }
            if found.count > selections { return found }
        }
        return found
    }
}
