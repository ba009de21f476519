import Primitives

/// Bodies of the Open Inference Protocol v2, REST (github.com/kserve/open-inference-protocol).
package enum OpenInference {
    /// The largest inference body, in bytes.
    package static let maximumBodyBytes = 16 << 20
    /// The most elements of one tensor.
    package static let maximumElements = 1 << 20

    /// `GET /v2`.
    package struct ServerMetadata: Codable, Sendable, Equatable {
        /// The server's name.
        package let name: String
        /// Its version.
        package let version: String
        /// Protocol extensions it has.
        package let extensions: [String]

        /// Makes the body.
        package init(name: String, version: String, extensions: [String]) {
            self.name = name
            self.version = version
            self.extensions = extensions
        }
    }

    /// `GET /v2/health/live` and `/ready`.
    package struct Health: Codable, Sendable, Equatable {
        /// Set by `/live`.
        package let live: Bool?
        /// Set by `/ready`.
        package let ready: Bool?

        /// Makes the body.
        package init(live: Bool? = nil, ready: Bool? = nil) {
            self.live = live
            self.ready = ready
        }
    }

    /// `GET /v2/models/{name}/ready`.
    package struct ModelReady: Codable, Sendable, Equatable {
        /// The model.
        package let name: String
        /// Whether it answers.
        package let ready: Bool

        /// Makes the body.
        package init(name: String, ready: Bool) {
            self.name = name
            self.ready = ready
        }
    }

    /// `GET /v2/models/{name}`.
    package struct ModelMetadata: Codable, Sendable, Equatable {
        /// The model.
        package let name: String
        /// The versions that answer.
        package let versions: [String]
        /// What runs it, as the protocol names it.
        package let platform: String
        /// What it takes.
        package let inputs: [TensorDescription]
        /// What it returns.
        package let outputs: [TensorDescription]
        /// `batch_invariant`, `variant`, and the tensors that it takes instead of text.
        package let parameters: [String: JSONValue]

        /// Makes the body.
        package init(
            name: String,
            versions: [String],
            platform: String,
            inputs: [TensorDescription],
            outputs: [TensorDescription],
            parameters: [String: JSONValue]
        ) {
            self.name = name
            self.versions = versions
            self.platform = platform
            self.inputs = inputs
            self.outputs = outputs
            self.parameters = parameters
        }
    }

    /// `POST /v2/models/{name}/infer`.
    package struct Request: Codable, Sendable, Equatable {
        /// One input.
        package struct Input: Codable, Sendable, Equatable {
            /// The tensor's name.
            package let name: String
            /// Its shape.
            package let shape: [Int]
            /// Its element type, for example `FP32`.
            package let datatype: String
            /// The elements, flat or nested, row-major.
            package let data: TensorData
        }

        /// One output that is wanted.
        package struct Output: Codable, Sendable, Equatable {
            /// The tensor's name.
            package let name: String
        }

        /// Echoed in the reply.
        package let id: String?
        /// The inputs.
        package let inputs: [Input]
        /// The outputs wanted; all when absent.
        package let outputs: [Output]?
    }

    /// The reply of `infer`.
    package struct Response: Codable, Sendable, Equatable {
        /// One output.
        package struct Output: Codable, Sendable, Equatable {
            /// The tensor's name.
            package let name: String
            /// Its element type.
            package let datatype: String
            /// Its shape.
            package let shape: [Int]
            /// The elements, flat.
            package let data: TensorData

            /// Makes an output.
            package init(name: String, datatype: String, shape: [Int], data: TensorData) {
                self.name = name
                self.datatype = datatype
                self.shape = shape
                self.data = data
            }
        }

        /// The model.
        package let modelName: String
        /// The version that answered.
        package let modelVersion: String
        /// The request's id; when it had none, the prediction id.
        package let id: String
        /// `prediction_id`: the id of each prediction, joined by commas.
        package let parameters: [String: JSONValue]
        /// The outputs.
        package let outputs: [Output]

        /// Makes the reply.
        package init(
            modelName: String,
            modelVersion: String,
            id: String,
            parameters: [String: JSONValue],
            outputs: [Output]
        ) {
            self.modelName = modelName
            self.modelVersion = modelVersion
            self.id = id
            self.parameters = parameters
            self.outputs = outputs
        }

        enum CodingKeys: String, CodingKey {
            case id, parameters, outputs
            case modelName = "model_name"
            case modelVersion = "model_version"
        }
    }
}
