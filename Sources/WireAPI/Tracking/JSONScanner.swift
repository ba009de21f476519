import Foundation

/// Reads JSON (RFC 8259) of a known shape straight from bytes, member by member, without a tree in between: the way in for
/// bodies with thousands of metric points, where `JSONDecoder` spends most of the request.
///
/// It takes the plain cases and throws `Irregular` for everything else: escapes, bytes that are no UTF-8, members of another
/// type, broken syntax. The caller then gives the same bytes to `JSONDecoder`, which knows the rest of the grammar and says
/// what is wrong; so a scanner needs no error messages and can never be more lenient than the decoder.
package struct JSONScanner {
    /// The body is not one that the scanner reads.
    package struct Irregular: Error {
        /// The only value.
        package init() {}
    }

    /// A member's name: a piece of the body.
    package typealias Name = Range<Int>

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads a whole body with `body`, which must read to its end.
    ///
    /// - Returns: what `body` returns, or nil when the bytes are not plain.
    package static func scan<Value>(_ data: Data, _ body: (inout JSONScanner) throws(Irregular) -> Value) -> Value? {
        data.withUnsafeBytes { raw in
            var scanner = JSONScanner(raw.bindMemory(to: UInt8.self))
            do throws(Irregular) {
                let value = try body(&scanner)
                try scanner.end()
                return value
            } catch {
                return nil
            }
        }
    }

    /// Goes into an object.
    package mutating func beginObject() throws(Irregular) { try expect(UInt8(ascii: "{")) }

    /// Goes into an array.
    package mutating func beginArray() throws(Irregular) { try expect(UInt8(ascii: "[")) }

    /// The name of the next member, with its colon read; nil at the end of the object.
    ///
    /// - Parameter count: how many members were read before.
    package mutating func nextName(after count: Int) throws(Irregular) -> Name? {
        guard try hasNext(after: count, end: UInt8(ascii: "}")) else { return nil }
        let name = try plainText()
        try expect(UInt8(ascii: ":"))
        return name
    }

    /// Whether the array goes on.
    ///
    /// - Parameter count: how many elements were read before.
    package mutating func hasElement(after count: Int) throws(Irregular) -> Bool {
        try hasNext(after: count, end: UInt8(ascii: "]"))
    }

    /// Whether a name is this one.
    package func matches(_ name: Name, _ expected: StaticString) -> Bool {
        guard name.count == expected.utf8CodeUnitCount else { return false }
        for offset in 0..<name.count where bytes[name.lowerBound + offset] != expected.utf8Start[offset] {
            return false
        }
        return true
    }

    /// A text without escapes.
    package mutating func text() throws(Irregular) -> String {
        let range = try plainText()
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw Irregular() }
        return text
    }

    /// A whole number of at most 18 digits.
    package mutating func integer() throws(Irregular) -> Int64 {
        skipSpace()
        let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let start = place
        var value: Int64 = 0
        while place < bytes.count, let digit = Self.digit(bytes[place]), place - start < 18 {
            value = value * 10 + Int64(digit)
            place += 1
        }
        try checkNumber(from: start)
        return isNegative ? -value : value
    }

    /// A number; also the texts `NaN`, `Infinity` and `-Infinity`, which protobuf's JSON has for them.
    package mutating func real() throws(Irregular) -> Double {
        skipSpace()
        guard place < bytes.count else { throw Irregular() }
        if bytes[place] == UInt8(ascii: "\"") {
            let name = try plainText()
            if matches(name, "NaN") { return .nan }
            if matches(name, "Infinity") { return .infinity }
            if matches(name, "-Infinity") { return -.infinity }
            throw Irregular()
        }
        return try decimal()
    }

    private mutating func end() throws(Irregular) {
        skipSpace()
        guard place == bytes.count else { throw Irregular() }
    }

    // MARK: - Pieces

    private mutating func hasNext(after count: Int, end: UInt8) throws(Irregular) -> Bool {
        skipSpace()
        guard place < bytes.count else { throw Irregular() }
        if bytes[place] == end {
            place += 1
            return false
        }
        if count > 0 { try expect(UInt8(ascii: ",")) }
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Irregular) {
        skipSpace()
        guard place < bytes.count, bytes[place] == byte else { throw Irregular() }
        place += 1
    }

    private mutating func skipSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }

    private mutating func plainText() throws(Irregular) -> Range<Int> {
        try expect(UInt8(ascii: "\""))
        let start = place
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                place += 1
                return start..<(place - 1)
            }
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw Irregular() }
            place += 1
        }
        throw Irregular()
    }

    /// A decimal number. Up to 2^53 with a power of ten up to 22, multiplying or dividing the two exact doubles rounds once
    /// and is right (Clinger, "How to read floating point numbers accurately", 1990); `strtod` reads the others.
    private mutating func decimal() throws(Irregular) -> Double {
        let start = place
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let first = place
        var digits: UInt64 = 0
        var count = 0
        var fraction = 0
        var isPlain = true
        while place < bytes.count, let digit = Self.digit(bytes[place]) {
            if count < 19 { digits = digits * 10 + UInt64(digit) }
            count += 1
            place += 1
        }
        try checkNumber(from: first, allowsMore: true)
        if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            place += 1
            let point = place
            while place < bytes.count, let digit = Self.digit(bytes[place]) {
                if count < 19 { digits = digits * 10 + UInt64(digit) }
                count += 1
                place += 1
            }
            fraction = place - point
            guard fraction > 0 else { throw Irregular() }
        }
        if place < bytes.count, bytes[place] == UInt8(ascii: "e") || bytes[place] == UInt8(ascii: "E") {
            isPlain = false
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") {
                place += 1
            }
            let exponent = place
            while place < bytes.count, Self.digit(bytes[place]) != nil { place += 1 }
            guard place > exponent else { throw Irregular() }
        }
        // A body ends with a bracket, so that `strtod` always meets a byte that stops it.
        guard place < bytes.count else { throw Irregular() }
        if isPlain, count <= 19, digits < 1 << 53, fraction <= 22 {
            let value = Double(digits) / Self.powers[fraction]
            return isNegative ? -value : value
        }
        guard let base = bytes.baseAddress else { throw Irregular() }
        let value = (base + start).withMemoryRebound(to: CChar.self, capacity: place - start) { strtod($0, nil) }
        guard value.isFinite else { throw Irregular() }
        return value
    }

    /// A number begins with a digit, not with a needless zero, and what follows it is not part of it.
    private func checkNumber(from start: Int, allowsMore: Bool = false) throws(Irregular) {
        guard place > start else { throw Irregular() }
        guard bytes[start] != UInt8(ascii: "0") || place == start + 1 else { throw Irregular() }
        if allowsMore { return }
        guard place < bytes.count else { throw Irregular() }
        switch bytes[place] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: return
        default: throw Irregular()
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    private static let powers: [Double] = (0...22).map { pow(10, Double($0)) }
}
