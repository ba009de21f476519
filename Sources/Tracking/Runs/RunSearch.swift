import Primitives
import Storage

/// A run search as one SQL statement that yields keys of runs in order.
struct RunSearch: Sendable {
    let sql: String
    let arguments: [SQLValue]

    init(_ query: RunStore.Query) throws {
        var condition = SQLCondition("r.experiment_id", anyOf: query.experiments.map(SQLValue.integer))
        condition.and(SQLCondition("r.lifecycle_stage", anyOf: query.view.stages))
        for clause in try SearchFilter.parse(query.filter) { condition.and(try Self.condition(clause)) }
        let ordering = try RunOrdering(query.order)
        sql =
            "SELECT r.run_key FROM tracking_run AS r\(ordering.joins) WHERE \(condition.sql) ORDER BY \(ordering.terms)"
        arguments = ordering.arguments + condition.arguments
    }

    private static func condition(_ clause: SearchClause) throws -> SQLCondition {
        switch try SearchFields.entity(clause.entity) {
        case .attribute: return try attribute(clause)
        case .metric: return try metric(clause)
        case .parameter: return try SQLCondition.pair(table: "run_param", owner: "run_key", of: "r.run_key", clause)
        case .tag: return try SQLCondition.pair(table: "run_tag", owner: "run_key", of: "r.run_key", clause)
        case .dataset: return try dataset(clause)
        }
    }

    private static func attribute(_ clause: SearchClause) throws -> SQLCondition {
        let column = try SearchFields.column(clause.key)
        if clause.comparator == .isNull || clause.comparator == .isNotNull {
            throw PlatformError.mlflowInvalid(
                "IS NULL / IS NOT NULL is only supported for tags and params, not for 'attribute' '\(clause.key)'"
            )
        }
        if column == "start_time" || column == "end_time" { return try SQLCondition.number("r.\(column)", clause) }
        return try SQLCondition.text("r.\(column)", clause, allowingLists: column == "run_id")
    }

    /// NaN is unequal to everything and neither less nor greater.
    private static func metric(_ clause: SearchClause) throws -> SQLCondition {
        switch clause.value {
        case .integer, .real: break
        default:
            throw PlatformError.mlflowInvalid("Expected numeric value type for metric. Found \(clause.value.written)")
        }
        let value = try SQLCondition.number("m.value", clause)
        let nan = clause.comparator == .notEqual ? "(\(value.sql) OR m.is_nan = 1)" : "\(value.sql) AND m.is_nan = 0"
        return SQLCondition(
            "EXISTS (SELECT 1 FROM run_latest_metric AS m WHERE m.run_key = r.run_key AND m.key = ? AND \(nan))",
            [.text(clause.key)] + value.arguments
        )
    }

    private static func dataset(_ clause: SearchClause) throws -> SQLCondition {
        let columns = ["name": "d.name", "digest": "d.digest", "context": "i.context"]
        guard let column = columns[clause.key] else {
            throw SearchFields.invalidKey("dataset", clause.key, Set(columns.keys))
        }
        let inner = try SQLCondition.text(column, clause, allowingLists: true)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM run_dataset_input AS i JOIN run_dataset AS d ON d.dataset_key = i.dataset_key "
                + "WHERE i.run_key = r.run_key AND \(inner.sql))",
            inner.arguments
        )
    }
}

/// The order of a run search: outer joins to the tables of its fields, and the terms. Runs without a value come last,
/// NaN before them.
private struct RunOrdering {
    private(set) var joins = ""
    private(set) var arguments: [SQLValue] = []
    private(set) var terms = ""

    /// The most fields to order by.
    private static let maximumFields = 16

    init(_ order: [String]) throws {
        guard order.count <= Self.maximumFields else {
            throw PlatformError.mlflowInvalid("`order_by` has more than \(Self.maximumFields) fields.")
        }
        var parts: [String] = []
        var seen: Set<String> = []
        for (index, text) in order.enumerated() {
            let field = try SearchOrder.parse(text)
            let direction = field.ascending ? "ASC" : "DESC"
            let entity = try SearchFields.entity(field.entity)
            guard seen.insert("\(entity.rawValue).\(field.key)").inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            let alias = "o\(index)"
            switch entity {
            case .attribute:
                let column = "r." + (try SearchFields.column(field.key))
                if column == "r.start_time" { seen.insert("start_time") }
                if column == "r.end_time" { parts.append("CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END") }
                parts.append("\(column) \(direction)")
            case .metric:
                join("run_latest_metric", alias, field.key)
                parts.append("CASE WHEN \(alias).is_nan = 1 THEN 1 WHEN \(alias).value IS NULL THEN 2 ELSE 0 END")
                parts.append("\(alias).value \(direction)")
            case .parameter, .tag:
                join(entity == .tag ? "run_tag" : "run_param", alias, field.key)
                parts.append("CASE WHEN \(alias).value IS NULL THEN 1 ELSE 0 END")
                parts.append("\(alias).value \(direction)")
            case .dataset:
                throw PlatformError.mlflowInvalid("Invalid order_by entity type 'dataset'")
            }
        }
        if !seen.contains("start_time") { parts.append("r.start_time DESC") }
        parts.append("r.run_id")
        terms = parts.joined(separator: ", ")
    }

    private mutating func join(_ table: String, _ alias: String, _ key: String) {
        joins += " LEFT JOIN \(table) AS \(alias) ON \(alias).run_key = r.run_key AND \(alias).key = ?"
        arguments.append(.text(key))
    }
}
