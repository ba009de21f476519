import Primitives

extension InferenceScanner {
    /// A string.
    mutating func string() throws -> String {
        String(decoding: try stringBytes(), as: UTF8.self)
    }

    /// A string as its UTF-8.
    ///
    /// - Throws: `invalid_json`; `invalid_utf8`.
    mutating func stringBytes() throws -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        let start = position
        var isASCII = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let out = Array(bytes[start..<position])
                position += 1
                return try isASCII ? out : Self.checked(out)
            }
            if byte == UInt8(ascii: "\\") { return try escapedBytes(from: start) }
            if byte < 0x20 { throw invalid("a control character stands in a string") }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw invalid("a string does not end")
    }

    /// Passes over a string; its escapes are not looked at.
    mutating func passString() throws {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            case 0..<0x20: throw invalid("a control character stands in a string")
            default: position += 1
            }
        }
        position = bytes.count
        throw invalid("a string does not end")
    }

    private static func checked(_ bytes: [UInt8]) throws -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw PlatformError(.invalidUTF8, "A string of the body is not UTF-8.", nextStep: "Send text as UTF-8.")
        }
        return bytes
    }

    private mutating func escapedBytes(from start: Int) throws -> [UInt8] {
        var out = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.checked(out)
            case UInt8(ascii: "\\"): try appendEscape(to: &out)
            case 0..<0x20: throw invalid("a control character stands in a string")
            default: out.append(byte)
            }
        }
        throw invalid("a string does not end")
    }

    private mutating func appendEscape(to out: inout [UInt8]) throws {
        guard position < bytes.count else { throw invalid("a string does not end") }
        let kind = bytes[position]
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(kind)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexCode()
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw invalid("half of a surrogate pair stands alone") }
                position += 2
                let low = try hexCode()
                guard (0xDC00..<0xE000).contains(low) else { throw invalid("half of a surrogate pair stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw invalid("half of a surrogate pair stands alone") }
            out.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw invalid("a string has an unknown escape")
        }
    }

    private mutating func hexCode() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw invalid("a string does not end") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw invalid("a string has an unknown escape")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
