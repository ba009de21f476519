import Primitives

/// Reads a JSON text in one pass over its bytes.
struct ExactJSONParser {
    /// How deep arrays and objects may nest.
    static let maximumDepth = 200

    private let bytes: [UInt8]
    private let what: String
    private var index = 0

    init(text: String, what: String) {
        bytes = Array(text.utf8)
        self.what = what
    }

    mutating func document() throws -> ExactJSON {
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw invalid("text follows the document") }
        return value
    }

    private mutating func value(depth: Int) throws -> ExactJSON {
        guard depth <= Self.maximumDepth else {
            throw PlatformError.mlflowInvalid("\(what) nests deeper than \(Self.maximumDepth) levels.")
        }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number("NaN"))
        case UInt8(ascii: "I"): return try word("Infinity", .number("Infinity"))
        case nil: throw invalid("it ends too early")
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws -> ExactJSON {
        index += 1
        var members: [ExactJSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw invalid("a name is expected") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw invalid("':' is expected") }
            members.append(ExactJSON.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw invalid("',' or '}' is expected") }
            return .object(Self.lastOfEach(members))
        }
    }

    /// Of members with one name the last counts, at the place of the first, as in Python.
    private static func lastOfEach(_ members: [ExactJSON.Member]) -> [ExactJSON.Member] {
        guard Set(members.map(\.name)).count < members.count else { return members }
        var places: [String: Int] = [:]
        var kept: [ExactJSON.Member] = []
        for member in members {
            if let place = places[member.name] {
                kept[place].value = member.value
            } else {
                places[member.name] = kept.count
                kept.append(member)
            }
        }
        return kept
    }

    private mutating func array(depth: Int) throws -> ExactJSON {
        index += 1
        var elements: [ExactJSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw invalid("',' or ']' is expected") }
            return .array(elements)
        }
    }

    private mutating func string() throws -> String {
        index += 1
        let start = index
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { index += 1 }
        if current == UInt8(ascii: "\"") {
            index += 1
            return String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            try escape(into: &text)
        }
        throw invalid("a text is not closed")
    }

    private mutating func escape(into text: inout [UInt8]) throws {
        guard let byte = current else { throw invalid("a text is not closed") }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar())).utf8)
        default: throw invalid("an escape is unknown")
        }
    }

    /// A code point of one `\u` escape, or of two that are a surrogate pair.
    private mutating func scalar() throws -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw invalid("half of a surrogate pair stands alone")
        }
        let second = try hexadecimal()
        let value = 0x10000 + ((first - 0xD800) << 10) + (second &- 0xDC00)
        guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(value) else {
            throw invalid("half of a surrogate pair stands alone")
        }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard index + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[index..<(index + 4)], as: UTF8.self), radix: 16)
        else { throw invalid("a \\u escape needs four digits") }
        index += 4
        return value
    }

    private mutating func number() throws -> ExactJSON {
        let start = index
        if take(UInt8(ascii: "-")), current == UInt8(ascii: "I") { return try word("Infinity", .number("-Infinity")) }
        while let byte = current, (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte) { index += 1 }
        let written = String(decoding: bytes[start..<index], as: UTF8.self)
        let digits = written.hasPrefix("-") ? written.dropFirst() : written[...]
        guard let first = digits.utf8.first, (48...57).contains(first), digits.utf8.last != 46,
            digits == "0" || !digits.hasPrefix("0") || digits.dropFirst().first.map({ ".eE".contains($0) }) == true,
            Double(written) != nil
        else { throw invalid("'\(written.prefix(40))' is no value") }
        return .number(written)
    }

    private mutating func word(_ word: String, _ value: ExactJSON) throws -> ExactJSON {
        guard bytes[index...].starts(with: word.utf8) else { throw invalid("'\(word)' is expected") }
        index += word.utf8.count
        return value
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 32 || byte == 10 || byte == 13 || byte == 9 { index += 1 }
    }

    private func invalid(_ problem: String) -> PlatformError {
        PlatformError.mlflowInvalid("\(what) must be valid JSON: \(problem) at byte \(index).")
    }
}
