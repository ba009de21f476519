import Foundation
import InferenceProto
import Primitives
import SwiftProtobuf
import WireAPI

extension Inference_ModelInferResponse {
    /// The message of a reply: raw when the request was, or when a type has no typed form.
    init(_ reply: InferenceReply, isRaw: Bool) throws {
        self.init()
        modelName = reply.modelName
        modelVersion = reply.modelVersion
        id = reply.id
        parameters = ["prediction_id": .with { $0.stringParam = reply.predictionID }]
        let tensors = reply.outputs.map(\.tensor)
        let mustBeRaw = isRaw || tensors.contains { [.float16, .bfloat16].contains($0.tensor.type) }
        outputs = tensors.map { named in
            .with {
                $0.name = named.name
                $0.datatype = named.tensor.type.rawValue
                $0.shape = named.tensor.shape.map(Int64.init)
                if !mustBeRaw { $0.contents = Inference_InferTensorContents(named.tensor) }
            }
        }
        if mustBeRaw { rawOutputContents = tensors.map { Data($0.tensor.wireBytes) } }
    }
}

extension Inference_InferTensorContents {
    fileprivate init(_ tensor: Tensor) {
        self.init()
        switch tensor.type {
        case .bool: boolContents = tensor.elements(as: UInt8.self).map { $0 != 0 }
        case .int8: intContents = tensor.elements(as: Int8.self).map(Int32.init)
        case .int16: intContents = tensor.elements(as: Int16.self).map(Int32.init)
        case .int32: intContents = tensor.elements(as: Int32.self)
        case .int64: int64Contents = tensor.elements(as: Int64.self)
        case .uint8: uintContents = tensor.elements(as: UInt8.self).map(UInt32.init)
        case .uint16: uintContents = tensor.elements(as: UInt16.self).map(UInt32.init)
        case .uint32: uintContents = tensor.elements(as: UInt32.self)
        case .uint64: uint64Contents = tensor.elements(as: UInt64.self)
        case .float32: fp32Contents = tensor.elements(as: Float.self)
        case .float64: fp64Contents = tensor.elements(as: Double.self)
        case .bytes: if case .strings(let strings) = tensor.storage { bytesContents = strings.map { Data($0) } }
        case .float16, .bfloat16: break
        }
    }
}

extension Inference_ModelMetadataResponse {
    init(_ metadata: OpenInference.ModelMetadata) {
        self.init()
        func describe(_ tensor: TensorDescription) -> TensorMetadata {
            .with {
                $0.name = tensor.name
                $0.datatype = tensor.datatype.rawValue
                $0.shape = tensor.shape.map(Int64.init)
            }
        }
        name = metadata.name
        versions = metadata.versions
        platform = metadata.platform
        inputs = metadata.inputs.map(describe)
        outputs = metadata.outputs.map(describe)
    }
}

extension Inference_ModelConfig {
    init(_ configuration: OpenInference.ModelConfiguration) {
        self.init()
        func type(_ name: String) -> Inference_DataType {
            Inference_DataType.allCases.first { "\(name)" == $0.protocolName } ?? .typeInvalid
        }
        name = configuration.name
        platform = configuration.platform
        backend = configuration.backend
        maxBatchSize = Int32(configuration.maximumBatchSize)
        input = configuration.inputs.map { tensor in
            .with {
                $0.name = tensor.name
                $0.dataType = type(tensor.datatype)
                $0.dims = tensor.dimensions.map(Int64.init)
            }
        }
        output = configuration.outputs.map { tensor in
            .with {
                $0.name = tensor.name
                $0.dataType = type(tensor.datatype)
                $0.dims = tensor.dimensions.map(Int64.init)
            }
        }
    }
}

extension Inference_DataType {
    /// The name of the constant in the protocol's own files.
    fileprivate var protocolName: String {
        switch self {
        case .typeInvalid, .UNRECOGNIZED: "TYPE_INVALID"
        case .typeBool: "TYPE_BOOL"
        case .typeUint8: "TYPE_UINT8"
        case .typeUint16: "TYPE_UINT16"
        case .typeUint32: "TYPE_UINT32"
        case .typeUint64: "TYPE_UINT64"
        case .typeInt8: "TYPE_INT8"
        case .typeInt16: "TYPE_INT16"
        case .typeInt32: "TYPE_INT32"
        case .typeInt64: "TYPE_INT64"
        case .typeFp16: "TYPE_FP16"
        case .typeFp32: "TYPE_FP32"
        case .typeFp64: "TYPE_FP64"
        case .typeString: "TYPE_STRING"
        case .typeBf16: "TYPE_BF16"
        }
    }
}

extension Inference_ModelStatisticsResponse {
    init(_ statistics: OpenInference.Statistics) {
        self.init()
        modelStats = statistics.models.map { model in
            .with {
                $0.name = model.name
                $0.version = model.version
                $0.inferenceCount = UInt64(model.inferenceCount)
                $0.executionCount = UInt64(model.executionCount)
                $0.inferenceStats.success.count = UInt64(model.requests.success.count)
                $0.inferenceStats.success.ns = UInt64(model.requests.success.ns)
                $0.inferenceStats.fail.count = UInt64(model.requests.fail.count)
            }
        }
    }
}
