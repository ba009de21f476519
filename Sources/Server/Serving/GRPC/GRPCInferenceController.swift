import Foundation
import HTTPTypes
import Hummingbird
import InferenceProto
import Primitives
import Security
import Serving
import SwiftProtobuf
import WireAPI

/// The Open Inference Protocol v2 over gRPC, and gRPC's health checks. Each method names its permission, as each route
/// does; a method that is not declared is UNIMPLEMENTED.
struct GRPCInferenceController: Sendable {
    let service: OpenInferenceService

    /// Declares the methods.
    func addMethods(to routes: RouteTable) {
        addServerMethods(to: routes)
        addModelMethods(to: routes)
        addRepositoryMethods(to: routes)
        routes.raw(.post, Self.path("ModelStreamInfer"), permission: .endpointsPredict, errors: .grpc) { call in
            stream(call)
        }
    }

    private static func path(_ method: String) -> String { "/inference.GRPCInferenceService/\(method)" }

    /// A method with one request and one reply.
    private func on<Request: SwiftProtobuf.Message, Reply: SwiftProtobuf.Message>(
        _ path: String,
        _ permission: Permission,
        _ routes: RouteTable,
        _ handler: @escaping @Sendable (Request, Call) async throws -> Reply
    ) {
        routes.raw(.post, path, permission: permission, errors: .grpc) { call in
            var messages = GRPCMessages(call)
            guard let request = try await messages.next(Request.self) else {
                throw GRPCMessages.invalid("The request has no message.")
            }
            return try .grpc(await handler(request, call))
        }
    }

    private func addServerMethods(to routes: RouteTable) {
        on(Self.path("ServerLive"), .open, routes) { (_: Inference_ServerLiveRequest, _) in
            Inference_ServerLiveResponse.with { $0.live = true }
        }
        on(Self.path("ServerReady"), .open, routes) { (_: Inference_ServerReadyRequest, _) in
            Inference_ServerReadyResponse.with { $0.ready = service.isReady }
        }
        on(Self.path("ServerMetadata"), .endpointsRead, routes) { (_: Inference_ServerMetadataRequest, _) in
            Inference_ServerMetadataResponse.with {
                $0.name = service.metadata.name
                $0.version = service.metadata.version
                $0.extensions = service.metadata.extensions
            }
        }
        on("/grpc.health.v1.Health/Check", .open, routes) { (request: Grpc_Health_V1_HealthCheckRequest, _) in
            guard ["", "inference.GRPCInferenceService"].contains(request.service) else {
                throw PlatformError(.notFound, "There is no service '\(request.service.prefix(80))'.")
            }
            return Grpc_Health_V1_HealthCheckResponse.with { $0.status = service.isReady ? .serving : .notServing }
        }
    }

    private func addModelMethods(to routes: RouteTable) {
        on(Self.path("ModelReady"), .endpointsRead, routes) { (request: Inference_ModelReadyRequest, _) in
            let endpoint = try endpoint(request.name, request.version)
            return Inference_ModelReadyResponse.with { $0.ready = endpoint.isReady }
        }
        on(Self.path("ModelMetadata"), .endpointsRead, routes) { (request: Inference_ModelMetadataRequest, _) in
            Inference_ModelMetadataResponse(try service.metadata(of: endpoint(request.name, request.version)))
        }
        on(Self.path("ModelConfig"), .endpointsRead, routes) { (request: Inference_ModelConfigRequest, _) in
            let configuration = try service.configuration(of: endpoint(request.name, request.version))
            return Inference_ModelConfigResponse.with { $0.config = Inference_ModelConfig(configuration) }
        }
        on(Self.path("ModelStatistics"), .endpointsRead, routes) { (request: Inference_ModelStatisticsRequest, _) in
            let endpoints =
                request.name.isEmpty
                ? service.predictions.table.all() : [try endpoint(request.name, request.version)]
            return Inference_ModelStatisticsResponse(service.statistics(endpoints))
        }
        on(Self.path("ModelInfer"), .endpointsPredict, routes) { (request: Inference_ModelInferRequest, call) in
            try await infer(request, call)
        }
    }

    private func addRepositoryMethods(to routes: RouteTable) {
        on(Self.path("RepositoryIndex"), .endpointsRead, routes) { (request: Inference_RepositoryIndexRequest, _) in
            Inference_RepositoryIndexResponse.with { reply in
                reply.models = service.index(readyOnly: request.ready).map { model in
                    .with {
                        $0.name = model.name
                        $0.version = model.version
                        $0.state = model.state
                        $0.reason = model.reason
                    }
                }
            }
        }
        on(Self.path("RepositoryModelLoad"), .endpointsDeploy, routes) {
            (request: Inference_RepositoryModelLoadRequest, call) in
            let parameters = Array(request.parameters.keys)
            try await service.load(request.modelName, parameters: parameters, actor: call.principal.name)
            return Inference_RepositoryModelLoadResponse()
        }
        on(Self.path("RepositoryModelUnload"), .endpointsDeploy, routes) {
            (request: Inference_RepositoryModelUnloadRequest, call) in
            try await service.unload(request.modelName, actor: call.principal.name)
            return Inference_RepositoryModelUnloadResponse()
        }
    }

    private func endpoint(_ name: String, _ version: String) throws -> Endpoint {
        try service.endpoint(name, version: version.isEmpty ? nil : version)
    }

    private func infer(_ message: Inference_ModelInferRequest, _ call: Call) async throws
        -> Inference_ModelInferResponse
    {
        let endpoint = try endpoint(message.modelName, message.modelVersion)
        let request = try InferenceRequest(message)
        var options = try InferenceOptions(parameters: request.parameters)
        if let timeout = call.grpcTimeout {
            options.deadline = min(options.deadline ?? .now + timeout, .now + timeout)
        }
        let caller = try call.caller(id: message.id.isEmpty ? nil : message.id)
        let reply = try await service.infer(endpoint, request, options: options, caller: caller)
        return try Inference_ModelInferResponse(reply, isRaw: !message.rawInputContents.isEmpty)
    }

    /// Each request gets its reply, in order; one that fails gets its error and the stream goes on.
    private func stream(_ call: Call) -> Response {
        .grpc { send in
            var messages = GRPCMessages(call)
            while let message = try await messages.next(Inference_ModelInferRequest.self) {
                var reply = Inference_ModelStreamInferResponse()
                do {
                    reply.inferResponse = try await infer(message, call)
                } catch let error as PlatformError {
                    reply.errorMessage = error.description
                    reply.inferResponse.id = message.id
                }
                try await send(reply)
            }
        }
    }
}

extension Call {
    /// How long the caller waits (`grpc-timeout`: up to eight digits and a unit).
    fileprivate var grpcTimeout: Duration? {
        guard let name = HTTPField.Name("grpc-timeout"), let text = request.headers[name], text.utf8.count <= 9,
            let value = Int64(text.dropLast()), value >= 0
        else { return nil }
        switch text.last {
        case "H": return .seconds(min(value, 86_400) * 3600)
        case "M": return .seconds(value * 60)
        case "S": return .seconds(value)
        case "m": return .milliseconds(value)
        case "u": return .microseconds(value)
        case "n": return .nanoseconds(value)
        default: return nil
        }
    }
}
