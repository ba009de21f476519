import Primitives

/// Writes JSON straight to bytes. Floating-point numbers have the fewest digits that read back as the same number.
struct InferenceWriter {
    var bytes: [UInt8] = []

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func string(_ text: some Sequence<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                raw(#"\u00"#)
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integers(_ values: some Sequence<some FixedWidthInteger>) {
        list(values) { $0.integer($1) }
    }

    private mutating func list<Element>(
        _ values: some Sequence<Element>,
        _ write: (inout InferenceWriter, Element) throws -> Void
    ) rethrows {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for value in values {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            try write(&self, value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func integer(_ value: some FixedWidthInteger) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = UInt64(value.magnitude)
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// A tensor's elements, flat.
    mutating func data(_ named: NamedTensor) throws {
        let tensor = named.tensor
        bytes.reserveCapacity(bytes.count + tensor.count * 8)
        switch tensor.type {
        case .int8: integers(tensor.elements(as: Int8.self))
        case .int16: integers(tensor.elements(as: Int16.self))
        case .int32: integers(tensor.elements(as: Int32.self))
        case .int64: integers(tensor.elements(as: Int64.self))
        case .uint8: integers(tensor.elements(as: UInt8.self))
        case .uint16: integers(tensor.elements(as: UInt16.self))
        case .uint32: integers(tensor.elements(as: UInt32.self))
        case .uint64: integers(tensor.elements(as: UInt64.self))
        case .float32: try floats(tensor.elements(as: Float.self), named.name)
        case .float64: try floats(tensor.elements(as: Double.self), named.name)
        case .bool: list(tensor.elements(as: UInt8.self)) { $0.raw($1 == 0 ? "false" : "true") }
        case .bytes: try strings(tensor, named.name)
        case .float16, .bfloat16:
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The output '\(named.name)' is \(tensor.type.rawValue), which JSON cannot carry.",
                nextStep: "Ask for it as binary data."
            )
        }
    }

    private mutating func strings(_ tensor: Tensor, _ name: String) throws {
        guard case .strings(let strings) = tensor.storage else { return raw("[]") }
        try list(strings) { writer, string in
            guard String(validating: string, as: UTF8.self) != nil else {
                throw PlatformError(
                    ErrorCode("output_not_text", .invalidArgument),
                    "The output '\(name)' holds bytes that are no UTF-8, which JSON cannot carry.",
                    nextStep: "Ask for it as binary data."
                )
            }
            writer.string(string)
        }
    }

    private mutating func floats<Element: BinaryFloatingPoint & CustomStringConvertible>(
        _ values: [Element],
        _ name: String
    ) throws {
        try list(values) { writer, value in
            guard value.isFinite else {
                throw PlatformError(
                    ErrorCode("output_not_finite", .internal),
                    "The output '\(name)' holds NaN or infinity, which JSON cannot carry.",
                    nextStep: "Ask for it as binary data."
                )
            }
            writer.raw(value.description)
        }
    }
}
