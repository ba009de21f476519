import CPostgres
import Foundation
import Primitives

/// Reads values of a result in PostgreSQL's binary format.
struct PostgresValue {
    let result: OpaquePointer

    /// The value of a cell; `type` is its column's object id in `pg_type`.
    func read(row: Int32, column: Int32, type: UInt32) throws -> SQLValue {
        guard aku_pq_is_null(result, row, column) == 0, let address = aku_pq_value(result, row, column) else {
            return .null
        }
        let length = Int(aku_pq_length(result, row, column))
        let bytes = UnsafeRawBufferPointer(start: address, count: length)
        switch type {
        case 20: return .integer(Int64(bitPattern: Self.word(bytes)))
        case 25, 19, 1042, 1043, 705: return .text(String(decoding: bytes, as: UTF8.self))
        case 701: return .real(Double(bitPattern: Self.word(bytes)))
        case 17: return .blob(Data(bytes))
        case 23, 26: return .integer(Int64(Int32(truncatingIfNeeded: Self.word(bytes))))
        case 21: return .integer(Int64(Int16(truncatingIfNeeded: Self.word(bytes))))
        case 16: return .integer(bytes.first == 1 ? 1 : 0)
        case 700: return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: Self.word(bytes)))))
        case 1700: return Self.numeric(bytes)
        default:
            throw PlatformError(
                ErrorCode("schema_mismatch", .internal),
                "The statement returns a value of PostgreSQL's type \(type), which no store reads."
            )
        }
    }

    /// A big-endian number of up to 8 bytes.
    private static func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// `numeric`, which sums and means of integers have: digits to base 10,000 after count, weight, sign and scale, each
    /// of 16 bits. A whole number that fits becomes an integer.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
        let words = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        guard words.count >= 4, words[2] == 0 || words[2] == 0x4000 else { return .real(.nan) }
        let weight = Int(Int16(bitPattern: words[1]))
        let isNegative = words[2] == 0x4000
        let digits = words.dropFirst(4)
        if words[3] == 0, weight < 4 {
            var whole: Int64 = 0
            for place in 0..<max(0, weight + 1) {
                whole = whole * 10_000 + (place < digits.count ? Int64(digits[digits.startIndex + place]) : 0)
            }
            return .integer(isNegative ? -whole : whole)
        }
        var value = 0.0
        for (place, digit) in digits.enumerated() { value += Double(digit) * pow(10_000, Double(weight - place)) }
        return .real(isNegative ? -value : value)
    }
}
