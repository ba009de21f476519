import Primitives

/// Bodies of the Open Inference Protocol v2, REST (github.com/kserve/open-inference-protocol).
package enum OpenInference {
    /// The largest inference body, in bytes, binary tensors included.
    package static let maximumBodyBytes = 64 << 20
    /// The most bytes of JSON in one, and the most that a compressed body may unpack to.
    package static let maximumJSONBytes = 16 << 20
    /// The most elements of one tensor.
    package static let maximumElements = 16 << 20
    /// The protocol's extensions that this server has, as its metadata names them.
    package static let extensions = [
        "binary_tensor_data", "classification", "model_configuration", "model_repository", "schedule_policy",
        "statistics",
    ]
    /// Says how many bytes of a body are JSON when binary tensors follow.
    package static let headerLengthHeader = "Inference-Header-Content-Length"

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
}
