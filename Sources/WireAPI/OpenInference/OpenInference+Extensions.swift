import Primitives

/// Bodies of the protocol's extensions for configuration, statistics and the model repository.
extension OpenInference {
    /// `GET /v2/models/{name}/config`.
    package struct ModelConfiguration: Codable, Sendable, Equatable {
        /// One input or output.
        package struct Tensor: Codable, Sendable, Equatable {
            /// The tensor's name.
            package let name: String
            /// `TYPE_` and the datatype, except that BYTES is `TYPE_STRING`.
            package let datatype: String
            /// The size of each dimension; -1 for any.
            package let dimensions: [Int]

            /// Describes a tensor.
            package init(_ tensor: TensorDescription) {
                name = tensor.name
                datatype = tensor.datatype == .bytes ? "TYPE_STRING" : "TYPE_\(tensor.datatype.rawValue)"
                dimensions = tensor.shape
            }

            enum CodingKeys: String, CodingKey {
                case name
                case datatype = "data_type"
                case dimensions = "dims"
            }
        }

        /// The model.
        package let name: String
        /// What runs it, as the protocol names it.
        package let platform: String
        /// The library that runs it.
        package let backend: String
        /// 0: the first dimension is part of the shapes.
        package let maximumBatchSize: Int
        /// What it takes.
        package let inputs: [Tensor]
        /// What it returns.
        package let outputs: [Tensor]

        /// Makes the body.
        package init(name: String, platform: String, backend: String, inputs: [Tensor], outputs: [Tensor]) {
            self.name = name
            self.platform = platform
            self.backend = backend
            maximumBatchSize = 0
            self.inputs = inputs
            self.outputs = outputs
        }

        enum CodingKeys: String, CodingKey {
            case name, platform, backend
            case maximumBatchSize = "max_batch_size"
            case inputs = "input"
            case outputs = "output"
        }
    }

    /// `GET /v2/models/stats` and `GET /v2/models/{name}/stats`. The phases of a request that are not measured apart are
    /// left out.
    package struct Statistics: Codable, Sendable, Equatable {
        /// How often, and how long in all.
        package struct Duration: Codable, Sendable, Equatable {
            /// How often.
            package let count: Int
            /// The sum in nanoseconds.
            package let ns: Int

            /// Makes a sum.
            package init(count: Int, ns: Int) {
                self.count = count
                self.ns = ns
            }
        }

        /// Requests by their end.
        package struct Requests: Codable, Sendable, Equatable {
            /// Answered, with the time from arrival to answer.
            package let success: Duration
            /// Failed; their time is not summed.
            package let fail: Duration
        }

        /// One model.
        package struct Model: Codable, Sendable, Equatable {
            /// Its name.
            package let name: String
            /// The version that answers.
            package let version: String
            /// Rows or texts answered.
            package let inferenceCount: Int
            /// Requests answered.
            package let executionCount: Int
            /// Requests by their end.
            package let requests: Requests

            /// Makes the figures.
            package init(
                name: String,
                version: String,
                inferenceCount: Int,
                executionCount: Int,
                succeeded: Duration,
                failedCount: Int
            ) {
                self.name = name
                self.version = version
                self.inferenceCount = inferenceCount
                self.executionCount = executionCount
                requests = Requests(success: succeeded, fail: Duration(count: failedCount, ns: 0))
            }

            enum CodingKeys: String, CodingKey {
                case name, version
                case inferenceCount = "inference_count"
                case executionCount = "execution_count"
                case requests = "inference_stats"
            }
        }

        /// By name.
        package let models: [Model]

        /// Makes the body.
        package init(models: [Model]) {
            self.models = models
        }

        enum CodingKeys: String, CodingKey {
            case models = "model_stats"
        }
    }

    /// One row of `POST /v2/repository/index`.
    package struct RepositoryModel: Codable, Sendable, Equatable {
        /// The model.
        package let name: String
        /// Its version.
        package let version: String
        /// `READY` or `UNAVAILABLE`.
        package let state: String
        /// Why it is unavailable; empty otherwise.
        package let reason: String

        /// Makes a row.
        package init(name: String, version: String, state: String, reason: String) {
            self.name = name
            self.version = version
            self.state = state
            self.reason = reason
        }
    }
}
