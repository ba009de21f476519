import Primitives

/// Turns the elements of a request's input, as JSON or as bytes, into a tensor.
struct TensorReader {
    /// The deepest nesting of `data`.
    private static let maximumRank = 16

    let name: String
    let type: TensorType
    let shape: [Int]
    private let count: Int

    /// - Throws: `tensor_mismatch` for an unknown datatype, `tensor_shape`, `tensor_too_large`.
    init(name: String, datatype: String, shape: [Int]) throws {
        guard let type = TensorType(rawValue: datatype) else {
            throw Self.mismatch(
                name,
                "has the unknown datatype '\(datatype.prefix(20))'",
                Suggestion.phrase(for: datatype, among: TensorType.allCases.map(\.rawValue))
            )
        }
        self.name = name
        self.type = type
        self.shape = shape
        count = try Tensor.elementCount(of: shape)
        guard count <= OpenInference.maximumElements else {
            throw PlatformError(
                ErrorCode("tensor_too_large", .tooLarge),
                "The input '\(name.prefix(80))' has \(count) elements; at most \(OpenInference.maximumElements) are taken."
            )
        }
    }

    /// `tensor_mismatch` for an input.
    static func mismatch(_ name: String, _ problem: String, _ nextStep: String = "") -> PlatformError {
        PlatformError(
            ErrorCode("tensor_mismatch", .invalidArgument),
            "The input '\(name.prefix(80))' \(problem).",
            nextStep: nextStep
        )
    }

    private func mismatch(_ problem: String, _ nextStep: String = "") -> PlatformError {
        Self.mismatch(name, problem, nextStep)
    }

    private func wrongCount() -> PlatformError {
        PlatformError(
            .tensorShape,
            "The input '\(name.prefix(80))' does not have the \(count) elements of its shape \(shape)."
        )
    }

    // MARK: JSON

    /// Reads `data`: an array, flat or nested.
    ///
    /// - Throws: `invalid_json`, `tensor_mismatch`, `tensor_shape`.
    func read(_ scanner: inout InferenceScanner) throws -> Tensor {
        let storage: Tensor.Storage
        switch type {
        case .int8: storage = try integers(&scanner, Int8.self)
        case .int16: storage = try integers(&scanner, Int16.self)
        case .int32: storage = try integers(&scanner, Int32.self)
        case .int64: storage = try integers(&scanner, Int64.self)
        case .uint8: storage = try integers(&scanner, UInt8.self)
        case .uint16: storage = try integers(&scanner, UInt16.self)
        case .uint32: storage = try integers(&scanner, UInt32.self)
        case .uint64: storage = try integers(&scanner, UInt64.self)
        case .float32:
            storage = try numbers(&scanner) { scanner, number in
                let value = try scanner.float(number)
                if !value.isFinite { throw mismatch("has a number that FP32 cannot hold") }
                return value
            }
        case .float64: storage = try numbers(&scanner) { try $0.double($1) }
        case .bool:
            storage = .bytes(
                try elements(&scanner) { scanner in
                    switch try scanner.peek() {
                    case UInt8(ascii: "t"), UInt8(ascii: "f"): return try scanner.bool() ? 1 : 0
                    case UInt8(ascii: "0"), UInt8(ascii: "1"):
                        if let bit = try scanner.number().integer(UInt8.self), bit <= 1 { return bit }
                        throw mismatch("is BOOL, but its data are no Booleans")
                    default: throw mismatch("is BOOL, but its data are no Booleans")
                    }
                } as [UInt8]
            )
        case .bytes:
            storage = .strings(
                try elements(&scanner) { scanner in
                    guard try scanner.peek() == UInt8(ascii: "\"") else {
                        throw mismatch("is BYTES, but its data are no strings")
                    }
                    return try scanner.stringBytes()
                }
            )
        case .float16, .bfloat16:
            throw mismatch("is \(type.rawValue), which JSON cannot carry", "Send it as binary data, or send FP32.")
        }
        return try Tensor(type, shape: shape, storage: storage)
    }

    private func integers<Element: FixedWidthInteger & BitwiseCopyable>(
        _ scanner: inout InferenceScanner,
        _: Element.Type
    )
        throws -> Tensor.Storage
    {
        try numbers(&scanner) { _, number in
            guard let value = number.integer(Element.self) else {
                throw mismatch("has a number that \(type.rawValue) cannot hold")
            }
            return value
        }
    }

    private func numbers<Element: BitwiseCopyable>(
        _ scanner: inout InferenceScanner,
        _ convert: (InferenceScanner, ScannedNumber) throws -> Element
    ) throws -> Tensor.Storage {
        let values = try elements(&scanner) { scanner in
            let first = try scanner.peek()
            guard first == UInt8(ascii: "-") || (first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9")) else {
                throw mismatch("is \(type.rawValue), but its data are no numbers")
            }
            return try convert(scanner, scanner.number())
        }
        return .bytes(values)
    }

    /// The leaves of arrays in arrays, in order; stops at the first one too many.
    private func elements<Element>(
        _ scanner: inout InferenceScanner,
        _ read: (inout InferenceScanner) throws -> Element
    ) throws -> [Element] {
        guard try scanner.peek() == UInt8(ascii: "[") else { throw mismatch("has data that are no array") }
        var out: [Element] = []
        // An element takes two bytes at least: a shape that promises more reserves nothing.
        out.reserveCapacity(min(count, (scanner.bytes.count - scanner.position) / 2 + 1))
        var depth = 0
        repeat {
            if try scanner.take(UInt8(ascii: "[")) {
                depth += 1
                guard depth <= Self.maximumRank else { throw mismatch("is nested more than \(Self.maximumRank) deep") }
                guard try scanner.peek() == UInt8(ascii: "]") else { continue }
            } else {
                guard out.count < count else { throw wrongCount() }
                out.append(try read(&scanner))
            }
            while depth > 0, try scanner.take(UInt8(ascii: "]")) { depth -= 1 }
            if depth > 0 {
                try scanner.expect(UInt8(ascii: ","))
                if try scanner.peek() == UInt8(ascii: "]") { throw scanner.invalid("a value is missing") }
            }
        } while depth > 0
        guard out.count == count else { throw wrongCount() }
        return out
    }

    // MARK: Bytes

    /// The tensor of a binary section: numbers little-endian, strings each after its length as four bytes.
    ///
    /// - Throws: `tensor_shape` when the bytes are not exactly the shape's, `tensor_mismatch`.
    func read(_ bytes: UnsafeRawBufferPointer) throws -> Tensor {
        guard let width = type.width else {
            return try Tensor(type, shape: shape, storage: .strings(try strings(bytes)))
        }
        guard bytes.count == count * width else {
            throw PlatformError(
                .tensorShape,
                "The input '\(name.prefix(80))' of shape \(shape) takes \(count * width) bytes, but \(bytes.count) are given."
            )
        }
        if type == .bool, bytes.contains(where: { $0 > 1 }) {
            throw mismatch("is BOOL, but a byte of it is neither 0 nor 1")
        }
        return try Tensor(type, shape: shape, storage: .numbers(Array(bytes)))
    }

    private func strings(_ bytes: UnsafeRawBufferPointer) throws -> [[UInt8]] {
        var out: [[UInt8]] = []
        out.reserveCapacity(min(count, bytes.count / 4))
        var position = 0
        while position < bytes.count {
            guard out.count < count, bytes.count - position >= 4 else { throw wrongCount() }
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            position += 4
            guard length <= bytes.count - position else {
                throw mismatch("has a string that is longer than its binary data")
            }
            out.append(Array(bytes[position..<position + length]))
            position += length
        }
        guard out.count == count else { throw wrongCount() }
        return out
    }
}

extension Tensor.Storage {
    /// Numbers from an array of them.
    fileprivate static func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> Self {
        .numbers(elements.withUnsafeBytes { Array($0) })
    }
}
