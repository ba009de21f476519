import Primitives
import Serving
import WireAPI

/// What the Open Inference Protocol v2 does, whether it is asked over REST or over gRPC. A model is an endpoint; its one
/// version is the one that answers now.
///
/// Two kinds of input are taken: one BYTES tensor `text`, which the platform's own tokenizer reads, or exactly the tensors
/// that the model itself declares.
package struct OpenInferenceService: Sendable {
    /// The name of the text input.
    static let textInput = "text"

    let predictions: PredictionService
    let registry: EndpointRegistry

    /// Joins the parts.
    package init(predictions: PredictionService, registry: EndpointRegistry) {
        self.predictions = predictions
        self.registry = registry
    }

    /// The server's metadata.
    var metadata: OpenInference.ServerMetadata {
        OpenInference.ServerMetadata(name: "aku", version: Release.version, extensions: OpenInference.extensions)
    }

    /// Whether every model answers that was not unloaded on purpose.
    var isReady: Bool { predictions.table.all().allSatisfy { $0.isReady || $0.isUnloaded } }

    /// An endpoint.
    ///
    /// - Parameter version: nil for the one that answers.
    /// - Throws: `unknown_endpoint`; `not_found` for a version other than the one that answers.
    func endpoint(_ name: String, version: String?) throws -> Endpoint {
        let endpoint = try predictions.table.endpoint(name)
        if let version, version != "\(endpoint.record.version)" {
            throw PlatformError(
                .notFound,
                "The model '\(name)' has no version '\(version.prefix(40))' here.",
                nextStep: "Version \(endpoint.record.version) answers."
            )
        }
        return endpoint
    }

    /// Answers a request.
    ///
    /// - Throws: `tensor_mismatch`, `invalid_argument`, and what `PredictionService` throws.
    func infer(
        _ endpoint: Endpoint,
        _ request: InferenceRequest,
        options: InferenceOptions,
        caller: Caller
    ) async throws -> InferenceReply {
        let name = endpoint.record.name
        if request.inputs.contains(where: { $0.name == Self.textInput }), try !endpoint.model().takesTextTensor {
            return try await classify(endpoint, request, options, caller)
        }
        let answer = try await predictions.infer(
            endpoint: name,
            tensors: request.inputs,
            outputs: request.outputs?.map(\.name),
            caller: caller,
            options: options
        )
        return InferenceReply(
            modelName: name,
            modelVersion: "\(answer.version)",
            id: request.id ?? answer.id,
            predictionID: answer.id,
            outputs: try Self.outputs(answer.outputs, request)
        )
    }

    private func classify(
        _ endpoint: Endpoint,
        _ request: InferenceRequest,
        _ options: InferenceOptions,
        _ caller: Caller
    ) async throws -> InferenceReply {
        func mismatch(_ problem: String, _ nextStep: String) -> PlatformError {
            PlatformError(ErrorCode("tensor_mismatch", .invalidArgument), problem, nextStep: nextStep)
        }
        guard request.inputs.count == 1, let only = request.inputs.first,
            case .strings(let strings) = only.tensor.storage,
            only.tensor.shape.count == 1 || (only.tensor.shape.count == 2 && only.tensor.shape[1] == 1)
        else {
            throw mismatch(
                "The input 'text' is BYTES of shape [n] or [n, 1], and stands alone.",
                "See GET /v2/models/\(endpoint.record.name)."
            )
        }
        let names = ["label", "score"]
        if let unknown = request.outputs?.map(\.name).first(where: { !names.contains($0) }) {
            throw mismatch(
                "The model has no output '\(unknown.prefix(80))' for text.",
                Suggestion.phrase(for: unknown, among: names)
            )
        }
        let texts = try strings.map { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw PlatformError(.invalidUTF8, "A text is not UTF-8.", nextStep: "Send text as UTF-8.")
            }
            return text
        }
        let answers = try await predictions.classify(
            endpoint: endpoint.record.name,
            texts: texts,
            caller: caller,
            options: options
        )
        let shape = only.tensor.shape
        let all = [
            NamedTensor(
                "label",
                try Tensor(.bytes, shape: shape, storage: .strings(answers.map { Array($0.prediction.label.utf8) }))
            ),
            NamedTensor(
                "score",
                try Tensor(.float32, shape: shape, elements: answers.map { Float($0.prediction.score) })
            ),
        ]
        let wanted = request.outputs?.compactMap { output in all.first { $0.name == output.name } } ?? all
        return InferenceReply(
            modelName: endpoint.record.name,
            modelVersion: "\(answers.first?.version ?? endpoint.record.version)",
            id: request.id ?? answers.first?.id ?? "",
            predictionID: answers.map(\.id).joined(separator: ","),
            outputs: try Self.outputs(wanted, request)
        )
    }

    /// The outputs in the form that the request asks for: as they are, as their best classes, in JSON or in bytes.
    private static func outputs(_ tensors: [NamedTensor], _ request: InferenceRequest) throws -> [InferenceReply.Output]
    {
        try tensors.enumerated().map { index, named in
            let wanted = request.outputs.flatMap { index < $0.count ? $0[index] : nil }
            let tensor = try wanted?.classes.map { try named.tensor.classes($0, of: named.name) } ?? named.tensor
            return InferenceReply.Output(
                NamedTensor(named.name, tensor),
                isBinary: wanted?.isBinary ?? request.wantsBinary
            )
        }
    }
}

extension Endpoint {
    /// Whether a model is loaded.
    var isReady: Bool {
        if case .success = state { true } else { false }
    }
}

extension ServedModel {
    /// Whether the model itself has an input named `text`, which then is no text for the tokenizer.
    fileprivate var takesTextTensor: Bool {
        inputs.contains { $0.name == OpenInferenceService.textInput }
    }
}
