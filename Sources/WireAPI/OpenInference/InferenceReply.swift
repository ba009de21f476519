import Primitives

/// The answer of `infer`, before it is written as JSON, JSON with binary tensors, or gRPC.
package struct InferenceReply: Sendable, Equatable {
    /// One output.
    package struct Output: Sendable, Equatable {
        /// The tensor.
        package var tensor: NamedTensor
        /// Whether REST sends it as bytes after the JSON.
        package var isBinary: Bool

        /// Makes an output.
        package init(_ tensor: NamedTensor, isBinary: Bool) {
            self.tensor = tensor
            self.isBinary = isBinary
        }
    }

    /// The model.
    package var modelName: String
    /// The version that answered.
    package var modelVersion: String
    /// The request's id; when it had none, the prediction's.
    package var id: String
    /// The id of each prediction, joined by commas.
    package var predictionID: String
    /// The outputs.
    package var outputs: [Output]

    /// Makes a reply.
    package init(modelName: String, modelVersion: String, id: String, predictionID: String, outputs: [Output]) {
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.id = id
        self.predictionID = predictionID
        self.outputs = outputs
    }

    /// The body, and how many bytes of it are JSON when binary tensors follow.
    ///
    /// - Throws: `output_not_finite` for NaN or infinity and `output_not_text` for strings that are no UTF-8, which JSON
    ///   cannot carry; `tensor_mismatch` for FP16 and BF16.
    package func encode() throws -> (bytes: [UInt8], headerLength: Int?) {
        var writer = InferenceWriter()
        var binary: [[UInt8]] = []
        writer.raw(#"{"model_name":"#)
        writer.string(modelName.utf8)
        writer.raw(#","model_version":"#)
        writer.string(modelVersion.utf8)
        writer.raw(#","id":"#)
        writer.string(id.utf8)
        writer.raw(#","parameters":{"prediction_id":"#)
        writer.string(predictionID.utf8)
        writer.raw(#"},"outputs":["#)
        for (index, output) in outputs.enumerated() {
            let tensor = output.tensor.tensor
            if index > 0 { writer.raw(",") }
            writer.raw(#"{"name":"#)
            writer.string(output.tensor.name.utf8)
            writer.raw(#","datatype":""#)
            writer.raw(tensor.type.rawValue)
            writer.raw(#"","shape":"#)
            writer.integers(tensor.shape)
            if output.isBinary {
                let bytes = tensor.wireBytes
                writer.raw(#","parameters":{"binary_data_size":\#(bytes.count)}}"#)
                binary.append(bytes)
            } else {
                writer.raw(#","data":"#)
                try writer.data(output.tensor)
                writer.raw("}")
            }
        }
        writer.raw("]}")
        guard !binary.isEmpty else { return (writer.bytes, nil) }
        let length = writer.bytes.count
        for part in binary { writer.bytes += part }
        return (writer.bytes, length)
    }
}

extension Tensor {
    /// The elements as the binary extension and gRPC's raw contents carry them: numbers little-endian, strings each after
    /// its length as four bytes.
    package var wireBytes: [UInt8] {
        switch storage {
        case .numbers(let bytes): return bytes
        case .strings(let strings):
            var out: [UInt8] = []
            out.reserveCapacity(strings.reduce(0) { $0 + $1.count + 4 })
            for string in strings {
                withUnsafeBytes(of: UInt32(truncatingIfNeeded: string.count).littleEndian) { out += $0 }
                out += string
            }
            return out
        }
    }

    /// The tensor of bytes as the binary extension and gRPC's raw contents carry them.
    ///
    /// - Throws: `tensor_mismatch`, `tensor_shape`, `tensor_too_large`.
    package init(name: String, datatype: String, shape: [Int], wireBytes: UnsafeRawBufferPointer) throws {
        self = try TensorReader(name: name, datatype: datatype, shape: shape).read(wireBytes)
    }
}
