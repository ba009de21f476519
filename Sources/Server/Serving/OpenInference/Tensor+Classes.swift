import Primitives

extension Tensor {
    /// The classification extension: of each row the best `count` classes, best first, each as `value:index`.
    ///
    /// The first of several dimensions is the batch; a tensor of one dimension is one row.
    ///
    /// - Throws: `tensor_mismatch` for strings and Booleans.
    func classes(_ count: Int, of name: String) throws -> Tensor {
        let values = try numericValues(name)
        let rows = shape.count > 1 ? shape[0] : 1
        let width = rows > 0 ? values.count / rows : 0
        let kept = min(count, width)
        var out: [[UInt8]] = []
        for row in 0..<rows {
            let slice = values[row * width..<(row + 1) * width]
            let best = slice.indices.sorted { (slice[$0], $1) > (slice[$1], $0) }.prefix(kept)
            out += best.map { Array("\(Float(slice[$0])):\($0 - slice.startIndex)".utf8) }
        }
        return try Tensor(.bytes, shape: shape.count > 1 ? [rows, kept] : [kept], storage: .strings(out))
    }

    private func numericValues(_ name: String) throws -> [Double] {
        switch type {
        case .int8: return elements(as: Int8.self).map(Double.init)
        case .int16: return elements(as: Int16.self).map(Double.init)
        case .int32: return elements(as: Int32.self).map(Double.init)
        case .int64: return elements(as: Int64.self).map(Double.init)
        case .uint8: return elements(as: UInt8.self).map(Double.init)
        case .uint16: return elements(as: UInt16.self).map(Double.init)
        case .uint32: return elements(as: UInt32.self).map(Double.init)
        case .uint64: return elements(as: UInt64.self).map(Double.init)
        case .float32: return elements(as: Float.self).map(Double.init)
        case .float64: return elements(as: Double.self)
        case .bfloat16:
            // BF16 is the upper half of a FP32.
            return elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
        case .bool, .bytes, .float16:
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The output '\(name.prefix(80))' is \(type.rawValue): it has no classes."
            )
        }
    }
}
