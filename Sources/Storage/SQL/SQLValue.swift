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
