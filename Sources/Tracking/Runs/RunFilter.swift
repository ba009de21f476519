import Primitives
import Storage

/// One comparison of a run search: the condition on a run `r`, and, where an index knows the matching runs, a statement that
/// lists their keys.
struct RunFilter: Sendable {
    private(set) var condition: SQLCondition
    let keys: SQLCondition?
    /// Whether a param or tag must have one value.
    let isEqualText: Bool
    private let run: String

    /// - Parameter run: what holds the run's key in the statement: a table that is read before `tracking_run` spares
    ///   the lookup of runs that do not match.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ clause: SearchClause, experiments: SQLCondition, run: String) throws {
        self.run = run
        if case .text = clause.value { isEqualText = clause.comparator == .equal } else { isEqualText = false }
        let entity = try SearchFields.entity(clause.entity)
        if clause.comparator == .isNull || clause.comparator == .isNotNull, entity != .tag, entity != .parameter {
            throw PlatformError.mlflowInvalid(
                "IS NULL / IS NOT NULL is only supported for tags and params, not for '\(entity.rawValue)' '\(clause.key)'"
            )
        }
        switch entity {
        case .attribute: (condition, keys) = try Self.attribute(clause, run)
        case .metric: (condition, keys) = try Self.metric(clause, experiments, run)
        case .parameter: (condition, keys) = try Self.pair("run_param", clause, run)
        case .tag: (condition, keys) = try Self.pair("run_tag", clause, run)
        case .dataset: (condition, keys) = (try Self.dataset(clause, run), nil)
        }
    }

    /// Looks the matching runs up once instead of asking about each run that is met.
    mutating func listKeys() {
        if let keys { condition = SQLCondition("\(run) IN (\(keys.sql))", keys.arguments) }
    }

    private static func attribute(_ clause: SearchClause, _ run: String) throws -> (SQLCondition, SQLCondition?) {
        let column = try SearchFields.column(clause.key)
        if column == "start_time" || column == "end_time" {
            return (try SQLCondition.number("r.\(column)", clause), nil)
        }
        // The name is also a tag, and it is the tag that MLflow compares.
        if column == "name" {
            if case .list = clause.value { _ = try SQLCondition.text("r.name", clause) }
            return try pair("run_tag", clause.with(key: RunStore.nameTag), run)
        }
        let condition = try SQLCondition.text("r.\(column)", clause, allowingLists: column == "run_id")
        guard column == "run_id", clause.comparator == .equal || clause.comparator == .in else {
            return (condition, nil)
        }
        let inner = try SQLCondition.text("run_id", clause, allowingLists: true)
        return (condition, SQLCondition("SELECT run_key FROM tracking_run WHERE \(inner.sql)", inner.arguments))
    }

    private static func pair(_ table: String, _ clause: SearchClause, _ run: String) throws -> (
        SQLCondition, SQLCondition?
    ) {
        let condition = try SQLCondition.pair(table: table, owner: "run_key", of: run, clause)
        guard clause.comparator == .equal, case .text(let text) = clause.value else { return (condition, nil) }
        let keys = SQLCondition(
            "SELECT run_key FROM \(table) WHERE key = ? AND value = ?",
            [.text(clause.key), .text(text)]
        )
        return (condition, keys)
    }

    /// NaN is unequal to everything and neither less nor greater.
    private static func metric(_ clause: SearchClause, _ experiments: SQLCondition, _ run: String) throws -> (
        SQLCondition, SQLCondition?
    ) {
        switch clause.value {
        case .integer, .real: break
        default:
            throw PlatformError.mlflowInvalid("Expected numeric value type for metric. Found \(clause.value.written)")
        }
        let value = try SQLCondition.number("m.value", clause)
        let unequal = clause.comparator == .notEqual
        let nan = unequal ? "(\(value.sql) OR m.is_nan = 1)" : "\(value.sql) AND m.is_nan = 0"
        let condition = SQLCondition(
            "EXISTS (SELECT 1 FROM run_latest_metric AS m WHERE m.run_key = \(run) AND m.key = ? AND \(nan))",
            [.text(clause.key)] + value.arguments
        )
        if unequal { return (condition, nil) }
        let keys = SQLCondition(
            "SELECT m.run_key FROM run_latest_metric AS m WHERE \(experiments.sql) AND m.key = ? AND \(nan)",
            experiments.arguments + [.text(clause.key)] + value.arguments
        )
        return (condition, keys)
    }

    private static func dataset(_ clause: SearchClause, _ run: String) throws -> SQLCondition {
        let columns = ["name": "d.name", "digest": "d.digest", "context": "i.context"]
        guard let column = columns[clause.key] else {
            throw SearchFields.invalidKey("dataset", clause.key, Set(columns.keys))
        }
        let inner = try SQLCondition.text(column, clause, allowingLists: true)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM run_dataset_input AS i JOIN run_dataset AS d ON d.dataset_key = i.dataset_key "
                + "WHERE i.run_key = \(run) AND \(inner.sql))",
            inner.arguments
        )
    }
}

extension SearchClause {
    /// The same comparison of another key.
    func with(key: String) -> SearchClause {
        SearchClause(entity: entity, key: key, comparator: comparator, value: value)
    }
}
