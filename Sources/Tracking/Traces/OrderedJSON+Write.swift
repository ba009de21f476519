extension OrderedJSON {
    /// The value as text in the form of Python's `json.dumps(value, ensure_ascii=False)`: a space after each comma and
    /// colon. Clients compare previews and metadata with that form, and filters look for pieces of it.
    package var text: String { String(decoding: bytes(spaced: true), as: UTF8.self) }

    /// The value as UTF-8.
    ///
    /// - Parameter spaced: whether a space follows commas and colons.
    package func bytes(spaced: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, spaced)
        return bytes
    }

    private func write(to bytes: inout [UInt8], _ spaced: Bool) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .real(let value): bytes.append(contentsOf: Self.text(of: value).utf8)
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { Self.separate(",", &bytes, spaced) }
                value.write(to: &bytes, spaced)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { Self.separate(",", &bytes, spaced) }
                Self.write(member.key, to: &bytes)
                Self.separate(":", &bytes, spaced)
                member.value.write(to: &bytes, spaced)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func separate(_ scalar: Unicode.Scalar, _ bytes: inout [UInt8], _ spaced: Bool) {
        bytes.append(UInt8(ascii: scalar))
        if spaced { bytes.append(32) }
    }

    /// Python's names for what JSON has no number for.
    private static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
        return value.description
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: [92, 34])
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [92, 92])
            case 10: bytes.append(contentsOf: [92, 110])
            case 13: bytes.append(contentsOf: [92, 114])
            case 9: bytes.append(contentsOf: [92, 116])
            case 0..<32:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
