import Primitives

/// Reads JSON (RFC 8259) from bytes, once from front to back, without a tree: what a tensor's millions of numbers need.
/// Every read is checked against the end of the bytes; nesting is bounded.
struct InferenceScanner {
    /// The deepest nesting of a value that is kept or skipped.
    static let maximumDepth = 32
    /// The most members of an object and elements of an array that is kept.
    static let maximumMembers = 1024

    // The bytes outlive the scanner: it is used only inside the closure that was given them.
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes.bindMemory(to: UInt8.self)
    }

    /// `invalid_json` at the present place.
    func invalid(_ problem: String) -> PlatformError {
        PlatformError(
            .invalidJSON,
            "The body is no valid JSON: \(problem) at byte \(position).",
            context: ["byte": "\(position)"]
        )
    }

    /// The next byte that is no white space, which stays to be read.
    mutating func peek() throws -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            if byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { return byte }
            position += 1
        }
        throw invalid("it ends too early")
    }

    /// Reads one byte when it is next.
    mutating func take(_ byte: UInt8) throws -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws {
        guard try take(byte) else { throw invalid("'\(Character(Unicode.Scalar(byte)))' is missing") }
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        while position < bytes.count {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) else { throw invalid("something follows its end") }
            position += 1
        }
    }

    mutating func word(_ text: StaticString) throws {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, (position..<end).allSatisfy({ bytes[$0] == text.utf8Start[$0 - position] }) else {
            throw invalid("a word is neither true, false nor null")
        }
        position = end
    }

    /// An object: `member` is called with each key and reads the value.
    mutating func object(_ member: (inout InferenceScanner, String) throws -> Void) throws {
        try expect(UInt8(ascii: "{"))
        if try take(UInt8(ascii: "}")) { return }
        var count = 0
        repeat {
            count += 1
            guard count <= Self.maximumMembers else { throw invalid("an object has too many members") }
            guard try peek() == UInt8(ascii: "\"") else { throw invalid("a member's name is missing") }
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while try take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// An array: `element` is called to read each element.
    mutating func array(_ element: (inout InferenceScanner) throws -> Void) throws {
        try expect(UInt8(ascii: "["))
        if try take(UInt8(ascii: "]")) { return }
        var count = 0
        repeat {
            count += 1
            guard count <= Self.maximumMembers else { throw invalid("an array has too many elements") }
            try element(&self)
        } while try take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Any value.
    mutating func value(depth: Int = 0) throws -> JSONValue {
        guard depth < Self.maximumDepth else { throw invalid("it is nested more than \(Self.maximumDepth) deep") }
        switch try peek() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try object { members[$1] = try $0.value(depth: depth + 1) }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try array { elements.append(try $0.value(depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try bool())
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default:
            let number = try number()
            if let whole = number.integer(Int64.self) { return .integer(whole) }
            return .number(try double(number))
        }
    }

    mutating func bool() throws -> Bool {
        if try peek() == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        try word("false")
        return false
    }

    /// Passes over any value, arrays of any length included.
    mutating func skip() throws {
        var depth = 0
        repeat {
            switch try peek() {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maximumDepth else {
                    throw invalid("it is nested more than \(Self.maximumDepth) deep")
                }
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                guard depth >= 0 else { throw invalid("a value is missing") }
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw invalid("a value is missing") }
                position += 1
            case UInt8(ascii: "\""): try passString()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            default: _ = try number()
            }
        } while depth > 0
    }
}
