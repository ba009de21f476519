import Foundation
import Primitives
import Storage

extension TraceStore {
    /// Which traces to find.
    package struct Query: Sendable {
        /// The experiments; none finds nothing.
        package let experiments: [Int64]
        /// Comparisons joined by AND.
        package let filter: String?
        /// Fields with ASC or DESC; by default the newest first.
        package let order: [String]
        /// The most traces of one page.
        package let maximum: Int
        /// The page after this one's.
        package let token: String?

        /// Describes a search.
        package init(
            experiments: [Int64],
            filter: String? = nil,
            order: [String] = [],
            maximum: Int = 100,
            token: String? = nil
        ) {
            self.experiments = experiments
            self.filter = filter
            self.order = order
            self.maximum = maximum
            self.token = token
        }
    }

    /// One page of traces, without their spans.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func search(_ query: Query) async throws -> Page<TraceInfo> {
        try TrackingLimits.page(query.maximum)
        let clauses = try TraceFilter.parse(query.filter)
        let order = try TraceOrder(query.order)
        let place = try order.page.condition(after: query.token)
        return try await database.read { reader in
            var condition = try TraceConditions(experiments: query.experiments, reader: reader).make(clauses)
            condition.and(place)
            let rows = try reader.query(
                "SELECT t.*, \(order.page.columns) FROM trace AS t\(order.joins) WHERE \(condition.sql) "
                    + "ORDER BY \(order.page.sql) LIMIT ?",
                order.joinArguments + condition.arguments + [.integer(Int64(query.maximum) + 1)]
            )
            let page = try order.page.page(rows, maximum: query.maximum)
            return Page(elements: try Self.complete(page.elements, reader), nextToken: page.nextToken)
        }
    }

    /// How often two filters hold together.
    package struct Correlation: Sendable, Hashable {
        /// Traces of the universe: all, or those of the base filter.
        package let total: Int64
        /// Those of the first filter.
        package let first: Int64
        /// Those of the second.
        package let second: Int64
        /// Those of both.
        package let both: Int64

        /// Counts two filters.
        package init(total: Int64, first: Int64, second: Int64, both: Int64) {
            self.total = total
            self.first = first
            self.second = second
            self.both = both
        }

        /// Normalised pointwise mutual information (Bouma, "Normalized (Pointwise) Mutual Information in Collocation
        /// Extraction", GSCL 2009): 1 always together, 0 independent, -1 never; NaN when a filter holds nowhere.
        package var information: Double {
            guard isDefined else { return .nan }
            return both == 0 ? -1 : information(added: 0)
        }

        /// The same with half a trace added to each cell (Jeffreys' prior), which is steadier for small counts.
        package var smoothedInformation: Double { isDefined ? information(added: 0.5) : .nan }

        private var cells: [Int64] { [both, first - both, second - both, total - first - second + both] }

        private var isDefined: Bool { total > 0 && first > 0 && second > 0 && cells.allSatisfy { $0 >= 0 } }

        private func information(added: Double) -> Double {
            if cells.dropFirst().allSatisfy({ $0 == 0 }) { return 1 }
            let padded = cells.map { Double($0) + added }
            let sum = padded.reduce(0, +)
            let joint = Foundation.log(padded[0])
            let mutual =
                joint + Foundation.log(sum) - Foundation.log(padded[0] + padded[1])
                - Foundation.log(padded[0] + padded[2])
            return max(-1, min(1, mutual / (Foundation.log(sum) - joint)))
        }
    }

    /// Counts how often two filters hold together, in one statement.
    ///
    /// - Parameter base: what a trace must satisfy to count at all.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func correlation(
        of first: String,
        and second: String,
        base: String?,
        experiments: [Int64]
    ) async throws -> Correlation {
        let base = try TraceFilter.parse(base)
        let (left, right) = (try TraceFilter.parse(first), try TraceFilter.parse(second))
        return try await database.read { reader in
            let conditions = TraceConditions(experiments: experiments, reader: reader)
            let (universe, one) = (try conditions.make(base), try conditions.make(left))
            let other = try conditions.make(right)
            let row = try reader.first(
                "SELECT COUNT(*) AS total, COALESCE(SUM(f), 0) AS one, COALESCE(SUM(g), 0) AS other, "
                    + "COALESCE(SUM(f * g), 0) AS both_hold FROM (SELECT CASE WHEN \(one.sql) THEN 1 ELSE 0 END AS f, "
                    + "CASE WHEN \(other.sql) THEN 1 ELSE 0 END AS g FROM trace AS t WHERE \(universe.sql)) AS counted",
                one.arguments + other.arguments + universe.arguments
            )
            guard let row else { return Correlation(total: 0, first: 0, second: 0, both: 0) }
            return Correlation(
                total: try row.integer("total"),
                first: try row.integer("one"),
                second: try row.integer("other"),
                both: try row.integer("both_hold")
            )
        }
    }
}
