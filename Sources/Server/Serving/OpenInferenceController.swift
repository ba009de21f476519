import Foundation
import HTTPTypes
import Hummingbird
import Primitives
import Serving
import WireAPI

/// The Open Inference Protocol v2 over REST. A model is an endpoint; its one version is the one that answers now.
///
/// Two kinds of input are taken: one BYTES tensor `text`, which the platform's own tokenizer reads, or exactly the tensors
/// that the model itself declares.
package struct OpenInferenceController: Sendable {
    private let predictions: PredictionService

    /// Joins the parts.
    package init(predictions: PredictionService) {
        self.predictions = predictions
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let metadata = OpenInference.ServerMetadata(name: "aku", version: Release.version, extensions: [])
        routes.raw(.get, "/v2", permission: .endpointsRead, errors: .openInference) { _ in try .json(metadata) }
        routes.raw(.get, "/v2/health/live", permission: .open, errors: .openInference) { _ in
            try .json(OpenInference.Health(live: true))
        }
        routes.raw(.get, "/v2/health/ready", permission: .open, errors: .openInference) { _ in
            let isReady = predictions.table.all().allSatisfy(\.isReady)
            return try .json(OpenInference.Health(ready: isReady), status: isReady ? .ok : .serviceUnavailable)
        }
        for model in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            routes.raw(.get, model, permission: .endpointsRead, errors: .openInference) { call in
                try .json(OpenInference.ModelMetadata(endpoint(call)))
            }
            routes.raw(.get, model + "/ready", permission: .endpointsRead, errors: .openInference) { call in
                let endpoint = try endpoint(call)
                return try .json(
                    OpenInference.ModelReady(name: endpoint.record.name, ready: endpoint.isReady),
                    status: endpoint.isReady ? .ok : .serviceUnavailable
                )
            }
            routes.raw(.post, model + "/infer", permission: .endpointsPredict, errors: .openInference) { call in
                try await infer(call)
            }
        }
    }

    /// The endpoint of the path.
    ///
    /// - Throws: `unknown_endpoint`; `not_found` for a version other than the one that answers.
    private func endpoint(_ call: Call) throws -> Endpoint {
        let endpoint = try predictions.table.endpoint(call.parameter("model"))
        if call.context.parameters.get("version") != nil {
            let version = try call.parameter("version")
            guard version == "\(endpoint.record.version)" else {
                throw PlatformError(
                    .notFound,
                    "The model '\(endpoint.record.name)' has no version '\(version.prefix(40))' here.",
                    nextStep: "Version \(endpoint.record.version) answers."
                )
            }
        }
        return endpoint
    }

    private func infer(_ call: Call) async throws -> Response {
        let endpoint = try endpoint(call)
        if call.request.headers[.inferenceHeaderLength] != nil {
            throw PlatformError(
                ErrorCode("binary_unsupported", .invalidArgument),
                "Binary tensors are not taken.",
                nextStep: "Send the tensors' data as JSON (tritonclient: binary_data=False)."
            )
        }
        let request = try await call.json(OpenInference.Request.self, upTo: OpenInference.maximumBodyBytes)
        let tensors = try request.inputs.map { NamedTensor($0.name, try Tensor($0)) }
        let reply: OpenInference.Response
        if tensors.contains(where: { $0.name == Self.textInput }) {
            reply = try await classify(endpoint, request, tensors)
        } else {
            let wanted = request.outputs?.map(\.name)
            let answer = try await predictions.infer(endpoint: endpoint.record.name, tensors: tensors, outputs: wanted)
            reply = OpenInference.Response(
                modelName: endpoint.record.name,
                modelVersion: "\(answer.version)",
                id: request.id ?? answer.id,
                parameters: ["prediction_id": .string(answer.id)],
                outputs: try answer.outputs.map(OpenInference.Response.Output.init)
            )
        }
        var headers: HTTPFields = [.akuModelVersion: reply.modelVersion]
        if let id = reply.parameters["prediction_id"]?.stringValue, !id.contains(",") { headers[.akuPrediction] = id }
        return try .json(reply, headers: headers)
    }

    /// The name of the text input.
    static let textInput = "text"

    private func classify(
        _ endpoint: Endpoint,
        _ request: OpenInference.Request,
        _ tensors: [NamedTensor]
    ) async throws -> OpenInference.Response {
        guard tensors.count == 1, let only = tensors.first, case .strings(let strings) = only.tensor.storage,
            only.tensor.shape.count == 1 || (only.tensor.shape.count == 2 && only.tensor.shape[1] == 1)
        else {
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The input 'text' is BYTES of shape [n] or [n, 1], and stands alone.",
                nextStep: "See GET /v2/models/\(endpoint.record.name)."
            )
        }
        let names = ["label", "score"]
        let wanted = request.outputs?.map(\.name) ?? names
        if let unknown = wanted.first(where: { !names.contains($0) }) {
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The model has no output '\(unknown.prefix(80))' for text.",
                nextStep: Suggestion.phrase(for: unknown, among: names)
            )
        }
        let texts = strings.map { String(decoding: $0, as: UTF8.self) }
        let answers = try await predictions.classify(endpoint: endpoint.record.name, texts: texts)
        let outputs = wanted.map { name in
            let data: TensorData =
                name == "label"
                ? .strings(answers.map(\.prediction.label))
                : .numbers(answers.map { Double(Float($0.prediction.score)) })
            return OpenInference.Response.Output(
                name: name,
                datatype: name == "label" ? "BYTES" : "FP32",
                shape: only.tensor.shape,
                data: data
            )
        }
        let ids = answers.map(\.id).joined(separator: ",")
        return OpenInference.Response(
            modelName: endpoint.record.name,
            modelVersion: "\(answers.first?.version ?? endpoint.record.version)",
            id: request.id ?? answers.first?.id ?? "",
            parameters: ["prediction_id": .string(ids)],
            outputs: outputs
        )
    }
}

extension HTTPField.Name {
    /// The header of the protocol's binary tensor extension.
    fileprivate static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length") ?? .eTag
}

extension Endpoint {
    /// Whether a model is loaded.
    var isReady: Bool {
        if case .success = state { true } else { false }
    }
}

extension OpenInference.ModelMetadata {
    fileprivate init(_ endpoint: Endpoint) throws {
        let model = try endpoint.model()
        func text(_ tensors: [TensorDescription]) -> JSONValue {
            .string(tensors.map { "\($0.name) \($0.datatype.rawValue) \($0.shape)" }.joined(separator: "; "))
        }
        self.init(
            name: endpoint.record.name,
            versions: ["\(endpoint.record.version)"],
            platform: "onnx_onnxv1",
            inputs: [TensorDescription(name: OpenInferenceController.textInput, datatype: .bytes, shape: [-1])],
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
}
