extension OrderedJSON {
    /// How deep arrays and objects may nest.
    package static let maximumDepth = 200

    /// Reads a document.
    ///
    /// - Parameter what: names the document in the error.
    /// - Throws: `INVALID_PARAMETER_VALUE`, also for half of a surrogate pair.
    package init(parsing text: String, what: String) throws {
        var text = text
        self = try text.withUTF8 { bytes in
            do throws(OrderedJSONReader.Problem) {
                return try OrderedJSONReader.document(bytes)
            } catch {
                throw PlatformError.mlflowInvalid("\(what) must be valid JSON: \(error.text) at byte \(error.place).")
            }
        }
    }

    /// Reads a text; nil for what is no JSON or nests too deep. Half of a surrogate pair is no character: U+FFFD stands for
    /// it, since what a language model was stopped in the middle of is no reason to lose a trace.
    package static func parse(_ text: String) -> OrderedJSON? {
        var text = text
        return text.withUTF8 { parse($0) }
    }

    /// Reads bytes of UTF-8, or nil as ``parse(_:)-(String)``.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> OrderedJSON? {
        try? OrderedJSONReader.document(bytes, replacesLoneSurrogates: true)
    }
}

/// Reads a JSON text in one pass over its bytes, by recursive descent.
private struct OrderedJSONReader {
    /// Why a text is no JSON.
    struct Problem: Error {
        let text: String
        let place: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let replacesLoneSurrogates: Bool
    private var index = 0

    static func document(
        _ bytes: UnsafeBufferPointer<UInt8>,
        replacesLoneSurrogates: Bool = false
    ) throws(Problem) -> OrderedJSON {
        var reader = OrderedJSONReader(bytes: bytes, replacesLoneSurrogates: replacesLoneSurrogates)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.invalid("text follows the document") }
        return value
    }

    private mutating func value(depth: Int) throws(Problem) -> OrderedJSON {
        guard depth <= OrderedJSON.maximumDepth else {
            throw invalid("it nests deeper than \(OrderedJSON.maximumDepth) levels")
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

    private mutating func object(depth: Int) throws(Problem) -> OrderedJSON {
        index += 1
        var members: [OrderedJSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw invalid("a name is expected") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw invalid("':' is expected") }
            members.append(OrderedJSON.Member(key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw invalid("',' or '}' is expected") }
            return .object(Self.lastOfEach(members))
        }
    }

    /// Of members with one name the last counts, at the place of the first, as in Python.
    private static func lastOfEach(_ members: [OrderedJSON.Member]) -> [OrderedJSON.Member] {
        guard members.count > 1, Set(members.lazy.map(\.key)).count < members.count else { return members }
        var places: [String: Int] = [:]
        var kept: [OrderedJSON.Member] = []
        for member in members {
            if let place = places[member.key] {
                kept[place].value = member.value
            } else {
                places[member.key] = kept.count
                kept.append(member)
            }
        }
        return kept
    }

    private mutating func array(depth: Int) throws(Problem) -> OrderedJSON {
        index += 1
        var elements: [OrderedJSON] = []
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

    private mutating func string() throws(Problem) -> String {
        index += 1
        let start = index
        try skipPlain()
        if current == UInt8(ascii: "\"") {
            index += 1
            return String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") { try escape(into: &text) }
            let plain = index
            try skipPlain()
            text.append(contentsOf: bytes[plain..<index])
        }
        throw invalid("a text is not closed")
    }

    /// Goes on to the next quote or escape.
    private mutating func skipPlain() throws(Problem) {
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 32 else { throw invalid("a control character stands in a text") }
            index += 1
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
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
    private mutating func scalar() throws(Problem) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let place = index
        if (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try hexadecimal()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard replacesLoneSurrogates else { throw invalid("half of a surrogate pair stands alone") }
        index = place
        return "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(Problem) -> UInt32 {
        guard index + 4 <= bytes.count else { throw invalid("a \\u escape needs four digits") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 65...70: digit = byte - 55
            case 97...102: digit = byte - 87
            default: throw invalid("a \\u escape needs four digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func number() throws(Problem) -> OrderedJSON {
        let start = index
        if take(UInt8(ascii: "-")), current == UInt8(ascii: "I") {
            return try word("Infinity", .number("-Infinity"))
        }
        let first = index
        let whole = skipDigits()
        guard whole > 0, whole == 1 || bytes[first] != UInt8(ascii: "0") else { throw noValue(start) }
        if take(UInt8(ascii: ".")), skipDigits() == 0 { throw noValue(start) }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            if skipDigits() == 0 { throw noValue(start) }
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte = current, (48...57).contains(byte) { index += 1 }
        return index - start
    }

    private func noValue(_ start: Int) -> Problem {
        let end = min(bytes.count, max(index, start + 1), start + 40)
        return invalid("'\(String(decoding: bytes[start..<end], as: UTF8.self))' is no value")
    }

    private mutating func word(_ word: StaticString, _ value: OrderedJSON) throws(Problem) -> OrderedJSON {
        let count = word.utf8CodeUnitCount
        guard index + count <= bytes.count, bytes[index..<(index + count)].elementsEqual(word.buffer) else {
            throw invalid("'\(word)' is expected")
        }
        index += count
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

    private func invalid(_ problem: String) -> Problem { Problem(text: problem, place: index) }
}

extension StaticString {
    fileprivate var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
