import Foundation
import Primitives

/// The values of one execution in PostgreSQL's binary format: one buffer, and where each value lies in it.
struct PostgresArguments {
    /// Object ids of the types (`pg_type`); 0 for NULL, whose type the statement decides.
    private(set) var types: [UInt32] = []
    private var bytes: [UInt8] = []
    /// Where each begins; -1 for NULL.
    private var starts: [Int] = []
    private var lengths: [Int32] = []

    /// - Throws: `text_has_nul`.
    init(_ values: [SQLValue]) throws {
        types.reserveCapacity(values.count)
        starts.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        for value in values { try add(value) }
    }

    /// Hands the arrays that libpq takes to a closure.
    func withPointers<Value>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> Value
    ) -> Value {
        let formats = [Int32](repeating: 1, count: starts.count)
        // A text without characters has an address too: no address would mean NULL.
        return (bytes + [0]).withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = starts.map { start in start < 0 ? nil : base?.advanced(by: start) }
            return body(values, lengths, formats)
        }
    }

    private mutating func add(_ value: SQLValue) throws {
        switch value {
        case .null: append(0, nil)
        case .integer(let number): append(20, Self.bytes(UInt64(bitPattern: number)))
        case .real(let number): append(701, Self.bytes(number.bitPattern))
        case .text(let text):
            guard !text.utf8.contains(0) else {
                throw PlatformError(
                    .textHasNUL,
                    "A text has a NUL character, which PostgreSQL cannot store.",
                    nextStep: "Remove the character U+0000 from it."
                )
            }
            append(25, Array(text.utf8))
        case .blob(let data): append(17, [UInt8](data))
        }
    }

    private mutating func append(_ type: UInt32, _ content: [UInt8]?) {
        types.append(type)
        starts.append(content == nil ? -1 : bytes.count)
        lengths.append(Int32(content?.count ?? 0))
        if let content { bytes += content }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }
}
