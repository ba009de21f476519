import Primitives
import Storage

/// A run search: the keys of one page of runs, in order.
///
/// Three ways lead there. When a comparison has few matches, they are looked up by its index and sorted. When the order
/// begins with a metric or the start time, its index is followed until the page is full. Otherwise everything that
/// matches is sorted.
struct RunSearch: Sendable {
    /// A run of a page and the values that it is sorted by.
    struct Hit: Sendable {
        let key: Int64
        let sortValues: [SQLValue]
    }

    /// The most matches that are worth sorting instead of following an index.
    private static let fewMatches: Int64 = 2000
    /// The most experiments whose indexes are followed side by side.
    private static let manyExperiments = 16

    private let experiments: [SQLValue]
    private let stages: [SQLValue]
    private let filters: [RunFilter]
    private let ordering: RunOrdering
    private let start: PageStart
    private let limit: Int

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ query: RunStore.Query) throws {
        let experiments = Set(query.experiments).sorted().map(SQLValue.integer)
        let scope = SQLCondition("m.experiment_id", anyOf: experiments)
        self.experiments = experiments
        stages = query.view.stages
        filters = try SearchFilter.parse(query.filter).map { try RunFilter($0, experiments: scope) }
        ordering = try RunOrdering(query.order)
        start = try SortPaging.start(of: query.token, count: ordering.terms.count)
        limit = query.maximum + 1
    }

    /// The page's runs, and one more when there is a next page.
    func hits(_ reader: any SQLReader) throws -> [Hit] {
        if experiments.isEmpty { return [] }
        if case .offset = start { return try sorted(nil, reader) }
        for filter in filters {
            guard let keys = filter.keys else { continue }
            let count = try reader.first(
                "SELECT COUNT(*) AS total FROM (\(keys.sql) LIMIT ?) AS k",
                keys.arguments + [.integer(Self.fewMatches + 1)]
            )?.integer("total")
            if let count, count <= Self.fewMatches { return try sorted(keys, reader) }
        }
        guard experiments.count <= Self.manyExperiments else { return try sorted(nil, reader) }
        if let metric = ordering.leadingMetric { return try byMetric(metric, reader) }
        if ordering.beginsWithStartTime { return try byTime(reader) }
        return try sorted(nil, reader)
    }

    private var scope: SQLCondition {
        var condition = SQLCondition("r.experiment_id", anyOf: experiments)
        condition.and(SQLCondition("r.lifecycle_stage", anyOf: stages))
        return condition
    }

    private func columns(_ terms: [SortTerm]) -> String {
        terms.enumerated().map { "\($1.sql) AS k\($0)" }.joined(separator: ", ")
    }

    /// Sorts all matches, or those among `keys`.
    private func sorted(_ keys: SQLCondition?, _ reader: any SQLReader) throws -> [Hit] {
        var condition = scope
        for filter in filters { condition.and(filter.condition) }
        if keys != nil { condition.and(SQLCondition("r.run_key = c.run_key")) }
        if case .after(let values) = start { condition.and(SortPaging.condition(ordering.terms, after: values)) }
        let source = keys.map { "(\($0.sql)) AS c CROSS JOIN tracking_run AS r" } ?? "tracking_run AS r"
        let rows = try reader.query(
            "SELECT r.run_key, \(columns(ordering.terms)) FROM \(source)\(ordering.joins.map(\.sql).joined()) "
                + "WHERE \(condition.sql) ORDER BY \(SortPaging.ordering(ordering.terms)) LIMIT ? OFFSET ?",
            (keys?.arguments ?? []) + ordering.joins.map { .text($0.key) } + condition.arguments
                + [.integer(Int64(limit)), .integer(Int64(start.offset))]
        )
        return try rows.map { try hit($0, ordering.terms.count) }
    }

    /// Follows the metric's index: first the numbers in order, then the runs with NaN, then those without the metric.
    private func byMetric(_ metric: String, _ reader: any SQLReader) throws -> [Hit] {
        var found: [Hit] = []
        var values: [SQLValue] = []
        var first: Int64 = 0
        if case .after(let given) = start, case .integer(let tier)? = given.first {
            first = tier
            values = given
        }
        for tier in first...max(first, 2) where found.count < limit {
            let after = tier == first && !values.isEmpty ? Array(values.dropFirst(tier == 0 ? 1 : 2)) : nil
            found += try tiered(metric, tier, after, limit - found.count, reader)
        }
        return found
    }

    private func tiered(_ metric: String, _ tier: Int64, _ after: [SQLValue]?, _ limit: Int, _ reader: any SQLReader)
        throws -> [Hit]
    {
        let terms = Array(ordering.terms.dropFirst(tier == 0 ? 1 : 2))
        let joins = Array(ordering.joins.dropFirst())
        var parts: [SQLCondition] = []
        for experiment in experiments {
            var condition: SQLCondition
            if tier == 2 {
                condition = SQLCondition("r.experiment_id = ?", [experiment])
                condition.and(
                    SQLCondition(
                        "NOT EXISTS (SELECT 1 FROM run_latest_metric AS n WHERE n.run_key = r.run_key AND n.key = ?)",
                        [.text(metric)]
                    )
                )
            } else {
                condition = SQLCondition(
                    "o0.experiment_id = ? AND o0.key = ? AND o0.is_nan = ? AND r.run_key = o0.run_key",
                    [experiment, .text(metric), .integer(tier)]
                )
            }
            let source = tier == 2 ? "tracking_run AS r" : "run_latest_metric AS o0 CROSS JOIN tracking_run AS r"
            parts.append(part(source, joins, condition, terms, after, limit))
        }
        let lead: [SQLValue] = tier == 0 ? [.integer(0)] : [.integer(tier), tier == 1 ? .real(0) : .null]
        return try merged(parts, terms, limit, reader).map { Hit(key: $0.key, sortValues: lead + $0.sortValues) }
    }

    /// Follows the index of start times.
    private func byTime(_ reader: any SQLReader) throws -> [Hit] {
        var after: [SQLValue]?
        if case .after(let values) = start { after = values }
        let parts = experiments.flatMap { experiment in
            stages.map { stage in
                part(
                    "tracking_run AS r",
                    ordering.joins,
                    SQLCondition("r.experiment_id = ? AND r.lifecycle_stage = ?", [experiment, stage]),
                    ordering.terms,
                    after,
                    limit
                )
            }
        }
        return try merged(parts, ordering.terms, limit, reader)
    }

    /// A statement whose order an index gives: the page's share of one experiment.
    private func part(
        _ source: String,
        _ joins: [RunOrdering.Join],
        _ wanted: SQLCondition,
        _ terms: [SortTerm],
        _ after: [SQLValue]?,
        _ limit: Int
    ) -> SQLCondition {
        var condition = wanted
        condition.and(SQLCondition("r.lifecycle_stage", anyOf: stages))
        if let after, let term = terms.first, after[0] != .null {
            // Said once more without alternatives, so that the index can begin there.
            condition.and(SQLCondition("\(term.sql) \(term.ascending ? ">=" : "<=") ?", [after[0]]))
        }
        if let after { condition.and(SortPaging.condition(terms, after: after)) }
        for filter in filters { condition.and(filter.condition) }
        return SQLCondition(
            "SELECT r.run_key, \(columns(terms)) FROM \(source)\(joins.map(\.sql).joined()) WHERE \(condition.sql) "
                + "ORDER BY \(SortPaging.ordering(terms)) LIMIT ?",
            joins.map { .text($0.key) } + condition.arguments + [.integer(Int64(limit))]
        )
    }

    private func merged(_ parts: [SQLCondition], _ terms: [SortTerm], _ limit: Int, _ reader: any SQLReader) throws
        -> [Hit]
    {
        guard parts.count > 1 else {
            return try parts.flatMap { part in
                try reader.query(part.sql, part.arguments).map { try hit($0, terms.count) }
            }
        }
        let union = parts.enumerated().map { "SELECT * FROM (\($1.sql)) AS p\($0)" }.joined(separator: " UNION ALL ")
        let order = terms.enumerated().map { "k\($0) \($1.ascending ? "ASC" : "DESC")" }.joined(separator: ", ")
        return try reader.query(
            "SELECT * FROM (\(union)) AS u ORDER BY \(order) LIMIT ?",
            parts.flatMap(\.arguments) + [.integer(Int64(limit))]
        ).map { try hit($0, terms.count) }
    }

    private func hit(_ row: SQLRow, _ count: Int) throws -> Hit {
        Hit(key: try row.integer("run_key"), sortValues: try (0..<count).map { try row.value("k\($0)") })
    }
}
