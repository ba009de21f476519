import Primitives
import Storage

/// The order of a trace search: outer joins to the tables of its fields, and terms that never leave two traces equal. A
/// page begins after the last trace of the one before, whatever was added or deleted meanwhile.
struct TraceOrder: Sendable {
    private(set) var joins = ""
    private(set) var joinArguments: [SQLValue] = []
    /// The terms, named `k0`, `k1`, … among the columns.
    let page: PageOrder

    /// The most fields to order by.
    private static let maximumFields = 16

    init(_ order: [String]) throws {
        guard order.count <= Self.maximumFields else {
            throw PlatformError.mlflowInvalid("`order_by` has more than \(Self.maximumFields) fields.")
        }
        var terms: [SortTerm] = []
        func add(_ sql: String, _ ascending: Bool) {
            terms.append(SortTerm(sql, ascending: ascending, column: "k\(terms.count)"))
        }
        var seen: Set<String> = []
        for (index, text) in order.enumerated() {
            let (name, ascending) = try Self.parse(text)
            let (entity, key) = try TraceFields.resolve(name, known: TraceFields.sortable)
            guard seen.insert("\(entity.rawValue).\(key)").inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            let (column, mayBeNull) = try Self.column(entity, key, alias: "o\(index)", &joins, &joinArguments)
            if mayBeNull { add("(CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END)", true) }
            add(column, ascending)
        }
        if !seen.contains("attribute.timestamp_ms") { add("t.timestamp_ms", false) }
        if !seen.contains("attribute.request_id") { add("t.trace_id", true) }
        page = PageOrder(terms)
    }

    private static func parse(_ text: String) throws -> (name: String, ascending: Bool) {
        let tokens = try SearchLexer.tokens(of: text)
        guard case .identifier(let name)? = tokens.first, tokens.count <= 2 else {
            throw PlatformError.mlflowInvalid("Invalid order_by clause '\(text.prefix(200))'. Could not be parsed.")
        }
        guard tokens.count == 2 else { return (name, true) }
        guard case .identifier(let word) = tokens[1], ["ASC", "DESC"].contains(word.uppercased()) else {
            throw PlatformError.mlflowInvalid("Invalid ordering key in order_by clause '\(text.prefix(200))'.")
        }
        return (name, word.uppercased() == "ASC")
    }

    private static func column(
        _ entity: TraceClause.Entity,
        _ key: String,
        alias: String,
        _ joins: inout String,
        _ joinArguments: inout [SQLValue]
    ) throws -> (sql: String, mayBeNull: Bool) {
        switch (entity, key) {
        case (.attribute, "request_id"): return ("t.trace_id", false)
        case (.attribute, "end_time_ms"): return ("(t.timestamp_ms + COALESCE(t.execution_time_ms, 0))", false)
        case (.attribute, _): return ("t.\(key)", key == "execution_time_ms")
        case (.tag, TraceKey.name): return ("t.trace_name", true)
        case (.metadata, TraceKey.session): return ("t.session_id", true)
        case (.metadata, TraceKey.tokenUsage), (.metadata, TraceKey.cost):
            throw PlatformError.mlflowInvalid(
                "Ordering by reserved metadata '\(key)' is not supported because it is represented by multiple columns."
            )
        case (.tag, _), (.metadata, _):
            joins +=
                " LEFT JOIN \(entity == .tag ? "trace_tag" : "trace_metadata") AS \(alias) "
                + "ON \(alias).trace_id = t.trace_id AND \(alias).key = ?"
            joinArguments.append(.text(key))
            return ("\(alias).value", true)
        default: throw PlatformError.mlflowInvalid("Invalid identifier type '\(entity.rawValue)'")
        }
    }
}
