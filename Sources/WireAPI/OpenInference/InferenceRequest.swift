import Primitives

/// A request of `infer`, whichever way it came: JSON, JSON with binary tensors, or gRPC.
package struct InferenceRequest: Sendable, Equatable {
    /// An output that is wanted, and how.
    package struct Output: Sendable, Equatable {
        /// The tensor's name.
        package var name: String
        /// Whether as bytes after the JSON; nil for what the request says for all.
        package var isBinary: Bool?
        /// The classification extension: how many of the best classes; nil for the tensor itself.
        package var classes: Int?

        /// Names an output.
        package init(name: String, isBinary: Bool? = nil, classes: Int? = nil) {
            self.name = name
            self.isBinary = isBinary
            self.classes = classes
        }
    }

    /// Echoed in the reply.
    package var id: String?
    /// Parameters of the whole request: `priority`, `timeout`, `binary_data_output` and whatever else.
    package var parameters: [String: JSONValue]
    /// The inputs.
    package var inputs: [NamedTensor]
    /// The outputs wanted; nil for all.
    package var outputs: [Output]?

    /// Makes a request.
    package init(
        id: String? = nil,
        parameters: [String: JSONValue] = [:],
        inputs: [NamedTensor],
        outputs: [Output]? = nil
    ) {
        self.id = id
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Whether outputs that say nothing themselves are wanted as bytes.
    package var wantsBinary: Bool { parameters["binary_data_output"] == .bool(true) }
}
