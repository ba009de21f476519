/// How a clause compares.
package enum SearchComparator: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case caseInsensitiveLike = "ILIKE"
    case `in` = "IN"
    case notIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"
}

/// The right side of a clause, as written.
package enum SearchValue: Sendable, Hashable {
    /// A whole number.
    case integer(Int64)
    /// A decimal number.
    case real(Double)
    /// A quoted text.
    case text(String)
    /// Quoted texts in parentheses.
    case list([String])
    /// Nothing: `IS NULL`.
    case none

    /// The value as the user would write it, for messages.
    package var written: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): "'\(value)'"
        case .list(let values): "(" + values.map { "'\($0)'" }.joined(separator: ", ") + ")"
        case .none: "NULL"
        }
    }
}

/// One comparison of a filter: `metrics.accuracy >= 0.9` has entity `metrics` and key `accuracy`.
package struct SearchClause: Sendable, Hashable {
    /// The word before the first dot, or nil when there is no dot.
    package let entity: String?
    /// What follows it, without back-ticks or quotes.
    package let key: String
    /// How it compares.
    package let comparator: SearchComparator
    /// What it compares with.
    package let value: SearchValue

    /// Makes a clause.
    package init(entity: String?, key: String, comparator: SearchComparator, value: SearchValue) {
        self.entity = entity
        self.key = key
        self.comparator = comparator
        self.value = value
    }
}

/// The filter language of MLflow's search calls: comparisons joined by AND. Which entities, keys and comparators a search
/// takes is its own affair; this is the grammar alone. A pure function of the text.
package enum SearchFilter {
    /// The longest filter, in bytes: a longer one is refused before it is read.
    package static let maximumBytes = 100_000
    /// The most comparisons in one filter.
    package static let maximumClauses = 100

    /// The clauses of a filter; none for an empty one.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` with the part that cannot be read.
    package static func parse(_ text: String?) throws -> [SearchClause] {
        guard let text, !text.isEmpty else { return [] }
        guard text.utf8.count <= maximumBytes else {
            throw PlatformError.mlflowInvalid("The filter string is longer than \(maximumBytes) bytes.")
        }
        var parser = SearchFilterParser(tokens: try SearchLexer.tokens(of: text), text: text)
        return try parser.clauses()
    }
}
