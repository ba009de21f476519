import Primitives
import Storage

/// The order of a run search: outer joins to the tables of its fields, and the terms. Runs without a value come last,
/// NaN before them.
struct RunOrdering: Sendable {
    /// One field of another table: `LEFT JOIN table AS alias ON … AND alias.key = ?`.
    struct Join: Sendable {
        let table: String
        let alias: String
        let key: String

        var sql: String { " LEFT JOIN \(table) AS \(alias) ON \(alias).run_key = r.run_key AND \(alias).key = ?" }
    }

    /// What the order begins with, when an index gives that order.
    enum Lead: Sendable {
        case startTime
        /// A metric, by its index in each experiment.
        case metric(String)
        /// A param or tag, by its table's index over all experiments.
        case pair(table: String, key: String)
    }

    private(set) var joins: [Join] = []
    private(set) var terms: [SortTerm] = []
    private(set) var lead: Lead?

    /// The most fields to order by.
    private static let maximumFields = 16

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ order: [String]) throws {
        guard order.count <= Self.maximumFields else {
            throw PlatformError.mlflowInvalid("`order_by` has more than \(Self.maximumFields) fields.")
        }
        var seen: Set<String> = []
        for (index, text) in order.enumerated() {
            let field = try SearchOrder.parse(text)
            let entity = try SearchFields.entity(field.entity)
            let alias = "o\(index)"
            switch entity {
            case .attribute:
                let column = "r." + (try SearchFields.column(field.key))
                if column == "r.start_time" { seen.insert("start_time") }
                if column == "r.end_time" { terms.append(SortTerm("CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END")) }
                terms.append(SortTerm(column, ascending: field.ascending))
            case .metric:
                if index == 0 { lead = .metric(field.key) }
                joins.append(Join(table: "run_latest_metric", alias: alias, key: field.key))
                terms.append(
                    SortTerm("CASE WHEN \(alias).is_nan = 1 THEN 1 WHEN \(alias).value IS NULL THEN 2 ELSE 0 END")
                )
                terms.append(SortTerm("\(alias).value", ascending: field.ascending))
            case .parameter, .tag:
                let table = entity == .tag ? "run_tag" : "run_param"
                if index == 0 { lead = .pair(table: table, key: field.key) }
                joins.append(Join(table: table, alias: alias, key: field.key))
                terms.append(SortTerm("CASE WHEN \(alias).value IS NULL THEN 1 ELSE 0 END"))
                terms.append(SortTerm("\(alias).value", ascending: field.ascending))
            case .dataset: throw PlatformError.mlflowInvalid("Invalid order_by entity type 'dataset'")
            }
            guard seen.insert("\(entity.rawValue).\(field.key)").inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
        }
        if !seen.contains("start_time") { terms.append(SortTerm("r.start_time", ascending: false)) }
        terms.append(SortTerm("r.run_id"))
        if terms[0].sql == "r.start_time" { lead = .startTime }
    }
}
