import Foundation
import Primitives

/// An order of rows and the page tokens that go with it: a token holds the last row's place, so that the next page begins
/// behind it however many rows were added or removed, and costs the same wherever it is.
///
/// Together the terms tell any two rows apart. A term that can be NULL follows one that tells NULL from values.
package struct PageOrder: Sendable {
    /// The longest token that is read, in bytes.
    private static let maximumBytes = 64 << 10

    /// What the rows are sorted by.
    package let terms: [SortTerm]

    /// Makes an order.
    package init(_ terms: [SortTerm]) {
        self.terms = terms
    }

    /// The ORDER BY list.
    package var sql: String { SortPaging.ordering(terms) }

    /// The terms as columns of a query, under their names.
    package var columns: String { terms.map { "\($0.sql) AS \($0.column)" }.joined(separator: ", ") }

    /// The rows behind a token; all rows without one.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token of this order.
    package func condition(after token: String?) throws -> SQLCondition {
        guard let token, !token.isEmpty else { return SQLCondition("1 = 1") }
        let values = try values(of: token)
        let place = SortPaging.condition(terms, after: values)
        guard let first = terms.first, let value = values.first, value != .null else { return place }
        // The first term's bound by itself lets an index find the place.
        var condition = SQLCondition("\(first.sql) \(first.ascending ? ">=" : "<=") ?", [value])
        condition.and(place)
        return condition
    }

    /// The rows of a page and the token of the next, from one row more than the page holds.
    package func page(_ rows: [SQLRow], maximum: Int) throws -> Page<SQLRow> {
        guard rows.count > maximum, maximum > 0 else { return Page(elements: rows, nextToken: nil) }
        let kept = Array(rows.prefix(maximum))
        return Page(elements: kept, nextToken: try kept.last.map(token))
    }

    /// The token of the page after a row.
    package func token(of row: SQLRow) throws -> String {
        let values = try terms.map { try row.value($0.column) }
        return SortPaging.token(after: values, with: ["sum": .string(sum(SortPaging.encode(values)))])
    }

    private func values(of token: String) throws -> [SQLValue] {
        guard token.utf8.count <= Self.maximumBytes, let data = Data(base64Encoded: token) else {
            throw PlatformError.mlflowInvalid("Invalid page token, could not base64-decode")
        }
        let document = try? JSONDecoder().decode(JSONValue.self, from: data)
        guard let after = document?["after"] else {
            throw PlatformError.mlflowInvalid(
                "Invalid page token, decoded value=\(String(decoding: data.prefix(80), as: UTF8.self))"
            )
        }
        guard document?["sum"]?.stringValue == sum(after), let values = SortPaging.decode(after, count: terms.count)
        else { throw PlatformError.mlflowInvalid("Invalid page token: it belongs to a search in another order.") }
        return values
    }

    /// Tells a token of this order from one of another, or one that was changed.
    private func sum(_ values: JSONValue) -> String {
        let text = (try? CanonicalJSON.text([.string(sql), values] as JSONValue)) ?? ""
        return Hex.encode(Digest.sha256(of: Data(text.utf8)).bytes.prefix(6))
    }
}
