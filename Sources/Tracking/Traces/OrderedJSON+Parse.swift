import Primitives

extension OrderedJSON {
    /// The deepest nesting that is read.
    package static let maximumDepth = 100

    /// Reads a text, or nil when it is no JSON, nests deeper than ``maximumDepth`` or goes on after the value.
    package static func parse(_ text: String) -> OrderedJSON? {
        var text = text
        return text.withUTF8 { parse($0) }
    }

    /// Reads bytes of UTF-8, or nil as ``parse(_:)-(String)``.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> OrderedJSON? {
        var reader = Reader(bytes: bytes)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.isAtEnd ? value : nil
    }

    /// A recursive-descent reader; NaN and the infinities are read as Python writes them.
    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var index = 0

        var isAtEnd: Bool { index == bytes.count }
        var current: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func skipSpace() {
            while let byte = current, byte == 32 || byte == 10 || byte == 13 || byte == 9 { index += 1 }
        }

        mutating func value(depth: Int) -> OrderedJSON? {
            guard depth < OrderedJSON.maximumDepth else { return nil }
            skipSpace()
            switch current {
            case UInt8(ascii: "{"): return object(depth)
            case UInt8(ascii: "["): return array(depth)
            case UInt8(ascii: "\""): return string().map(OrderedJSON.string)
            case UInt8(ascii: "t"): return word("true", .bool(true))
            case UInt8(ascii: "f"): return word("false", .bool(false))
            case UInt8(ascii: "n"): return word("null", .null)
            case UInt8(ascii: "N"): return word("NaN", .real(.nan))
            case UInt8(ascii: "I"): return word("Infinity", .real(.infinity))
            default: return number()
            }
        }

        private mutating func word(_ text: StaticString, _ value: OrderedJSON) -> OrderedJSON? {
            let count = text.utf8CodeUnitCount
            guard index + count <= bytes.count else { return nil }
            for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return nil }
            index += count
            return value
        }

        private mutating func object(_ depth: Int) -> OrderedJSON? {
            index += 1
            var members: [Member] = []
            skipSpace()
            if take("}") { return .object([]) }
            repeat {
                skipSpace()
                guard current == UInt8(ascii: "\""), let key = string() else { return nil }
                skipSpace()
                guard take(":"), let value = value(depth: depth + 1) else { return nil }
                members.append(Member(key, value))
                skipSpace()
            } while take(",")
            return take("}") ? .object(members) : nil
        }

        private mutating func array(_ depth: Int) -> OrderedJSON? {
            index += 1
            var values: [OrderedJSON] = []
            skipSpace()
            if take("]") { return .array([]) }
            repeat {
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
                skipSpace()
            } while take(",")
            return take("]") ? .array(values) : nil
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard current == UInt8(ascii: scalar) else { return false }
            index += 1
            return true
        }

        private mutating func number() -> OrderedJSON? {
            let start = index
            if current == UInt8(ascii: "-") { index += 1 }
            if current == UInt8(ascii: "I") { return word("Infinity", .real(-.infinity)) }
            var isWhole = true
            while let byte = current {
                switch byte {
                case 48...57: break
                case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                    isWhole = false
                default:
                    return finish(start, isWhole)
                }
                index += 1
            }
            return finish(start, isWhole)
        }

        private func finish(_ start: Int, _ isWhole: Bool) -> OrderedJSON? {
            guard index > start else { return nil }
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            if isWhole, let value = Int64(text) { return .integer(value) }
            return Double(text).map(OrderedJSON.real)
        }

        private mutating func string() -> String? {
            index += 1
            let start = index
            while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                guard byte >= 32 else { return nil }
                index += 1
            }
            guard let end = current else { return nil }
            if end == UInt8(ascii: "\"") {
                defer { index += 1 }
                return String(decoding: bytes[start..<index], as: UTF8.self)
            }
            var text = Array(bytes[start..<index])
            while let byte = current {
                index += 1
                if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                guard escape(into: &text) else { return nil }
            }
            return nil
        }

        private mutating func escape(into text: inout [UInt8]) -> Bool {
            guard let byte = current else { return false }
            index += 1
            switch byte {
            case UInt8(ascii: "n"): text.append(10)
            case UInt8(ascii: "t"): text.append(9)
            case UInt8(ascii: "r"): text.append(13)
            case UInt8(ascii: "b"): text.append(8)
            case UInt8(ascii: "f"): text.append(12)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
            case UInt8(ascii: "u"):
                guard var code = hexadecimal() else { return false }
                if (0xD800..<0xDC00).contains(code), current == UInt8(ascii: "\\"), index + 1 < bytes.count,
                    bytes[index + 1] == UInt8(ascii: "u")
                {
                    index += 2
                    guard let low = hexadecimal(), (0xDC00..<0xE000).contains(low) else { return false }
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                }
                // A lone surrogate is no character: U+FFFD stands for it.
                text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
            default: return false
            }
            return true
        }

        private mutating func hexadecimal() -> UInt32? {
            guard index + 4 <= bytes.count else { return nil }
            var value: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = Hex.value(bytes[index]) else { return nil }
                value = value << 4 | UInt32(digit)
                index += 1
            }
            return value
        }
    }
}

extension Hex {
    /// The value of a hexadecimal digit, or nil.
    fileprivate static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        case 97...102: digit - 87
        default: nil
        }
    }
}
