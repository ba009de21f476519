import Primitives

extension InferenceRequest {
    /// The most inputs of a request, and the most outputs wanted.
    package static let maximumTensors = 256
    /// The most dimensions of a shape.
    static let maximumDimensions = 32
    /// The longest id, in bytes.
    static let maximumIDBytes = 1024

    /// Reads a body: JSON, and behind it the bytes of binary tensors.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - headerLength: bytes of JSON (`Inference-Header-Content-Length`); nil when all is JSON.
    /// - Throws: `invalid_json`, `invalid_utf8`, `invalid_argument`, `tensor_mismatch`, `tensor_shape`,
    ///   `tensor_too_large`.
    package init(_ body: UnsafeRawBufferPointer, headerLength: Int?) throws {
        let length = headerLength ?? body.count
        guard length >= 0, length <= body.count else {
            throw PlatformError(
                .invalidArgument,
                "Inference-Header-Content-Length is \(length), but the body has \(body.count) bytes."
            )
        }
        guard length > 0 else {
            throw PlatformError(.invalidJSON, "The body is empty.", nextStep: "Send a JSON object.")
        }
        guard length <= OpenInference.maximumJSONBytes else {
            throw PlatformError(
                ErrorCode("body_too_large", .tooLarge),
                "The request has \(length) bytes of JSON; at most \(OpenInference.maximumJSONBytes) are taken.",
                nextStep: "Send large tensors as binary data."
            )
        }
        var scanner = InferenceScanner(UnsafeRawBufferPointer(rebasing: body[..<length]))
        var draft = Draft(binary: UnsafeRawBufferPointer(rebasing: body[length...]))
        try scanner.object { scanner, key in try draft.read(key, &scanner) }
        try scanner.end()
        self = try draft.finish()
    }

    /// What has been read so far.
    private struct Draft {
        let binary: UnsafeRawBufferPointer
        var used = 0
        var id: String?
        var parameters: [String: JSONValue] = [:]
        var inputs: [NamedTensor]?
        var outputs: [Output]?

        init(binary: UnsafeRawBufferPointer) {
            self.binary = binary
        }

        mutating func read(_ key: String, _ scanner: inout InferenceScanner) throws {
            switch key {
            case "id": id = try Self.id(&scanner)
            case "parameters": parameters = try Self.parameters(&scanner)
            case "inputs":
                guard inputs == nil else { throw scanner.invalid("'inputs' stands twice") }
                inputs = try readInputs(&scanner)
            case "outputs":
                if try scanner.peek() == UInt8(ascii: "n") {
                    try scanner.word("null")
                    outputs = nil
                } else {
                    outputs = try Self.readOutputs(&scanner)
                }
            default: try scanner.skip()
            }
        }

        func finish() throws -> InferenceRequest {
            guard let inputs, !inputs.isEmpty else {
                throw PlatformError(.invalidArgument, "The request has no inputs.", nextStep: "Send 'inputs'.")
            }
            guard used == binary.count else {
                throw PlatformError(
                    .invalidArgument,
                    "The inputs take \(used) bytes of binary data, but \(binary.count) follow the JSON."
                )
            }
            return InferenceRequest(id: id, parameters: parameters, inputs: inputs, outputs: outputs)
        }

        private static func id(_ scanner: inout InferenceScanner) throws -> String? {
            switch try scanner.value() {
            case .string(let text):
                guard text.utf8.count <= maximumIDBytes else {
                    throw PlatformError(.invalidArgument, "The id is longer than \(maximumIDBytes) bytes.")
                }
                return text
            case .integer(let number): return "\(number)"
            case .null: return nil
            default: throw PlatformError(.invalidArgument, "The id is no string.")
            }
        }

        private static func parameters(_ scanner: inout InferenceScanner) throws -> [String: JSONValue] {
            switch try scanner.value() {
            case .object(let members): return members
            case .null: return [:]
            default: throw PlatformError(.invalidArgument, "'parameters' is no object.")
            }
        }

        private static func readOutputs(_ scanner: inout InferenceScanner) throws -> [Output] {
            var outputs: [Output] = []
            try scanner.array { scanner in
                guard outputs.count < maximumTensors else {
                    throw PlatformError(.invalidArgument, "More than \(maximumTensors) outputs are wanted.")
                }
                guard case .object(let members) = try scanner.value(), let name = members["name"]?.stringValue else {
                    throw PlatformError(.invalidArgument, "An element of 'outputs' has no name.")
                }
                outputs.append(try Output(name: name, parameters: members["parameters"]))
            }
            return outputs
        }

        private mutating func readInputs(_ scanner: inout InferenceScanner) throws -> [NamedTensor] {
            var inputs: [NamedTensor] = []
            try scanner.array { scanner in
                guard inputs.count < maximumTensors else {
                    throw PlatformError(.invalidArgument, "More than \(maximumTensors) inputs are given.")
                }
                inputs.append(try readInput(&scanner))
            }
            return inputs
        }

        private mutating func readInput(_ scanner: inout InferenceScanner) throws -> NamedTensor {
            var (name, datatype): (String?, String?)
            var shape: [Int]?
            var parameters: [String: JSONValue] = [:]
            var tensor: Tensor?
            // `data` that stands before what says how to read it is read when the rest is known.
            var postponed: Int?
            guard try scanner.peek() == UInt8(ascii: "{") else {
                throw PlatformError(.invalidArgument, "An element of 'inputs' is no object.")
            }
            try scanner.object { scanner, key in
                switch key {
                case "name": name = try Self.text(&scanner, key)
                case "datatype": datatype = try Self.text(&scanner, key)
                case "shape": shape = try Self.shape(&scanner)
                case "parameters": parameters = try Self.parameters(&scanner)
                case "data":
                    if let name, let datatype, let shape {
                        tensor = try TensorReader(name: name, datatype: datatype, shape: shape).read(&scanner)
                    } else {
                        _ = try scanner.peek()
                        postponed = scanner.position
                        try scanner.skip()
                    }
                default: try scanner.skip()
                }
            }
            guard let name, let datatype, let shape else {
                throw PlatformError(
                    .invalidArgument,
                    "The input '\((name ?? "").prefix(80))' lacks its name, datatype or shape."
                )
            }
            let reader = try TensorReader(name: name, datatype: datatype, shape: shape)
            if let size = parameters["binary_data_size"] {
                guard tensor == nil, postponed == nil else {
                    throw TensorReader.mismatch(name, "has both data and binary_data_size")
                }
                return NamedTensor(name, try reader.read(try take(size, name)))
            }
            if let postponed {
                var again = scanner
                again.position = postponed
                tensor = try reader.read(&again)
            }
            guard let tensor else { throw TensorReader.mismatch(name, "has no data") }
            return NamedTensor(name, tensor)
        }

        private mutating func take(_ size: JSONValue, _ name: String) throws -> UnsafeRawBufferPointer {
            guard let count = size.integerValue, count >= 0, count <= Int64(binary.count - used) else {
                throw TensorReader.mismatch(name, "has a binary_data_size that the body does not hold")
            }
            defer { used += Int(count) }
            return UnsafeRawBufferPointer(rebasing: binary[used..<used + Int(count)])
        }

        private static func text(_ scanner: inout InferenceScanner, _ key: String) throws -> String {
            guard try scanner.peek() == UInt8(ascii: "\"") else {
                throw PlatformError(.invalidArgument, "An input's '\(key)' is no string.")
            }
            return try scanner.string()
        }

        private static func shape(_ scanner: inout InferenceScanner) throws -> [Int] {
            var shape: [Int] = []
            guard try scanner.peek() == UInt8(ascii: "[") else {
                throw PlatformError(.tensorShape, "A shape is no array.")
            }
            try scanner.array { scanner in
                guard let size = try scanner.value().integerValue, shape.count < maximumDimensions else {
                    throw PlatformError(
                        .tensorShape,
                        "A shape is no array of at most \(maximumDimensions) whole numbers."
                    )
                }
                shape.append(Int(size))
            }
            return shape
        }
    }
}

extension InferenceRequest.Output {
    /// The most classes that the classification extension gives.
    package static let maximumClasses: Int64 = 100_000

    /// Reads an output's parameters.
    ///
    /// - Throws: `invalid_argument`.
    package init(name: String, parameters: JSONValue?) throws {
        self.init(name: name)
        if case .bool(let binary)? = parameters?["binary_data"] { isBinary = binary }
        if let wanted = parameters?["classification"], wanted != 0 {
            guard let count = wanted.integerValue, (1...Self.maximumClasses).contains(count) else {
                throw PlatformError(
                    .invalidArgument,
                    "'classification' of '\(name.prefix(80))' is no number of classes."
                )
            }
            classes = Int(count)
        }
    }
}
