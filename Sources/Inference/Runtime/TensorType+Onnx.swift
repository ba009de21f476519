import Primitives

extension TensorType {
    /// `ONNXTensorElementDataType` of ONNX Runtime's C interface, which follows `TensorProto.DataType` of ONNX.
    init?(onnx code: Int32) {
        guard let type = Self.allCases.first(where: { $0.onnxCode == code }) else { return nil }
        self = type
    }

    /// The number of this type in ONNX.
    var onnxCode: Int32 {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .uint16: 4
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .bytes: 8
        case .bool: 9
        case .float16: 10
        case .float64: 11
        case .uint32: 12
        case .uint64: 13
        case .bfloat16: 16
        }
    }
}
