/// A JSON value of a row (RFC 8259). Numbers keep their spelling, and members their order, so that cleaning a row changes
/// nothing but the text that it means to change.
package indirect enum RowValue: Sendable, Equatable {
    /// A member of an object.
    package struct Member: Sendable, Equatable {
        /// The name, unescaped UTF-8.
        package let key: [UInt8]
        /// The value.
        package var value: RowValue
    }

    /// Unescaped UTF-8.
    case string([UInt8])
    /// A number, `true`, `false` or `null`, as written.
    case literal([UInt8])
    case array([RowValue])
    case object([Member])

    /// The string of a member of this object, or nil.
    package func string(_ key: String) -> [UInt8]? {
        guard case .object(let members) = self,
            case .string(let text)? = members.first(where: { $0.key.elementsEqual(key.utf8) })?.value
        else { return nil }
        return text
    }

    /// The value with every string replaced by what `change` makes of it; it is told the nearest member's name.
    package func mapStrings(key: [UInt8] = [], _ change: ([UInt8], [UInt8]) -> [UInt8]) -> RowValue {
        switch self {
        case .string(let text): .string(change(key, text))
        case .literal: self
        case .array(let elements): .array(elements.map { $0.mapStrings(key: key, change) })
        case .object(let members):
            .object(members.map { Member(key: $0.key, value: $0.value.mapStrings(key: $0.key, change)) })
        }
    }

    /// Appends the value as JSON without white space.
    package func write(to out: inout [UInt8]) {
        switch self {
        case .string(let text): Self.quote(text, to: &out)
        case .literal(let text): out.append(contentsOf: text)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.quote(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ text: [UInt8], to out: inout [UInt8]) {
        out.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C: out.append(contentsOf: [0x5C, byte])
            case 0x0A: out.append(contentsOf: Array("\\n".utf8))
            case 0x09: out.append(contentsOf: Array("\\t".utf8))
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                out.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: out.append(byte)
            }
        }
        out.append(0x22)
    }
}
