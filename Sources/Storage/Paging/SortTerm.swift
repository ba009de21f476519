/// One column or expression of an order of rows.
package struct SortTerm: Sendable, Hashable {
    /// An expression without placeholders.
    package let sql: String
    /// Whether small values come first.
    package let ascending: Bool
    /// The name of its column among a query's results.
    package let column: String

    /// Makes a term.
    ///
    /// - Parameter column: by default what stands behind the last dot of `sql`.
    package init(_ sql: String, ascending: Bool = true, column: String? = nil) {
        self.sql = sql
        self.ascending = ascending
        self.column = column ?? sql.split(separator: ".").last.map(String.init) ?? sql
    }

    var ordering: String { "\(sql) \(ascending ? "ASC" : "DESC")" }
}
