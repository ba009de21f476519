import Foundation
import Primitives
import Storage

/// The order of a trace search: outer joins to the tables of its fields, and terms that never leave two traces equal. A
/// page begins after the last trace of the one before, whatever was added or deleted meanwhile.
struct TraceOrder: Sendable {
    private(set) var joins = ""
    private(set) var joinArguments: [SQLValue] = []
    private var terms: [(sql: String, ascending: Bool)] = []

    /// The most fields to order by.
    private static let maximumFields = 16

    init(_ order: [String]) throws {
        guard order.count <= Self.maximumFields else {
            throw PlatformError.mlflowInvalid("`order_by` has more than \(Self.maximumFields) fields.")
        }
        var seen: Set<String> = []
        for (index, text) in order.enumerated() {
            let (name, ascending) = try Self.parse(text)
            let (entity, key) = try TraceFields.resolve(name, known: TraceFields.sortable)
            guard seen.insert("\(entity.rawValue).\(key)").inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            let (column, mayBeNull) = try column(entity, key, alias: "o\(index)")
            if mayBeNull { terms.append(("(CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END)", true)) }
            terms.append((column, ascending))
        }
        if !seen.contains("attribute.timestamp_ms") { terms.append(("t.timestamp_ms", false)) }
        if !seen.contains("attribute.request_id") { terms.append(("t.trace_id", true)) }
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

    private mutating func column(
        _ entity: TraceClause.Entity,
        _ key: String,
        alias: String
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

    /// What stands after ORDER BY.
    var sql: String { terms.map { "\($0.sql) \($0.ascending ? "ASC" : "DESC")" }.joined(separator: ", ") }

    /// The terms as columns `k0`, `k1`, …, for ``token(of:)``.
    var columns: String { terms.enumerated().map { "\($1.sql) AS k\($0)" }.joined(separator: ", ") }

    /// The token of the page after a row.
    func token(of row: SQLRow) throws -> String {
        let values = try terms.indices.map { index -> OrderedJSON in
            switch try row.value("k\(index)") {
            case .integer(let value): .integer(value)
            case .real(let value): .real(value)
            case .text(let text): .string(text)
            default: .null
            }
        }
        return Data(OrderedJSON.object([OrderedJSON.Member("after", .array(values))]).bytes()).base64EncodedString()
    }

    /// What comes after the trace that a token names; nil without a token.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token, or one of another order.
    func condition(after token: String?) throws -> SQLCondition? {
        guard let token, !token.isEmpty else { return nil }
        guard let data = Data(base64Encoded: token) else {
            throw PlatformError.mlflowInvalid("Invalid page token, could not base64-decode")
        }
        let tree = OrderedJSON.parse(String(decoding: data, as: UTF8.self))
        guard let values = tree?["after"]?.elements, values.count == terms.count else {
            throw PlatformError.mlflowInvalid("Invalid page token: it belongs to another search.")
        }
        let known = values.map { value -> SQLValue in
            switch value {
            case .integer(let number): .integer(number)
            case .real(let number): .real(number)
            case .string(let text): .text(text)
            default: .null
            }
        }
        var alternatives: [String] = []
        var arguments: [SQLValue] = []
        for (index, term) in terms.enumerated() where known[index] != .null {
            var parts: [String] = []
            for (earlier, value) in zip(terms, known).prefix(index) {
                parts.append(value == .null ? "\(earlier.sql) IS NULL" : "\(earlier.sql) = ?")
                if value != .null { arguments.append(value) }
            }
            parts.append("\(term.sql) \(term.ascending ? ">" : "<") ?")
            arguments.append(known[index])
            alternatives.append("(\(parts.joined(separator: " AND ")))")
        }
        return SQLCondition("(\(alternatives.joined(separator: " OR ")))", arguments)
    }
}
