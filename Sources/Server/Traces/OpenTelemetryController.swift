import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Security
import Tracking
import WireAPI

/// Takes spans from OpenTelemetry exporters (OTLP over HTTP, protobuf or JSON): `POST /v1/traces` with the experiment in
/// the header `x-mlflow-experiment-id`. A request is kept whole or not at all.
package struct OpenTelemetryController: Sendable {
    private let traces: TraceStore

    /// The largest body as it is sent, in bytes.
    private static let maximumBody = 32 << 20
    /// The largest body once it is unpacked, in bytes.
    private static let maximumContent = 64 << 20

    /// Makes the controller of a store.
    package init(traces: TraceStore) {
        self.traces = traces
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.post, "/v1/traces", permission: .trackingWrite, errors: .mlflow, export)
    }

    private func export(_ call: Call) async throws -> Response {
        guard let experiment = Self.header("x-mlflow-experiment-id", call) else {
            return Self.refused(422, "The header x-mlflow-experiment-id is required.")
        }
        let content = call.request.headers[.contentType] ?? ""
        let media = content.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        guard media == "application/x-protobuf" || media == "application/json" else {
            return Self.refused(
                400,
                "Invalid Content-Type: \(content.prefix(100)). Expected: application/x-protobuf or application/json"
            )
        }
        let spans: [TraceSpan]
        do {
            let data = try Self.unpacked(await call.body(upTo: Self.maximumBody), call)
            let isJSON = media == "application/json"
            guard let found = try isJSON ? TraceSpan.read(json: data) : TraceSpan.read(protobuf: data) else {
                return Self.refused(400, "Invalid OpenTelemetry format - no spans found")
            }
            spans = found
        } catch let error as PlatformError where error.code == .spanInvalid {
            return Self.refused(422, error.message)
        } catch let error as PlatformError where error.code.kind == .tooLarge {
            throw error
        } catch let error as PlatformError {
            return Self.refused(
                400,
                "Invalid OpenTelemetry format, or Invalid Content-Type: \(content.prefix(100)). \(error.message)"
            )
        } catch {
            return Self.refused(400, "Invalid OpenTelemetry format")
        }
        try await traces.log(spans, in: ExperimentStore.number(experiment), actor: call.principal.name)
        if let run = Self.header("x-mlflow-run-id", call) {
            let ended = Array(Set(spans.filter { $0.parentID == nil }.map(\.traceID))).sorted()
            for start in stride(from: 0, to: ended.count, by: TraceLimits.linksPerRequest) {
                let ids = ended[start..<min(start + TraceLimits.linksPerRequest, ended.count)]
                try await traces.link(Array(ids), to: .run(run), actor: call.principal.name)
            }
        }
        // `ExportTraceServiceResponse` without a partial success has no bytes.
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-protobuf"],
            body: .init(byteBuffer: ByteBuffer())
        )
    }

    private static func header(_ name: String, _ call: Call) -> String? {
        HTTPField.Name(name).flatMap { call.request.headers[$0] }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func unpacked(_ data: Data, _ call: Call) throws -> Data {
        switch call.request.headers[.contentEncoding]?.lowercased() {
        case nil, "", "identity": return data
        case "gzip": return try Inflate.gzip(data, upTo: maximumContent)
        case "deflate": return try Inflate.deflate(data, upTo: maximumContent)
        case let other?:
            throw PlatformError(
                ErrorCode("content_encoding_unknown", .invalidArgument),
                "Unsupported Content-Encoding: \(other.prefix(100))"
            )
        }
    }

    /// Exporters read the status alone; the reason is for people.
    private static func refused(_ status: Int, _ detail: String) -> Response {
        let body = OrderedJSON.members(("detail", .string(detail))).bytes()
        return Response(
            status: .init(code: status),
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
