import Foundation
import Primitives

/// The column names of a result, shared by its rows.
package final class SQLRowHeader: Sendable {
    /// In the order of the result.
    package let names: [String]

    /// Makes a header.
    package init(names: [String]) {
        self.names = names
    }

    /// Where a column stands. Results have a dozen columns at most: a look along them costs less than a hash.
    func place(of column: String) -> Int? { names.firstIndex(of: column) }
}

/// One row of a result, read by column name. A missing column or a value of another kind throws `schema_mismatch`:
/// the statement and the type it loads disagree, which is a fault of ours.
package struct SQLRow: Sendable {
    private let header: SQLRowHeader
    /// In the order of the result.
    let values: [SQLValue]

    /// Makes a row; the engines call this.
    ///
    /// - Parameters:
    ///   - header: one for all rows of a result.
    ///   - values: as many as the header has names.
    package init(header: SQLRowHeader, values: [SQLValue]) {
        self.header = header
        self.values = values
    }

    /// The raw value.
    package func value(_ column: String) throws -> SQLValue {
        guard let place = header.place(of: column) else { throw mismatch(column, "is not in the result") }
        return values[place]
    }

    /// Text.
    package func text(_ column: String) throws -> String {
        guard case .text(let value) = try value(column) else { throw mismatch(column, "is not text") }
        return value
    }

    /// Text, or nil for NULL.
    package func optionalText(_ column: String) throws -> String? {
        try value(column) == .null ? nil : text(column)
    }

    /// An integer.
    package func integer(_ column: String) throws -> Int64 {
        guard case .integer(let value) = try value(column) else { throw mismatch(column, "is not an integer") }
        return value
    }

    /// An integer, or nil for NULL.
    package func optionalInteger(_ column: String) throws -> Int64? {
        try value(column) == .null ? nil : integer(column)
    }

    /// A number; an integer counts.
    package func real(_ column: String) throws -> Double {
        switch try value(column) {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        default: throw mismatch(column, "is not a number")
        }
    }

    /// A number, or nil for NULL.
    package func optionalReal(_ column: String) throws -> Double? {
        try value(column) == .null ? nil : real(column)
    }

    /// Bytes.
    package func blob(_ column: String) throws -> Data {
        guard case .blob(let value) = try value(column) else { throw mismatch(column, "is not a blob") }
        return value
    }

    /// A Boolean kept as 0 or 1.
    package func bool(_ column: String) throws -> Bool { try integer(column) != 0 }

    /// A moment kept as milliseconds.
    package func time(_ column: String) throws -> Timestamp { Timestamp(milliseconds: try integer(column)) }

    /// A moment, or nil for NULL.
    package func optionalTime(_ column: String) throws -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(milliseconds:))
    }

    /// A digest kept as text.
    package func digest(_ column: String) throws -> Digest { try Digest(text(column)) }

    /// A digest, or nil for NULL.
    package func optionalDigest(_ column: String) throws -> Digest? { try optionalText(column).map { try Digest($0) } }

    /// A value kept as JSON text.
    package func json<T: Decodable>(_ column: String, as type: T.Type) throws -> T {
        try CanonicalJSON.decode(type, from: Data(text(column).utf8), what: "column \(column)")
    }

    private func mismatch(_ column: String, _ problem: String) -> PlatformError {
        PlatformError(
            ErrorCode("schema_mismatch", .internal),
            "Column '\(column)' \(problem).",
            context: ["columns": header.names.sorted().joined(separator: ",")]
        )
    }
}
