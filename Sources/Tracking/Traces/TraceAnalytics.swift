import Primitives
import Storage

/// The parts of a trace's metadata that stand in columns of their own: session, tokens and cost. Searches and sums use the
/// columns; clients see the metadata that ``metadata`` makes of them.
struct TraceAnalytics: Sendable, Hashable {
    var session: String?
    var tokens: [String: Int64] = [:]
    var costs: [String: Double] = [:]

    /// Members of the token usage, which are the columns' names, in the order in which clients see them.
    static let tokenKeys = [
        "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
        "cache_creation_input_tokens_above_1hr",
    ]
    /// Members of the cost, which are the columns' names.
    static let costKeys = ["input_cost", "output_cost", "total_cost"]
    /// The metadata that is not kept as rows.
    static let keys: Set<String> = [TraceKey.session, TraceKey.tokenUsage, TraceKey.cost]

    init() {}

    /// Reads what the client sent.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for an overlong session id.
    init(metadata: [KeyValue]) throws {
        for entry in metadata {
            switch entry.key {
            case TraceKey.session:
                try MLflowName.checkLength("Session ID", entry.value, upTo: TraceLimits.sessionLength)
                session = entry.value
            case TraceKey.tokenUsage: tokens = Self.tokens(OrderedJSON.parse(entry.value))
            case TraceKey.cost: costs = Self.costs(OrderedJSON.parse(entry.value))
            default: break
            }
        }
    }

    init(row: SQLRow) throws {
        session = try row.optionalText("session_id")
        for key in Self.tokenKeys { tokens[key] = try row.optionalInteger(key) }
        for key in Self.costKeys { costs[key] = try row.optionalReal(key) }
    }

    static func tokens(_ object: OrderedJSON?) -> [String: Int64] {
        var tokens: [String: Int64] = [:]
        for key in tokenKeys { tokens[key] = object?[key]?.integerValue }
        return tokens
    }

    static func costs(_ object: OrderedJSON?) -> [String: Double] {
        var costs: [String: Double] = [:]
        for key in costKeys {
            let value = object?[key]
            if let cost = value?.numberValue ?? value?.stringValue.flatMap(Double.init), cost.isFinite {
                costs[key] = cost
            }
        }
        return costs
    }

    /// The metadata as clients see it.
    var metadata: [KeyValue] {
        var entries: [KeyValue] = []
        if let session { entries.append(KeyValue(TraceKey.session, session)) }
        if let tokens = tokenText { entries.append(KeyValue(TraceKey.tokenUsage, tokens)) }
        if let costs = costText { entries.append(KeyValue(TraceKey.cost, costs)) }
        return entries
    }

    private var tokenText: String? {
        let members = Self.tokenKeys.compactMap { key in tokens[key].map { OrderedJSON.Member(key, .integer($0)) } }
        return members.isEmpty ? nil : OrderedJSON.object(members).written
    }

    private var costText: String? {
        let members = Self.costKeys.compactMap { key in costs[key].map { OrderedJSON.Member(key, .real($0)) } }
        return members.isEmpty ? nil : OrderedJSON.object(members).written
    }

    /// The columns, in the order of ``values``.
    static let columns = ["session_id"] + tokenKeys + costKeys

    /// What the columns hold.
    var values: [SQLValue] {
        [.optional(session)] + Self.tokenKeys.map { .optional(tokens[$0]) } + Self.costKeys.map { .optional(costs[$0]) }
    }

    /// `column = COALESCE(?, column)` for each column: what is not known stays.
    static let assignments = columns.map { "\($0) = COALESCE(?, \($0))" }.joined(separator: ", ")

    /// A comparison of the metadata `mlflow.trace.tokenUsage` or `mlflow.trace.cost` as clients see it.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a comparator other than =, !=, IS NULL and IS NOT NULL.
    static func condition(_ clause: TraceClause) throws -> SQLCondition {
        let columns = (clause.key == TraceKey.tokenUsage ? tokenKeys : costKeys).map { "t.\($0)" }
        let exists = "(" + columns.map { "\($0) IS NOT NULL" }.joined(separator: " OR ") + ")"
        switch (clause.comparator, clause.value) {
        case (.isNull, _): return SQLCondition("NOT \(exists)")
        case (.isNotNull, _): return SQLCondition(exists)
        case (.equal, .text(let text)): return matching(text, clause.key)
        case (.notEqual, .text(let text)):
            let same = matching(text, clause.key)
            return SQLCondition("(\(exists) AND NOT (\(same.sql)))", same.arguments)
        default:
            throw PlatformError.mlflowInvalid(
                "Comparator '\(clause.comparator.rawValue)' is not supported for reserved metadata '\(clause.key)'. "
                    + "Only '=', '!=', 'IS NULL', and 'IS NOT NULL' are supported."
            )
        }
    }

    private static func matching(_ text: String, _ key: String) -> SQLCondition {
        var wanted = TraceAnalytics()
        let isTokens = key == TraceKey.tokenUsage
        if isTokens {
            wanted.tokens = tokens(OrderedJSON.parse(text))
        } else {
            wanted.costs = costs(OrderedJSON.parse(text))
        }
        guard text == (isTokens ? wanted.tokenText : wanted.costText) else { return SQLCondition("1 = 0") }
        var parts: [String] = []
        var arguments: [SQLValue] = []
        for column in isTokens ? tokenKeys : costKeys {
            let value: SQLValue = isTokens ? .optional(wanted.tokens[column]) : .optional(wanted.costs[column])
            parts.append(value == .null ? "t.\(column) IS NULL" : "COALESCE(t.\(column) = ?, 1 = 0)")
            if value != .null { arguments.append(value) }
        }
        return SQLCondition(parts.joined(separator: " AND "), arguments)
    }
}
