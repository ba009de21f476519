import Primitives
import WireAPI

extension Tensor {
    /// The tensor of a request's input.
    ///
    /// - Throws: `tensor_mismatch` for an unknown datatype, one that JSON cannot carry, or data of another kind;
    ///   `tensor_shape` when the data do not fill the shape; `tensor_too_large`.
    init(_ input: OpenInference.Request.Input) throws {
        func mismatch(_ problem: String, _ nextStep: String = "") -> PlatformError {
            PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The input '\(input.name.prefix(80))' \(problem).",
                nextStep: nextStep
            )
        }
        guard let type = TensorType(rawValue: input.datatype) else {
            throw mismatch(
                "has the unknown datatype '\(input.datatype.prefix(20))'",
                Suggestion.phrase(for: input.datatype, among: TensorType.allCases.map(\.rawValue))
            )
        }
        guard input.data.count <= OpenInference.maximumElements else {
            throw PlatformError(
                ErrorCode("tensor_too_large", .tooLarge),
                "The input '\(input.name.prefix(80))' has \(input.data.count) elements; at most \(OpenInference.maximumElements) are taken."
            )
        }
        func integers<Element: FixedWidthInteger & BitwiseCopyable>(_: Element.Type) throws -> [UInt8] {
            let values: [Element?]
            switch input.data {
            case .integers(let given): values = given.map(Element.init(exactly:))
            case .unsigned(let given): values = given.map(Element.init(exactly:))
            case .numbers(let given): values = given.map(Element.init(exactly:))
            default: throw mismatch("is \(type.rawValue), but its data are no numbers")
            }
            let fitting = values.compactMap { $0 }
            guard fitting.count == values.count else {
                throw mismatch("has a number that \(type.rawValue) cannot hold")
            }
            return fitting.withUnsafeBytes { Array($0) }
        }
        func numbers() throws -> [Double] {
            switch input.data {
            case .integers(let given): return given.map(Double.init)
            case .unsigned(let given): return given.map(Double.init)
            case .numbers(let given): return given
            default: throw mismatch("is \(type.rawValue), but its data are no numbers")
            }
        }
        let storage: Storage
        switch type {
        case .int8: storage = .numbers(try integers(Int8.self))
        case .int16: storage = .numbers(try integers(Int16.self))
        case .int32: storage = .numbers(try integers(Int32.self))
        case .int64: storage = .numbers(try integers(Int64.self))
        case .uint8: storage = .numbers(try integers(UInt8.self))
        case .uint16: storage = .numbers(try integers(UInt16.self))
        case .uint32: storage = .numbers(try integers(UInt32.self))
        case .uint64: storage = .numbers(try integers(UInt64.self))
        case .float32: storage = .numbers(try numbers().map(Float.init).withUnsafeBytes { Array($0) })
        case .float64: storage = .numbers(try numbers().withUnsafeBytes { Array($0) })
        case .bool:
            switch input.data {
            case .bools(let given): storage = .numbers(given.map { $0 ? 1 : 0 })
            case .integers(let given) where given.allSatisfy({ $0 == 0 || $0 == 1 }):
                storage = .numbers(given.map(UInt8.init))
            default: throw mismatch("is BOOL, but its data are no Booleans")
            }
        case .bytes:
            guard case .strings(let given) = input.data else {
                // An empty array has no kind of its own.
                if input.data.count == 0 {
                    storage = .strings([])
                    break
                }
                throw mismatch("is BYTES, but its data are no strings")
            }
            storage = .strings(given.map { Array($0.utf8) })
        case .float16, .bfloat16: throw mismatch("is \(type.rawValue), which JSON cannot carry", "Send FP32.")
        }
        try self.init(type, shape: input.shape, storage: storage)
    }
}

extension OpenInference.Response.Output {
    /// The output of a tensor.
    ///
    /// - Throws: `tensor_mismatch` for a datatype that JSON cannot carry.
    init(_ named: NamedTensor) throws {
        let tensor = named.tensor
        let data: TensorData
        switch tensor.type {
        case .int8: data = .integers(tensor.elements(as: Int8.self).map(Int64.init))
        case .int16: data = .integers(tensor.elements(as: Int16.self).map(Int64.init))
        case .int32: data = .integers(tensor.elements(as: Int32.self).map(Int64.init))
        case .int64: data = .integers(tensor.elements(as: Int64.self))
        case .uint8: data = .integers(tensor.elements(as: UInt8.self).map(Int64.init))
        case .uint16: data = .integers(tensor.elements(as: UInt16.self).map(Int64.init))
        case .uint32: data = .integers(tensor.elements(as: UInt32.self).map(Int64.init))
        case .uint64: data = .unsigned(tensor.elements(as: UInt64.self))
        case .float32: data = .numbers(try Self.finite(tensor.elements(as: Float.self).map(Double.init), named.name))
        case .float64: data = .numbers(try Self.finite(tensor.elements(as: Double.self), named.name))
        case .bool: data = .bools(tensor.elements(as: UInt8.self).map { $0 != 0 })
        case .bytes:
            guard case .strings(let strings) = tensor.storage else { fallthrough }
            data = .strings(strings.map { String(decoding: $0, as: UTF8.self) })
        case .float16, .bfloat16:
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The output '\(named.name)' is \(tensor.type.rawValue), which JSON cannot carry."
            )
        }
        self.init(name: named.name, datatype: tensor.type.rawValue, shape: tensor.shape, data: data)
    }

    /// JSON has no NaN and no infinity (RFC 8259 §6).
    private static func finite(_ values: [Double], _ name: String) throws -> [Double] {
        guard values.allSatisfy(\.isFinite) else {
            throw PlatformError(
                ErrorCode("output_not_finite", .internal),
                "The output '\(name)' holds NaN or infinity, which JSON cannot carry."
            )
        }
        return values
    }
}
