import Foundation
import Primitives
import Storage

extension TraceStore {
    /// Groups and sums, in one statement; the groups are in the order of time and then of their dimensions.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func metrics(_ query: TraceMetricQuery) async throws -> [TraceMetricQuery.Point] {
        try TrackingLimits.page(query.maximum)
        guard query.aggregations.count <= Self.maximumAggregations else {
            throw PlatformError.mlflowInvalid("At most \(Self.maximumAggregations) aggregations are computed at once.")
        }
        let statement = try TraceMetricStatement(query)
        return try await database.read { reader in
            try reader.query(statement.sql, statement.arguments).compactMap(statement.point)
        }
    }

    private static let maximumAggregations = 32
}

/// The statement of a sum. Values are ranked within their group, so that percentiles need neither a second statement nor a
/// function that only one database has.
private struct TraceMetricStatement: Sendable {
    private(set) var sql = ""
    private(set) var arguments: [SQLValue] = []
    private let query: TraceMetricQuery
    private let dimensions: [String]

    init(_ query: TraceMetricQuery) throws {
        self.query = query
        let figure = try query.figure()
        dimensions = (query.interval == nil ? [] : ["time_bucket"]) + query.dimensions
        var condition = SQLCondition("t.experiment_id", anyOf: query.experiments.map(SQLValue.integer))
        for filter in query.filters { condition.and(try TraceMetricFilter.condition(filter, view: query.view)) }
        for bound in Self.range(query) { condition.and(bound) }
        if query.view == .assessments { condition.and(SQLCondition("a.valid = 1")) }
        var columns: [String] = []
        if let interval = query.interval {
            let time = query.view == .spans ? "(s.start_time_unix_nano / 1000000)" : "t.timestamp_ms"
            columns.append("(\(time) - (\(time) % \(interval * 1000)))")
        }
        columns += query.dimensions.compactMap { figure.dimensions[$0] }
        for column in columns + [figure.sql] where column != "1" {
            condition.and(SQLCondition("\(column) IS NOT NULL"))
        }
        let value = query.metric == "session_count" ? figure.sql : "CAST(\(figure.sql) AS DOUBLE PRECISION)"
        let groups = columns.indices.map { "d\($0)" }
        var inner = zip(columns, groups).map { "\($0) AS \($1)" } + ["\(value) AS v"]
        if query.needsRanks {
            let partition = columns.isEmpty ? "" : "PARTITION BY \(columns.joined(separator: ", ")) "
            inner.append("ROW_NUMBER() OVER (\(partition)ORDER BY \(value)) - 1 AS rank_in_group")
            inner.append("COUNT(*) OVER (\(partition.trimmingCharacters(in: .whitespaces))) AS group_size")
        }
        let outer = groups + query.aggregations.indices.flatMap { Self.expressions(query, $0) }
        let grouping = groups.isEmpty ? "" : " GROUP BY \(groups.joined(separator: ", "))"
        let ordering = groups.isEmpty ? "" : " ORDER BY \(groups.joined(separator: ", "))"
        let size = query.needsRanks ? ["MAX(group_size) AS group_size"] : []
        sql =
            "SELECT \((outer + size).joined(separator: ", ")) FROM (SELECT \(inner.joined(separator: ", ")) "
            + "FROM \(Self.tables(query.view)) WHERE \(condition.sql)) AS ranked\(grouping)\(ordering) LIMIT ?"
        arguments = condition.arguments + [.integer(Int64(query.maximum))]
    }

    private static func tables(_ view: TraceMetricQuery.View) -> String {
        switch view {
        case .traces: "trace AS t"
        case .spans: "trace AS t JOIN trace_span AS s ON s.trace_id = t.trace_id"
        case .assessments: "trace AS t JOIN trace_assessment AS a ON a.trace_id = t.trace_id"
        }
    }

    /// Costs of spans are taken by the span's own start, everything else by the trace's.
    private static func range(_ query: TraceMetricQuery) -> [SQLCondition] {
        let bySpan = query.view == .spans && TraceAnalytics.costKeys.contains(query.metric)
        func bound(_ moment: Int64, _ sign: String) -> SQLCondition {
            guard bySpan else { return SQLCondition("t.timestamp_ms \(sign) ?", [.integer(moment)]) }
            return SQLCondition("(s.start_time_unix_nano / 1000000) \(sign) ?", [.integer(moment)])
        }
        return [query.start.map { bound($0, ">=") }, query.end.map { bound($0, "<=") }].compactMap(\.self)
    }

    /// The columns of one aggregation; a percentile has two, the neighbours of its place.
    private static func expressions(_ query: TraceMetricQuery, _ index: Int) -> [String] {
        switch query.aggregations[index] {
        case .count: return ["COUNT(\(query.metric == "session_count" ? "DISTINCT v" : "v")) AS a\(index)"]
        case .sum: return ["SUM(v) AS a\(index)"]
        case .mean: return ["AVG(v) AS a\(index)"]
        case .least: return ["MIN(v) AS a\(index)"]
        case .greatest: return ["MAX(v) AS a\(index)"]
        case .percentile(let percent):
            let place = "CAST(\(percent / 100) AS DOUBLE PRECISION) * (group_size - 1)"
            return [
                "MAX(CASE WHEN rank_in_group <= \(place) THEN v END) AS a\(index)",
                "MIN(CASE WHEN rank_in_group >= \(place) THEN v END) AS b\(index)",
            ]
        }
    }

    /// A row as a group; nil when nothing was there to sum.
    func point(_ row: SQLRow) throws -> TraceMetricQuery.Point? {
        var values: [String: Double] = [:]
        for (index, aggregation) in query.aggregations.enumerated() {
            guard let value = try row.optionalReal("a\(index)") else { continue }
            values[aggregation.label] = value
            if case .percentile(let percent) = aggregation, let above = try row.optionalReal("b\(index)") {
                let place = percent / 100 * Double(try row.integer("group_size") - 1)
                values[aggregation.label] = value + (above - value) * (place - place.rounded(.down))
            }
        }
        guard !values.isEmpty else { return nil }
        let group = try dimensions.enumerated().map { index, name in
            let value = try row.value("d\(index)")
            guard name == "time_bucket", case .integer(let moment) = value else {
                return KeyValue(name, try row.text("d\(index)"))
            }
            return KeyValue(name, Self.time(moment))
        }
        return TraceMetricQuery.Point(dimensions: group, values: values)
    }

    /// As Python's `datetime.isoformat` writes UTC: `2026-11-23T08:00:00+00:00`.
    private static func time(_ milliseconds: Int64) -> String {
        let text = Timestamp(milliseconds: milliseconds).description
        let rest = text.dropLast()
        let fraction = rest.suffix(3)
        return (fraction == "000" ? String(rest.dropLast(4)) : "\(rest)000") + "+00:00"
    }
}

extension TraceMetricQuery {
    fileprivate var needsRanks: Bool {
        aggregations.contains { if case .percentile = $0 { true } else { false } }
    }
}
