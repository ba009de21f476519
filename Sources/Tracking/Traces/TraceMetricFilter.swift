import Primitives
import Storage

/// A condition of a sum over traces: `trace.status = 'OK'`, ``trace.tag.`my key` = 'x'``, `span.name = 'llm'`.
struct TraceMetricFilter {
    /// The condition of a filter.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    static func condition(_ text: String, view: TraceMetricQuery.View) throws -> SQLCondition {
        let (identifier, comparator, value) = try TraceFilter.single(text)
        let parts = identifier.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else {
            throw PlatformError.mlflowInvalid(
                "Invalid identifier '\(identifier)'. Columns should be specified as 'trace.<key>', 'span.<key>', "
                    + "'assessment.<key>'."
            )
        }
        let group = TraceFields.bare(parts[0])
        let key = try key(parts, group)
        guard comparator == .equal else {
            throw PlatformError.mlflowInvalid(
                "Invalid comparator: '\(comparator.rawValue)', only '=' operator is supported"
            )
        }
        guard case .text(let wanted) = value else {
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for \(parts[1]) value (e.g. 'my-value'). Got value \(value.written)"
            )
        }
        switch group {
        case "trace": return try trace(parts[1], key ?? "", wanted)
        case "span":
            try require(view, .spans, "span")
            return SQLCondition("s.\(parts[1]) = ?", [.text(wanted)])
        default:
            try require(view, .assessments, "assessment")
            return SQLCondition("a.\(parts[1]) = ?", [.text(wanted)])
        }
    }

    /// The fields of each group, and whether a key follows.
    private static let known: [String: [String: Bool]] = [
        "trace": ["status": false, "tag": true, "metadata": true],
        "span": ["name": false, "status": false, "type": false],
        "assessment": ["name": false, "type": false],
    ]

    private static func key(_ parts: [String], _ group: String) throws -> String? {
        guard let fields = known[group] else {
            throw PlatformError.mlflowInvalid(
                "Invalid view type '\(group)'. Valid values are dict_keys(['trace', 'span', 'assessment'])"
            )
        }
        guard let needsKey = fields[parts[1]] else {
            throw PlatformError.mlflowInvalid(
                "Invalid entity '\(parts[1])' specified for view type '\(group)'. Valid entities are "
                    + "[\(fields.keys.sorted().map { "'\($0)'" }.joined(separator: ", "))]"
            )
        }
        if needsKey, parts.count == 2 {
            throw PlatformError.mlflowInvalid(
                "Filtering by \(parts[1]) requires a key, e.g. '\(group).\(parts[1]).<key> = <value>'"
            )
        }
        if !needsKey, parts.count == 3 {
            throw PlatformError.mlflowInvalid(
                "Filtering by \(parts[1]) does not require a key, use '\(group).\(parts[1])' instead"
            )
        }
        return parts.count == 3 ? TraceFields.bare(parts[2]) : nil
    }

    private static func require(
        _ view: TraceMetricQuery.View,
        _ wanted: TraceMetricQuery.View,
        _ what: String
    ) throws {
        guard view == wanted else {
            throw PlatformError.mlflowInvalid(
                "Filtering by \(what) is only supported for \(wanted.rawValue) view type, got \(view.rawValue)"
            )
        }
    }

    private static func trace(_ field: String, _ key: String, _ wanted: String) throws -> SQLCondition {
        let value = SQLValue.text(wanted)
        switch (field, key) {
        case ("status", _): return SQLCondition("t.status = ?", [value])
        case ("tag", TraceKey.name): return SQLCondition("t.trace_name = ?", [value])
        case ("metadata", TraceKey.session): return SQLCondition("t.session_id = ?", [value])
        case ("metadata", TraceKey.tokenUsage), ("metadata", TraceKey.cost):
            return try TraceAnalytics.condition(
                TraceClause(entity: .metadata, key: key, comparator: .equal, value: .text(wanted))
            )
        default:
            let table = field == "tag" ? "trace_tag" : "trace_metadata"
            let pair = SQLCondition(
                "EXISTS (SELECT 1 FROM \(table) AS p WHERE p.trace_id = t.trace_id AND p.key = ? AND p.value = ?)",
                [.text(key), value]
            )
            guard field == "metadata", key == TraceKey.sourceRun else { return pair }
            return SQLCondition(
                "(\(pair.sql) OR EXISTS (SELECT 1 FROM trace_link AS l WHERE l.trace_id = t.trace_id AND l.kind = 'run' "
                    + "AND l.target = ?))",
                pair.arguments + [value]
            )
        }
    }
}
