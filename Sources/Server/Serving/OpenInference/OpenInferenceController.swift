import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Security
import Serving
import WireAPI

/// The Open Inference Protocol v2 over REST, with the extensions that `OpenInference.extensions` names.
package struct OpenInferenceController: Sendable {
    private let service: OpenInferenceService

    /// Takes the service behind the routes.
    package init(service: OpenInferenceService) {
        self.service = service
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        addServerRoutes(to: routes)
        addRepositoryRoutes(to: routes)
        for model in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            routes.raw(.get, model, permission: .endpointsRead, errors: .openInference) { call in
                try .json(service.metadata(of: endpoint(call)))
            }
            routes.raw(.get, model + "/ready", permission: .endpointsRead, errors: .openInference) { call in
                let endpoint = try endpoint(call)
                return try .json(
                    OpenInference.ModelReady(name: endpoint.record.name, ready: endpoint.isReady),
                    status: endpoint.isReady ? .ok : .serviceUnavailable
                )
            }
            routes.raw(.get, model + "/config", permission: .endpointsRead, errors: .openInference) { call in
                try .json(service.configuration(of: endpoint(call)))
            }
            routes.raw(.get, model + "/stats", permission: .endpointsRead, errors: .openInference) { call in
                try .json(service.statistics([endpoint(call)]))
            }
            routes.raw(.post, model + "/infer", permission: .endpointsPredict, errors: .openInference) { call in
                try await infer(call)
            }
        }
    }

    private func addServerRoutes(to routes: RouteTable) {
        routes.raw(.get, "/v2", permission: .endpointsRead, errors: .openInference) { _ in
            try .json(service.metadata)
        }
        routes.raw(.get, "/v2/health/live", permission: .open, errors: .openInference) { _ in
            try .json(OpenInference.Health(live: true))
        }
        routes.raw(.get, "/v2/health/ready", permission: .open, errors: .openInference) { _ in
            let isReady = service.isReady
            return try .json(OpenInference.Health(ready: isReady), status: isReady ? .ok : .serviceUnavailable)
        }
        routes.raw(.get, "/v2/models/stats", permission: .endpointsRead, errors: .openInference) { _ in
            try .json(service.statistics(service.predictions.table.all()))
        }
    }

    private func addRepositoryRoutes(to routes: RouteTable) {
        routes.raw(.post, "/v2/repository/index", permission: .endpointsRead, errors: .openInference) { call in
            try .json(service.index(readyOnly: await object(call)["ready"] == .bool(true)))
        }
        routes.raw(
            .post,
            "/v2/repository/models/{model}/load",
            permission: .endpointsDeploy,
            errors: .openInference
        ) { call in
            let parameters: [String]
            switch try await object(call)["parameters"] {
            case .object(let given)?: parameters = Array(given.keys)
            default: parameters = []
            }
            try await service.load(call.parameter("model"), parameters: parameters, actor: call.principal.name)
            return try .json([String: String]())
        }
        routes.raw(
            .post,
            "/v2/repository/models/{model}/unload",
            permission: .endpointsDeploy,
            errors: .openInference
        ) { call in
            // `unload_dependents` is taken: no model here has any.
            _ = try await object(call)
            try await service.unload(call.parameter("model"), actor: call.principal.name)
            return try .json([String: String]())
        }
    }

    /// The largest body of the repository routes.
    private static let maximumRepositoryBytes = 1 << 20

    /// The body's members; none when the body is empty, as clients send it.
    private func object(_ call: Call) async throws -> [String: JSONValue] {
        let data = try await call.body(upTo: Self.maximumRepositoryBytes)
        if data.isEmpty { return [:] }
        return try CanonicalJSON.decode([String: JSONValue].self, from: data)
    }

    private func endpoint(_ call: Call) throws -> Endpoint {
        let version = call.context.parameters.get("version") == nil ? nil : try call.parameter("version")
        return try service.endpoint(call.parameter("model"), version: version)
    }

    private func infer(_ call: Call) async throws -> Response {
        let endpoint = try endpoint(call)
        let length = try Self.headerLength(call.request.headers)
        let body = try await inferenceBody(call)
        let request =
            try body.withUnsafeReadableBytes { bytes in
                // 0: the whole body is the elements of the model's only input.
                try length == 0
                    ? InferenceRequest(raw: bytes, for: endpoint) : InferenceRequest(bytes, headerLength: length)
            }
        let options = try InferenceOptions(parameters: request.parameters)
        let reply = try await service.infer(endpoint, request, options: options, caller: call.caller(id: request.id))
        return try Response(reply)
    }

    /// The body, unpacked. The content type is not looked at: real clients send none.
    private func inferenceBody(_ call: Call) async throws -> ByteBuffer {
        let maximum = OpenInference.maximumJSONBytes
        switch call.request.headers[.contentEncoding]?.lowercased() {
        case nil, "identity": return try await call.buffer(upTo: OpenInference.maximumBodyBytes)
        case "gzip", "x-gzip": return ByteBuffer(bytes: try Inflate.gzip(await call.body(upTo: maximum), upTo: maximum))
        case "deflate": return ByteBuffer(bytes: try Inflate.deflate(await call.body(upTo: maximum), upTo: maximum))
        case let other?:
            throw PlatformError(
                ErrorCode("encoding_unsupported", .invalidArgument),
                "The content encoding '\(other.prefix(40))' is not taken.",
                nextStep: "Send gzip, deflate, or the plain body."
            )
        }
    }

    private static func headerLength(_ headers: HTTPFields) throws -> Int? {
        guard let text = headers[.inferenceHeaderLength] else { return nil }
        guard let length = Int(text), length >= 0 else {
            throw PlatformError(.invalidArgument, "Inference-Header-Content-Length is '\(text.prefix(40))'.")
        }
        return length
    }
}

extension Response {
    /// The reply of `infer`.
    fileprivate init(_ reply: InferenceReply) throws {
        let (bytes, headerLength) = try reply.encode()
        var headers: HTTPFields = [.akuModelVersion: reply.modelVersion]
        if !reply.predictionID.contains(",") { headers[.akuPrediction] = reply.predictionID }
        headers[.contentType] = headerLength == nil ? "application/json" : "application/octet-stream"
        if let headerLength { headers[.inferenceHeaderLength] = "\(headerLength)" }
        self.init(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension InferenceRequest {
    /// A body that is nothing but the elements of a model's only input; of its dimensions that may be any, the first ones
    /// are 1 and the last takes what is there.
    ///
    /// - Throws: `endpoint_unavailable`, `tensor_mismatch`, `tensor_shape`.
    fileprivate init(raw bytes: UnsafeRawBufferPointer, for endpoint: Endpoint) throws {
        let inputs = try endpoint.model().inputs
        guard !bytes.isEmpty else {
            throw PlatformError(.invalidArgument, "The body is empty.", nextStep: "Send the input's elements.")
        }
        guard inputs.count == 1, let input = inputs.first else {
            throw PlatformError(
                ErrorCode("tensor_mismatch", .invalidArgument),
                "The model has \(inputs.count) inputs, so a body without JSON does not say which it is.",
                nextStep: "Send JSON that names the inputs."
            )
        }
        var shape = input.shape
        if let width = input.datatype.width, let last = shape.lastIndex(where: { $0 < 0 }) {
            for index in shape.indices where shape[index] < 0 && index != last { shape[index] = 1 }
            shape[last] = 1
            let unit = max(1, try Tensor.elementCount(of: shape) * width)
            shape[last] = bytes.count / unit
        }
        let tensor =
            input.datatype == .bytes
            ? try Tensor(.bytes, shape: shape.map { _ in 1 }, storage: .strings([Array(bytes)]))
            : try Tensor(name: input.name, datatype: input.datatype.rawValue, shape: shape, wireBytes: bytes)
        self.init(parameters: ["binary_data_output": true], inputs: [NamedTensor(input.name, tensor)])
    }
}

extension HTTPField.Name {
    /// `Inference-Header-Content-Length`; the literal is a valid field name, which the tests show.
    static let inferenceHeaderLength = HTTPField.Name(OpenInference.headerLengthHeader) ?? .eTag
}
