import Foundation
import Primitives

/// A value that SQL stores. Both engines know these five.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob(Data)
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .real(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension SQLValue {
    /// Text, or NULL for nil.
    package static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    /// An integer, or NULL for nil.
    package static func optional(_ integer: Int64?) -> SQLValue { integer.map(SQLValue.integer) ?? .null }
    /// A number, or NULL for nil.
    package static func optional(_ real: Double?) -> SQLValue { real.map(SQLValue.real) ?? .null }
    /// A moment as milliseconds.
    package static func time(_ moment: Timestamp) -> SQLValue { .integer(moment.milliseconds) }
    /// A moment as milliseconds, or NULL for nil.
    package static func optional(_ moment: Timestamp?) -> SQLValue { moment.map(SQLValue.time) ?? .null }
    /// A digest as `sha256:…` text.
    package static func digest(_ digest: Digest) -> SQLValue { .text(digest.description) }
    /// A Boolean as 0 or 1.
    package static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    /// A value as canonical JSON text.
    package static func json(_ value: some Encodable) throws -> SQLValue { .text(try CanonicalJSON.text(value)) }
}

/// One row of a result, read by column name. A missing column or a value of another kind throws `schema_mismatch`:
/// the statement and the type it loads disagree, which is a fault of ours.
package struct SQLRow: Sendable {
    private let columns: [String: SQLValue]

    /// Makes a row; the engines call this.
    package init(columns: [String: SQLValue]) {
        self.columns = columns
    }

    /// The raw value.
    package func value(_ column: String) throws -> SQLValue {
        guard let value = columns[column] else { throw mismatch(column, "is not in the result") }
        return value
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
            context: ["columns": columns.keys.sorted().joined(separator: ",")]
        )
    }
}
