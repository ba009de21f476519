/// A part of a WHERE clause and the values that it binds. Users' texts are always bound, never part of the SQL.
package struct SQLCondition: Sendable {
    /// The condition, with a placeholder for each value.
    package private(set) var sql: String
    /// The values, in the order of the placeholders.
    package private(set) var arguments: [SQLValue]

    /// Makes a condition.
    package init(_ sql: String, _ arguments: [SQLValue] = []) {
        self.sql = sql
        self.arguments = arguments
    }

    /// `column IN (…)`; false for no values.
    package init(_ column: String, anyOf values: [SQLValue]) {
        sql = values.isEmpty ? "1 = 0" : "\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
        arguments = values
    }

    /// Demands another condition too.
    package mutating func and(_ other: SQLCondition) {
        sql += " AND " + other.sql
        arguments += other.arguments
    }
}
