/// Writes JSON (RFC 8259) straight into bytes, without a tree in between: replies with thousands of runs or points are made
/// here. Members are written in the order of the calls.
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Makes an empty writer.
    package init() {
        bytes.reserveCapacity(1024)
    }

    /// An object whose members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed("{", "}", body)
    }

    /// A member that is an object.
    package mutating func object(_ key: String, _ body: (inout JSONWriter) throws -> Void) rethrows {
        name(key)
        try enclosed("{", "}", body)
    }

    /// A member that is an array with one element each, which `body` writes.
    package mutating func array<T>(
        _ key: String,
        _ elements: some Sequence<T>,
        _ body: (inout JSONWriter, T) throws -> Void
    ) rethrows {
        name(key)
        try enclosed("[", "]") { writer in
            for element in elements { try body(&writer, element) }
        }
    }

    /// A text member; left out when nil.
    package mutating func member(_ key: String, _ value: String?) {
        guard let value else { return }
        name(key)
        text(value)
    }

    /// A whole number; left out when nil.
    package mutating func member(_ key: String, _ value: Int64?) {
        guard let value else { return }
        name(key)
        raw(String(value))
    }

    /// A Boolean.
    package mutating func member(_ key: String, _ value: Bool) {
        name(key)
        raw(value ? "true" : "false")
    }

    /// A number; NaN and the infinities are texts, as protobuf's JSON has them.
    package mutating func member(_ key: String, _ value: Double) {
        name(key)
        if value.isNaN {
            raw("\"NaN\"")
        } else if value.isInfinite {
            raw(value > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        } else {
            raw(value.description)
        }
    }

    /// A text element of an array.
    package mutating func element(_ value: String) {
        separate()
        text(value)
    }

    private mutating func enclosed(
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        try body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func name(_ key: String) {
        separate()
        text(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func raw(_ value: String) {
        bytes.append(contentsOf: value.utf8)
        needsComma = true
    }

    private mutating func text(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: [92, 34])
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [92, 92])
            case 10: bytes.append(contentsOf: [92, 110])
            case 0..<32: escape(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
}
