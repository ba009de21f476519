import Foundation
import Primitives

/// Reads `model.vocab` of a tokenizer.json by bytes. A Swift dictionary would not do: its `String` keys are equal when they
/// are canonically equivalent, and a vocabulary may hold two pieces that differ in nothing else.
struct VocabularyReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ data: Data) {
        bytes = Array(data)
    }

    /// The pieces in the file's order.
    ///
    /// - Throws: `tokenizer_invalid` when the file has no vocabulary, or one that is not `{"piece": id, …}`.
    mutating func pieces() throws -> [(bytes: [UInt8], id: Int32)] {
        guard try enter("model"), try enter("vocab") else { throw broken("it has no model.vocab") }
        var out: [(bytes: [UInt8], id: Int32)] = []
        try members { reader, key in
            reader.skipSpace()
            var id: Int32 = 0
            let start = reader.index
            while reader.index < reader.bytes.count, (48...57).contains(reader.bytes[reader.index]) {
                id = id &* 10 &+ Int32(reader.bytes[reader.index] - 48)
                reader.index += 1
            }
            guard reader.index > start, reader.index - start < 10 else {
                throw reader.broken("an id is no whole number")
            }
            out.append((key, id))
            return true
        }
        return out
    }

    /// Moves into the value of a member of the object at the present place; false when there is none.
    private mutating func enter(_ name: String) throws -> Bool {
        let wanted = Array(name.utf8)
        var found = false
        try members { reader, key in
            if key == wanted {
                found = true
                return false
            }
            try reader.skipValue()
            return true
        }
        return found
    }

    /// Calls `body` at each member's value until it returns false.
    private mutating func members(_ body: (inout VocabularyReader, [UInt8]) throws -> Bool) throws {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            index += 1
            return
        }
        while true {
            skipSpace()
            let key = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            guard try body(&self, key) else { return }
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                index += 1
            } else {
                return try expect(UInt8(ascii: "}"))
            }
        }
    }

    private mutating func skipValue() throws {
        skipSpace()
        var depth = 0
        repeat {
            skipSpace()
            switch peek() {
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case nil: throw broken("it ends early")
            default: index += 1
            }
            if depth == 0, let next = peek(), next == UInt8(ascii: ",") || next == UInt8(ascii: "}") { return }
        } while index < bytes.count
    }

    /// A string's bytes with its escapes resolved (RFC 8259 §7).
    private mutating func string() throws -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        var out: [UInt8] = []
        while let byte = peek() {
            index += 1
            if byte == UInt8(ascii: "\"") { return out }
            if byte != UInt8(ascii: "\\") {
                out.append(byte)
                continue
            }
            guard let escape = peek() else { break }
            index += 1
            switch escape {
            case UInt8(ascii: "n"): out.append(10)
            case UInt8(ascii: "t"): out.append(9)
            case UInt8(ascii: "r"): out.append(13)
            case UInt8(ascii: "b"): out.append(8)
            case UInt8(ascii: "f"): out.append(12)
            case UInt8(ascii: "u"): out += try escapedScalar()
            default: out.append(escape)
            }
        }
        throw broken("a string has no end")
    }

    private mutating func escapedScalar() throws -> [UInt8] {
        var unit = try hexadecimal()
        if (0xD800..<0xDC00).contains(unit), index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\") {
            index += 2
            unit = 0x10000 + (unit - 0xD800) << 10 + (try hexadecimal() &- 0xDC00)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw broken("an escape is no Unicode scalar") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard index + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw broken("an escape is cut short") }
        index += 4
        return value
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 32 || (9...13).contains(byte) { index += 1 }
    }

    private mutating func expect(_ byte: UInt8) throws {
        skipSpace()
        guard peek() == byte else { throw broken("'\(Character(Unicode.Scalar(byte)))' is expected") }
        index += 1
    }

    private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func broken(_ reason: String) -> PlatformError {
        PlatformError(.tokenizerInvalid, "The tokenizer file cannot be read at byte \(index): \(reason).")
    }
}
