/// The element types of tensors, named as the Open Inference Protocol names them.
package enum TensorType: String, Sendable, Codable, Hashable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case float16 = "FP16"
    case float32 = "FP32"
    case float64 = "FP64"
    case bfloat16 = "BF16"
    /// Strings of any bytes.
    case bytes = "BYTES"

    /// Bytes of one element; nil for `bytes`, whose elements differ in length.
    package var width: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .bytes: nil
        }
    }
}

/// An array of numbers or strings with a shape: row-major, numbers little-endian.
package struct Tensor: Sendable, Hashable {
    /// The elements.
    package enum Storage: Sendable, Hashable {
        /// Numbers, as their bytes.
        case numbers([UInt8])
        /// One byte string an element.
        case strings([[UInt8]])
    }

    /// The element type.
    package let type: TensorType
    /// The size of each dimension; empty for one single element.
    package let shape: [Int]
    /// The elements.
    package let storage: Storage

    /// Makes a tensor.
    ///
    /// - Throws: `tensor_shape` when the shape does not hold exactly the elements given.
    package init(_ type: TensorType, shape: [Int], storage: Storage) throws {
        let count = try Self.elementCount(of: shape)
        let held: Int
        switch (storage, type.width) {
        case (.numbers(let bytes), let width?) where bytes.count.isMultiple(of: width): held = bytes.count / width
        case (.strings(let strings), nil): held = strings.count
        default: throw PlatformError(.tensorShape, "The elements given are not \(type.rawValue).")
        }
        guard held == count else {
            throw PlatformError(.tensorShape, "The shape \(shape) holds \(count) elements, but \(held) are given.")
        }
        self.type = type
        self.shape = shape
        self.storage = storage
    }

    /// Makes a tensor of numbers from an array of the matching Swift type.
    ///
    /// - Throws: `tensor_shape` when the shape does not hold exactly the elements given.
    package init<Element: BitwiseCopyable>(_ type: TensorType, shape: [Int], elements: [Element]) throws {
        try self.init(type, shape: shape, storage: .numbers(elements.withUnsafeBytes { Array($0) }))
    }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }

    /// The elements as an array of the Swift type that has the same width; empty for strings.
    package func elements<Element: BitwiseCopyable>(as type: Element.Type) -> [Element] {
        guard case .numbers(let bytes) = storage else { return [] }
        return bytes.withUnsafeBytes { raw in
            (0..<raw.count / MemoryLayout<Element>.size).map {
                raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
            }
        }
    }

    /// The number of elements of a shape.
    ///
    /// - Throws: `tensor_shape` for a negative size or a product that does not fit.
    package static func elementCount(of shape: [Int]) throws -> Int {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else {
                throw PlatformError(.tensorShape, "The shape \(shape) is not one that a tensor can have.")
            }
            count = product
        }
        return count
    }
}

extension ErrorCode {
    /// A tensor's elements do not fill its shape, or are of another type than it says.
    package static let tensorShape = ErrorCode("tensor_shape", .invalidArgument)
}

/// What a model says of one of its inputs or outputs.
package struct TensorDescription: Sendable, Hashable, Codable {
    /// The tensor's name.
    package let name: String
    /// The element type.
    package let datatype: TensorType
    /// The size of each dimension; -1 for any.
    package let shape: [Int]

    /// Makes a description.
    package init(name: String, datatype: TensorType, shape: [Int]) {
        self.name = name
        self.datatype = datatype
        self.shape = shape
    }
}

/// A tensor with its name.
package struct NamedTensor: Sendable, Hashable {
    /// The name of the input or output.
    package let name: String
    /// The elements.
    package let tensor: Tensor

    /// Names a tensor.
    package init(_ name: String, _ tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}
