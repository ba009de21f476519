import Primitives

/// Why a line is not a row, and at which byte of the line (from 1).
package struct RowProblem: Error, Equatable {
    /// For people, without the content of the row, which may be personal.
    package let reason: String
    /// The byte of the line, from 1.
    package let column: Int

    /// The error for a user, with the place in the data set.
    package func located(file: String, line: Int) -> PlatformError {
        PlatformError(
            .datasetRowInvalid,
            "Line \(line) of '\(file)' is not a row: \(reason) (byte \(column)).",
            nextStep: "Write one JSON object a line, with the text in the member 'text'.",
            context: ["file": file, "line": "\(line)", "column": "\(column)"]
        )
    }
}

/// A strict JSON parser (RFC 8259) for one row of UTF-8: no comments, no trailing commas, no duplicate member names, no
/// lone surrogates, at most 32 levels. Foundation's decoder costs ten times as much and loses the spelling of numbers.
package struct RowParser {
    /// The deepest nesting.
    package static let maximumDepth = 32

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses one JSON value that fills the whole line.
    package static func parse(_ line: [UInt8]) throws(RowProblem) -> RowValue {
        var parser = RowParser(line)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == line.count else { throw parser.problem("more text follows the JSON value") }
        return value
    }

    private mutating func value(depth: Int) throws(RowProblem) -> RowValue {
        guard depth < Self.maximumDepth else { throw problem("nested deeper than \(Self.maximumDepth) levels") }
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true")
        case UInt8(ascii: "f"): return try literal("false")
        case UInt8(ascii: "n"): return try literal("null")
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        case 0: throw problem("the line ends where a value is expected")
        default: throw problem("no JSON value begins here")
        }
    }

    private mutating func object(depth: Int) throws(RowProblem) -> RowValue {
        var members: [RowValue.Member] = []
        index += 1
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw problem("a member name is expected") }
            let start = index
            let key = try string()
            if members.contains(where: { $0.key == key }) {
                index = start
                throw problem("a member name appears twice")
            }
            skipSpace()
            guard take(":") else { throw problem("':' is expected") }
            members.append(RowValue.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw problem("',' or '}' is expected") }
        }
    }

    private mutating func array(depth: Int) throws(RowProblem) -> RowValue {
        var elements: [RowValue] = []
        index += 1
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw problem("',' or ']' is expected") }
        }
    }

    private mutating func literal(_ word: String) throws(RowProblem) -> RowValue {
        guard bytes[index...].starts(with: word.utf8) else { throw problem("'\(word)' is expected") }
        index += word.utf8.count
        return .literal(Array(word.utf8))
    }

    private mutating func number() throws(RowProblem) -> RowValue {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .literal(Array(bytes[start..<index]))
    }

    private mutating func digits() throws(RowProblem) {
        let start = index
        while (0x30...0x39).contains(peek()) { index += 1 }
        if index == start { throw problem("a digit is expected") }
    }
}

extension RowParser {
    private mutating func string() throws(RowProblem) -> [UInt8] {
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 { index += 1 }
        var text = Array(bytes[start..<index])
        while true {
            guard index < bytes.count else { throw problem("a string is not closed") }
            let byte = bytes[index]
            switch byte {
            case 0x22:
                index += 1
                return text
            case 0x5C:
                index += 1
                text.append(contentsOf: try escape())
            case 0..<0x20: throw problem("a string holds a bare control character")
            default:
                text.append(byte)
                index += 1
            }
        }
    }

    private mutating func escape() throws(RowProblem) -> [UInt8] {
        let byte = peek()
        index += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(try unicodeEscape().utf8)
        default:
            index -= 1
            throw problem("an unknown escape")
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair of two of them.
    private mutating func unicodeEscape() throws(RowProblem) -> Character {
        var code = UInt32(try fourHexDigits())
        if (0xD800..<0xDC00).contains(code) {
            guard take("\\"), take("u") else { throw problem("a lone surrogate") }
            let low = UInt32(try fourHexDigits())
            guard (0xDC00..<0xE000).contains(low) else { throw problem("a lone surrogate") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw problem("a lone surrogate") }
        return Character(scalar)
    }

    private mutating func fourHexDigits() throws(RowProblem) -> UInt16 {
        guard index + 4 <= bytes.count,
            let value = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16),
            bytes[index] != UInt8(ascii: "+")
        else { throw problem("four hexadecimal digits are expected") }
        index += 4
        return value
    }

    /// The byte at the index, or 0 at the end; a bare 0 byte begins no JSON value either.
    private func peek() -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 || bytes[index] == 0x0D { index += 1 }
    }

    private func problem(_ reason: String) -> RowProblem { RowProblem(reason: reason, column: index + 1) }
}
