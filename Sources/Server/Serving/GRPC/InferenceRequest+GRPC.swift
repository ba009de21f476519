import Foundation
import InferenceProto
import Primitives
import SwiftProtobuf
import WireAPI

extension InferenceRequest {
    /// The request of a message, its tensors raw or typed, never both.
    ///
    /// - Throws: `invalid_argument`, `tensor_mismatch`, `tensor_shape`, `tensor_too_large`.
    init(_ message: Inference_ModelInferRequest) throws {
        let isRaw = !message.rawInputContents.isEmpty
        guard !message.inputs.isEmpty, message.inputs.count <= Self.maximumTensors else {
            throw PlatformError(.invalidArgument, "The request has no inputs, or more than \(Self.maximumTensors).")
        }
        guard !isRaw || message.rawInputContents.count == message.inputs.count else {
            throw PlatformError(
                .invalidArgument,
                "The request has \(message.inputs.count) inputs, but \(message.rawInputContents.count) raw contents."
            )
        }
        let inputs = try message.inputs.enumerated().map { index, input in
            guard isRaw else { return NamedTensor(input.name, try Tensor(input)) }
            guard !input.hasContents else {
                throw PlatformError(.invalidArgument, "The input '\(input.name.prefix(80))' is raw and typed at once.")
            }
            let tensor = try message.rawInputContents[index].withUnsafeBytes { bytes in
                try Tensor(
                    name: input.name,
                    datatype: input.datatype,
                    shape: input.shape.map { Int($0) },
                    wireBytes: bytes
                )
            }
            return NamedTensor(input.name, tensor)
        }
        let outputs = try message.outputs.map { output in
            let parameters = output.parameters.mapValues(JSONValue.init)
            return try InferenceRequest.Output(name: output.name, parameters: .object(parameters))
        }
        self.init(
            id: message.id.isEmpty ? nil : message.id,
            parameters: message.parameters.mapValues(JSONValue.init),
            inputs: inputs,
            outputs: outputs.isEmpty ? nil : outputs
        )
    }
}

extension JSONValue {
    fileprivate init(_ parameter: Inference_InferParameter) {
        switch parameter.parameterChoice {
        case .boolParam(let value): self = .bool(value)
        case .int64Param(let value): self = .integer(value)
        case .uint64Param(let value): self = Int64(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
        case .stringParam(let value): self = .string(value)
        case .doubleParam(let value): self = .number(value)
        case nil: self = .null
        }
    }
}

extension Tensor {
    /// The tensor of typed contents.
    fileprivate init(_ input: Inference_ModelInferRequest.InferInputTensor) throws {
        func mismatch(_ problem: String) -> PlatformError {
            PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The input '\(input.name.prefix(80))' \(problem)."
            )
        }
        guard let type = TensorType(rawValue: input.datatype) else {
            throw mismatch("has the unknown datatype '\(input.datatype.prefix(20))'")
        }
        func narrow<Wide: BinaryInteger, Element: FixedWidthInteger & BitwiseCopyable>(
            _ values: [Wide],
            _: Element.Type
        ) throws -> [UInt8] {
            try values.map { value in
                guard let fitting = Element(exactly: value) else {
                    throw mismatch("has a number that \(type.rawValue) cannot hold")
                }
                return fitting
            }.withUnsafeBytes { Array($0) }
        }
        let given = input.contents
        let storage: Storage
        switch type {
        case .bool: storage = .numbers(given.boolContents.map { $0 ? 1 : 0 })
        case .int8: storage = .numbers(try narrow(given.intContents, Int8.self))
        case .int16: storage = .numbers(try narrow(given.intContents, Int16.self))
        case .int32: storage = .numbers(try narrow(given.intContents, Int32.self))
        case .int64: storage = .numbers(given.int64Contents.withUnsafeBytes { Array($0) })
        case .uint8: storage = .numbers(try narrow(given.uintContents, UInt8.self))
        case .uint16: storage = .numbers(try narrow(given.uintContents, UInt16.self))
        case .uint32: storage = .numbers(try narrow(given.uintContents, UInt32.self))
        case .uint64: storage = .numbers(given.uint64Contents.withUnsafeBytes { Array($0) })
        case .float32: storage = .numbers(given.fp32Contents.withUnsafeBytes { Array($0) })
        case .float64: storage = .numbers(given.fp64Contents.withUnsafeBytes { Array($0) })
        case .bytes: storage = .strings(given.bytesContents.map { Array($0) })
        case .float16, .bfloat16: throw mismatch("is \(type.rawValue), which only raw contents carry")
        }
        try self.init(type, shape: input.shape.map { Int($0) }, storage: storage)
    }
}
