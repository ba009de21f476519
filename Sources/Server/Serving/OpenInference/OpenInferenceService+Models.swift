import Primitives
import Serving
import WireAPI

/// Metadata, configuration, statistics and the repository of models.
extension OpenInferenceService {
    /// What runs every model, as the protocol names it.
    static let platform = "onnx_onnxv1"

    /// What a model takes and returns.
    ///
    /// - Throws: `endpoint_unavailable`.
    func metadata(of endpoint: Endpoint) throws -> OpenInference.ModelMetadata {
        let model = try endpoint.model()
        func text(_ tensors: [TensorDescription]) -> JSONValue {
            .string(tensors.map { "\($0.name) \($0.datatype.rawValue) \($0.shape)" }.joined(separator: "; "))
        }
        return OpenInference.ModelMetadata(
            name: endpoint.record.name,
            versions: ["\(endpoint.record.version)"],
            platform: Self.platform,
            inputs: [TensorDescription(name: Self.textInput, datatype: .bytes, shape: [-1])],
            outputs: [
                TensorDescription(name: "label", datatype: .bytes, shape: [-1]),
                TensorDescription(name: "score", datatype: .float32, shape: [-1]),
            ],
            parameters: [
                "batch_invariant": .bool(model.batchInvariant), "variant": .string(model.variant),
                "tensor_inputs": text(model.inputs), "tensor_outputs": text(model.outputs),
            ]
        )
    }

    /// A model's configuration, as far as it has one here.
    ///
    /// - Throws: `endpoint_unavailable`.
    func configuration(of endpoint: Endpoint) throws -> OpenInference.ModelConfiguration {
        let metadata = try metadata(of: endpoint)
        return OpenInference.ModelConfiguration(
            name: metadata.name,
            platform: metadata.platform,
            backend: "onnxruntime",
            inputs: metadata.inputs.map(OpenInference.ModelConfiguration.Tensor.init),
            outputs: metadata.outputs.map(OpenInference.ModelConfiguration.Tensor.init)
        )
    }

    /// Counts since the server started, of one model or of all.
    func statistics(_ endpoints: [Endpoint]) -> OpenInference.Statistics {
        OpenInference.Statistics(
            models: endpoints.map { endpoint in
                let figures = endpoint.metrics.snapshot
                return OpenInference.Statistics.Model(
                    name: endpoint.record.name,
                    version: "\(endpoint.record.version)",
                    inferenceCount: figures.predictions,
                    executionCount: figures.requests,
                    succeeded: .init(count: figures.requests, ns: Int(figures.totalMilliseconds * 1e6)),
                    failedCount: figures.errors.values.reduce(0, +)
                )
            }
        )
    }

    /// Every model that can be loaded.
    ///
    /// - Parameter readyOnly: whether only those that answer.
    func index(readyOnly: Bool) -> [OpenInference.RepositoryModel] {
        predictions.table.all().filter { $0.isReady || !readyOnly }.map { endpoint in
            var reason = ""
            if case .failure(let problem) = endpoint.state { reason = problem.message }
            return OpenInference.RepositoryModel(
                name: endpoint.record.name,
                version: "\(endpoint.record.version)",
                state: endpoint.isReady ? "READY" : "UNAVAILABLE",
                reason: reason
            )
        }
    }

    /// Loads a model that was unloaded, or what its reference names now.
    ///
    /// - Parameter parameters: must be empty: packages are signed, so no request replaces their files or settings.
    /// - Throws: `unknown_endpoint`, `invalid_argument`, and what loading throws.
    func load(_ name: String, parameters: [String], actor: String) async throws {
        if let first = parameters.sorted().first {
            throw PlatformError(
                .invalidArgument,
                "The parameter '\(first.prefix(80))' is not taken: a package's files and settings are signed.",
                nextStep: "Register another version and deploy it."
            )
        }
        _ = try await registry.load(name, actor: actor)
    }

    /// Unloads a model.
    ///
    /// - Throws: `unknown_endpoint`, `deploy_in_progress`.
    func unload(_ name: String, actor: String) async throws {
        try await registry.unload(name, actor: actor)
    }
}
