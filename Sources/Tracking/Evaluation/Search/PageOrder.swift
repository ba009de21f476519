import Foundation
import Primitives
import Storage

/// An order of rows and the page tokens that go with it: a token holds the last row's place, so that the next page begins
/// behind it however many rows were added, and costs the same wherever it is.
struct PageOrder: Sendable {
    /// One column of the order. None may hold NULL; together they tell any two rows apart.
    struct Column: Sendable {
        let name: String
        let ascending: Bool
        let isText: Bool

        init(_ name: String, ascending: Bool = true, isText: Bool = false) {
            self.name = name
            self.ascending = ascending
            self.isText = isText
        }
    }

    let columns: [Column]

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The ORDER BY list.
    var order: String { columns.map { "\($0.name) \($0.ascending ? "ASC" : "DESC")" }.joined(separator: ", ") }

    /// The rows behind a token; all rows without one.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token of this order.
    func condition(after token: String?) throws -> SQLCondition {
        guard let token, !token.isEmpty else { return SQLCondition("1 = 1") }
        let values = try values(of: token)
        var condition: SQLCondition?
        for (column, value) in zip(columns, values).reversed() {
            let sign = column.ascending ? ">" : "<"
            if let rest = condition {
                condition = SQLCondition(
                    "(\(column.name) \(sign) ? OR (\(column.name) = ? AND \(rest.sql)))",
                    [value, value] + rest.arguments
                )
            } else {
                condition = SQLCondition("\(column.name) \(sign) ?", [value])
            }
        }
        return condition ?? SQLCondition("1 = 1")
    }

    /// The rows of a page and the token of the next, from one row more than the page holds.
    func page(_ rows: [SQLRow], maximum: Int) throws -> Page<SQLRow> {
        guard rows.count > maximum, maximum > 0 else { return Page(elements: rows, nextToken: nil) }
        let kept = Array(rows.prefix(maximum))
        return Page(elements: kept, nextToken: try kept.last.map(token))
    }

    private func token(of row: SQLRow) throws -> String {
        let values = try columns.map { column -> ExactJSON in
            column.isText
                ? .string(try row.text(column.name)) : .number(String(try row.integer(column.name)))
        }
        return Data(ExactJSON.array(values).written.utf8).base64EncodedString()
    }

    private func values(of token: String) throws -> [SQLValue] {
        guard let data = Data(base64Encoded: token) else {
            throw PlatformError.mlflowInvalid("Invalid page token, could not base64-decode")
        }
        let invalid = PlatformError.mlflowInvalid(
            "Invalid page token, decoded value=\(String(decoding: data.prefix(80), as: UTF8.self))"
        )
        guard let document = try? ExactJSON(parsing: String(decoding: data, as: UTF8.self), what: "page token"),
            let elements = document.elements, elements.count == columns.count
        else { throw invalid }
        return try zip(columns, elements).map { column, element in
            switch element {
            case .string(let text) where column.isText: return .text(text)
            case .number(let written) where !column.isText:
                guard let value = Int64(written) else { throw invalid }
                return .integer(value)
            default: throw invalid
            }
        }
    }
}
