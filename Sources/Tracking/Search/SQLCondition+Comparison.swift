import Primitives
import Storage

extension SQLCondition {
    /// A comparison of a text column.
    static func text(_ column: String, _ clause: SearchClause, allowingLists: Bool = false) throws -> SQLCondition {
        switch (clause.comparator, clause.value) {
        case (.equal, .text(let value)): return SQLCondition("\(column) = ?", [.text(value)])
        case (.notEqual, .text(let value)): return SQLCondition("\(column) <> ?", [.text(value)])
        case (.like, .text(let value)): return SQLCondition("\(column) LIKE ?", [.text(value)])
        case (.caseInsensitiveLike, .text(let value)):
            return SQLCondition("LOWER(\(column)) LIKE LOWER(?)", [.text(value)])
        case (.in, .list(let values)) where allowingLists:
            return SQLCondition(column, anyOf: values.map(SQLValue.text))
        case (.notIn, .list(let values)) where allowingLists:
            let list = SQLCondition(column, anyOf: values.map(SQLValue.text))
            return SQLCondition("NOT (\(list.sql))", list.arguments)
        case (.equal, _), (.notEqual, _), (.like, _), (.caseInsensitiveLike, _):
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for \(clause.entity ?? "attributes") (e.g. 'my-value'). "
                    + "Got value \(clause.value.written)"
            )
        case (.in, _), (.notIn, _):
            throw PlatformError.mlflowInvalid(
                "Only ['run_id'] attributes support comparison with a list of quoted string values."
            )
        default: throw SearchFields.invalidComparator(clause, "'!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'")
        }
    }

    /// A comparison of a numeric column.
    static func number(_ column: String, _ clause: SearchClause, allowingLists: Bool = false) throws -> SQLCondition {
        if allowingLists, case .list(let texts) = clause.value {
            let list = SQLCondition(column, anyOf: texts.compactMap { Int64($0).map(SQLValue.integer) })
            return SQLCondition(clause.comparator == .in ? list.sql : "NOT (\(list.sql))", list.arguments)
        }
        guard [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].contains(clause.comparator) else {
            throw SearchFields.invalidComparator(clause, "'>', '>=', '!=', '=', '<', '<='")
        }
        let sign = clause.comparator == .notEqual ? "<>" : clause.comparator.rawValue
        switch clause.value {
        case .integer(let value): return SQLCondition("\(column) \(sign) ?", [.integer(value)])
        case .real(let value): return SQLCondition("\(column) \(sign) ?", [.real(value)])
        default:
            throw PlatformError.mlflowInvalid(
                "Expected numeric value type for numeric attribute: \(clause.key). Found \(clause.value.written)"
            )
        }
    }

    /// A comparison of the value of a tag or param: the owner has a row with that key whose value compares so.
    static func pair(table: String, owner: String, of outer: String, _ clause: SearchClause) throws -> SQLCondition {
        if clause.comparator == .isNull || clause.comparator == .isNotNull {
            let exists = "EXISTS (SELECT 1 FROM \(table) AS p WHERE p.\(owner) = \(outer) AND p.key = ?)"
            return SQLCondition((clause.comparator == .isNull ? "NOT " : "") + exists, [.text(clause.key)])
        }
        guard [.equal, .notEqual, .like, .caseInsensitiveLike].contains(clause.comparator) else {
            throw SearchFields.invalidComparator(clause, "'!=', '=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'")
        }
        let inner = try text("p.value", clause)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM \(table) AS p WHERE p.\(owner) = \(outer) AND p.key = ? AND \(inner.sql))",
            [.text(clause.key)] + inner.arguments
        )
    }
}
