import Primitives
import Storage

/// A run search: the keys of one page of runs, in order.
///
/// Three ways lead there. When a comparison has few matches, they are looked up by its index and sorted. When the order
/// begins with a metric, a param, a tag or the start time, its index is followed until the page is full. Otherwise
/// everything that matches is sorted.
struct RunSearch: Sendable {
    /// A run of a page and the values that it is sorted by.
    struct Hit: Sendable {
        let key: Int64
        let sortValues: [SQLValue]
    }

    /// The most matches that are worth sorting instead of following an index.
    private static let fewMatches: Int64 = 2000
    /// The most matches that are worth listing before an index is followed.
    private static let someMatches: Int64 = 20000
    /// The most experiments whose indexes are followed side by side.
    private static let manyExperiments = 16

    private let experiments: [SQLValue]
    private let stages: [SQLValue]
    /// The comparisons, by where the key of a run is found.
    private let filters: [RunFilter]
    private let leadFilters: [RunFilter]
    private let ordering: RunOrdering
    private let start: PageStart
    private let limit: Int

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ query: RunStore.Query) throws {
        let experiments = Set(query.experiments).sorted().map(SQLValue.integer)
        let scope = SQLCondition("m.experiment_id", anyOf: experiments)
        self.experiments = experiments
        stages = query.view.stages
        let clauses = try SearchFilter.parse(query.filter)
        filters = try clauses.map { try RunFilter($0, experiments: scope, run: "r.run_key") }
        leadFilters = try clauses.map { try RunFilter($0, experiments: scope, run: "o0.run_key") }
        ordering = try RunOrdering(query.order)
        start = try SortPaging.start(of: query.token, count: ordering.terms.count)
        limit = query.maximum + 1
    }

    /// The page's runs, and one more when there is a next page.
    func hits(_ reader: any SQLReader) throws -> [Hit] {
        if experiments.isEmpty { return [] }
        if case .offset = start { return try sorted(nil, reader) }
        // To count and list more pays only where several comparisons leave few runs.
        let most = filters.count > 2 ? Self.someMatches : Self.fewMatches
        var counts: [Int64] = []
        for filter in filters {
            let count = try filter.keys.map { try matches($0, upTo: most, reader) } ?? .max
            if let keys = filter.keys, count <= Self.fewMatches { return try sorted(keys, reader) }
            counts.append(count)
        }
        guard experiments.count <= Self.manyExperiments else { return try sorted(nil, reader) }
        switch ordering.lead {
        case .startTime: return try byTime(ordered(filters, counts), reader)
        case .metric(let key):
            // The numbers in order, then the runs with NaN, then those without the metric.
            return try byTiers(2, counts, reader) { tier in
                tier == 2 ? lacking("run_latest_metric", key) : having(key, tier)
            }
        case .pair(let table, let key):
            guard try isMostOfAll(reader) else { return try sorted(nil, reader) }
            return try byTiers(1, counts, reader) { tier in tier == 1 ? lacking(table, key) : [having(table, key)] }
        case nil: return try sorted(nil, reader)
        }
    }

    /// How many runs match; the largest number when there are more than `most`.
    private func matches(_ keys: SQLCondition, upTo most: Int64, _ reader: any SQLReader) throws -> Int64 {
        let count = try reader.first(
            "SELECT COUNT(*) AS total FROM (\(keys.sql) LIMIT ?) AS k",
            keys.arguments + [.integer(most + 1)]
        )?.integer("total")
        return count.flatMap { $0 <= most ? $0 : nil } ?? .max
    }

    /// The comparisons, the most selective first as far as their matches were counted, then equal texts, which are seldom
    /// met, before ranges of numbers; those with some matches are listed.
    private func ordered(_ filters: [RunFilter], _ counts: [Int64]) -> [RunFilter] {
        let ranked = zip(filters, counts).sorted { a, b in
            (a.1, a.0.isEqualText ? 0 : 1) < (b.1, b.0.isEqualText ? 0 : 1)
        }
        return ranked.map { filter, count in
            var filter = filter
            if count != .max { filter.listKeys() }
            return filter
        }
    }

    /// Whether a good part of all runs lies in these experiments: an index over all of them is worth following then.
    private func isMostOfAll(_ reader: any SQLReader) throws -> Bool {
        let all = try reader.first("SELECT MAX(run_key) AS newest FROM tracking_run")?.optionalInteger("newest") ?? 0
        let scoped = SQLCondition("r.experiment_id", anyOf: experiments)
        let here = try reader.first(
            "SELECT COUNT(*) AS total FROM tracking_run AS r WHERE \(scoped.sql)",
            scoped.arguments
        )?.integer("total")
        return (here ?? 0) * 4 >= all
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

    /// A part of the runs, all in one tier of the order's first field: where they come from and what picks them.
    private struct Source {
        let sql: String
        let condition: SQLCondition
    }

    /// The runs of each experiment with a number (tier 0) or NaN (tier 1) of a metric, in the order of its index.
    private func having(_ metric: String, _ tier: Int64) -> [Source] {
        experiments.map { experiment in
            Source(
                sql: "run_latest_metric AS o0 CROSS JOIN tracking_run AS r",
                condition: SQLCondition(
                    "o0.experiment_id = ? AND o0.key = ? AND o0.is_nan = ? AND r.run_key = o0.run_key",
                    [experiment, .text(metric), .integer(tier)]
                )
            )
        }
    }

    /// The runs with a param or a tag, in the order of its index.
    private func having(_ table: String, _ key: String) -> Source {
        var condition = SQLCondition("o0.key = ? AND r.run_key = o0.run_key", [.text(key)])
        condition.and(SQLCondition("r.experiment_id", anyOf: experiments))
        return Source(sql: "\(table) AS o0 CROSS JOIN tracking_run AS r", condition: condition)
    }

    /// The runs of each experiment without a key.
    private func lacking(_ table: String, _ key: String) -> [Source] {
        experiments.map { experiment in
            var condition = SQLCondition("r.experiment_id = ?", [experiment])
            condition.and(
                SQLCondition(
                    "NOT EXISTS (SELECT 1 FROM \(table) AS n WHERE n.run_key = r.run_key AND n.key = ?)",
                    [.text(key)]
                )
            )
            return Source(sql: "tracking_run AS r", condition: condition)
        }
    }

    /// Follows the index of the order's first field tier by tier, until the page is full.
    ///
    /// - Parameter last: the tier of the runs that lack the field.
    private func byTiers(
        _ last: Int64,
        _ counts: [Int64],
        _ reader: any SQLReader,
        _ sources: (Int64) -> [Source]
    ) throws -> [Hit] {
        var found: [Hit] = []
        var values: [SQLValue] = []
        var first: Int64 = 0
        if case .after(let given) = start, case .integer(let tier)? = given.first {
            first = tier
            values = given
        }
        for tier in first...max(first, last) where found.count < limit {
            // In the first tier the value tells the order; in the others all values are alike.
            let fixed = tier == 0 ? 1 : 2
            let after = tier == first && !values.isEmpty ? Array(values.dropFirst(fixed)) : nil
            let terms = Array(ordering.terms.dropFirst(fixed))
            let joins = Array(ordering.joins.dropFirst())
            let left = limit - found.count
            let filters = ordered(tier < last ? leadFilters : filters, counts)
            let parts = sources(tier).map { part($0.sql, joins, $0.condition, filters, terms, after, left) }
            let lead: [SQLValue] = tier == 0 ? [.integer(0)] : [.integer(tier), tier < last ? .real(0) : .null]
            found += try merged(parts, terms, left, reader).map { Hit(key: $0.key, sortValues: lead + $0.sortValues) }
        }
        return found
    }

    /// Follows the index of start times.
    private func byTime(_ filters: [RunFilter], _ reader: any SQLReader) throws -> [Hit] {
        var after: [SQLValue]?
        if case .after(let values) = start { after = values }
        let parts = experiments.flatMap { experiment in
            stages.map { stage in
                part(
                    "tracking_run AS r",
                    ordering.joins,
                    SQLCondition("r.experiment_id = ? AND r.lifecycle_stage = ?", [experiment, stage]),
                    filters,
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
        _ filters: [RunFilter],
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
