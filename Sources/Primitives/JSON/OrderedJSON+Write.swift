extension OrderedJSON {
    /// The value as text in the form of Python's `json.dumps(value, ensure_ascii=False)`: a space after each comma and
    /// colon. Clients compare previews and metadata with that form, and filters look for pieces of it.
    package var written: String { String(decoding: bytes(spaced: true), as: UTF8.self) }

    /// The value with sorted names: equal values have equal texts.
    package var canonical: String {
        var bytes: [UInt8] = []
        append(to: &bytes, Form(isSpaced: true, isSorted: true))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value as UTF-8.
    ///
    /// - Parameter spaced: whether a space follows commas and colons.
    package func bytes(spaced: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, Form(isSpaced: spaced, isSorted: false))
        return bytes
    }

    private struct Form {
        let isSpaced: Bool
        let isSorted: Bool
    }

    private func append(to bytes: inout [UInt8], _ form: Form) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let written): bytes.append(contentsOf: written.utf8)
        case .string(let text): Self.append(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { Self.separate(",", &bytes, form) }
                element.append(to: &bytes, form)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            let shown =
                form.isSorted ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in shown.enumerated() {
                if index > 0 { Self.separate(",", &bytes, form) }
                Self.append(member.key, to: &bytes)
                Self.separate(":", &bytes, form)
                member.value.append(to: &bytes, form)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func separate(_ scalar: Unicode.Scalar, _ bytes: inout [UInt8], _ form: Form) {
        bytes.append(UInt8(ascii: scalar))
        if form.isSpaced { bytes.append(32) }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 8: bytes.append(contentsOf: "\\b".utf8)
            case 9: bytes.append(contentsOf: "\\t".utf8)
            case 10: bytes.append(contentsOf: "\\n".utf8)
            case 12: bytes.append(contentsOf: "\\f".utf8)
            case 13: bytes.append(contentsOf: "\\r".utf8)
            case 0..<32:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
