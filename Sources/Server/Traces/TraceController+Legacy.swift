import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import Tracking
import WireAPI

extension TraceController {
    /// What clients before MLflow 3 call.
    func addLegacyRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, base, .trackingWrite) { call in
            let body = try await TraceBody.read(call)
            let info = try await traces.begin(
                in: ExperimentStore.number(body.required("experiment_id")),
                at: body.integer("timestamp_ms") ?? 0,
                metadata: body.pairs("request_metadata"),
                tags: body.pairs("tags"),
                actor: call.actor
            )
            return .traces(("trace_info", .legacyInfo(info)))
        }
        routes.mlflow(.patch, "\(base)/{trace_id}", .trackingWrite) { call in
            let body = try await TraceBody.read(call)
            let info = try await traces.end(
                call.call.parameter("trace_id"),
                at: body.integer("timestamp_ms") ?? 0,
                state: body.state("status"),
                metadata: body.pairs("request_metadata"),
                tags: body.pairs("tags")
            )
            return .traces(("trace_info", .legacyInfo(info)))
        }
        routes.mlflow(.get, "\(base)/{trace_id}/info", .trackingRead) { call in
            let info = try await traces.info(call.call.parameter("trace_id"))
            return .traces(("trace_info", .legacyInfo(info)))
        }
        routes.mlflow(.get, base, .trackingRead) { call in
            let experiments = call.queries("experiment_ids")
            guard !experiments.isEmpty else { throw MLflowName.missing("experiment_ids") }
            return try await search(
                TraceStore.Query(
                    experiments: experiments.map(ExperimentStore.number),
                    filter: call.query("filter"),
                    order: call.queries("order_by"),
                    maximum: Self.pageSize(call.integer("max_results")),
                    token: call.query("page_token")
                ),
                OrderedJSON.legacyInfo
            )
        }
    }

    /// A trace's spans as a file, and files beside it.
    func addArtifactRoutes(to routes: RouteTable) {
        for version in ["2.0", "3.0"] {
            let path = "/ajax-api/\(version)/mlflow/get-trace-artifact"
            routes.raw(.get, path, permission: .trackingRead, errors: .mlflow) { call in
                try await download(MLflowCall(call: call))
            }
        }
    }

    private static let fileName = "traces.json"

    private func download(_ call: MLflowCall) async throws -> Response {
        guard let id = call.query("request_id"), !id.isEmpty else {
            throw PlatformError(
                ErrorCode("BAD_REQUEST", .invalidArgument),
                "Request must include the \"request_id\" query parameter."
            )
        }
        if let path = call.query("path") {
            let checked = try ArtifactPath.check(path)
            return try await file("attachments/\(checked)", of: traces.info(id))
        }
        let info = try await traces.info(id)
        guard info.tag(TraceKey.spansLocation) == TraceKey.trackingStore else {
            return try await file(Self.fileName, of: info)
        }
        let spans = try await traces.trace(id, partial: true)?.spans ?? []
        return Self.attachment(
            Data("{\"spans\": [\(spans.joined(separator: ", "))]}".utf8),
            name: Self.fileName
        )
    }

    /// The largest file that is sent in one piece, in bytes.
    private static let maximumFile = 256 << 20

    private func file(_ name: String, of info: TraceInfo) async throws -> Response {
        guard let root = info.tag(TraceKey.artifactLocation).flatMap(ArtifactController.path) else {
            throw PlatformError.mlflowMissing("The files of trace '\(info.id)' are not kept by this server.")
        }
        let object = try await artifacts.object(at: "\(root)/\(name)")
        let data = try artifacts.objects.data(object.digest, upTo: Self.maximumFile)
        return Self.attachment(data, name: String(name.split(separator: "/").last ?? "file"))
    }

    private static func attachment(_ data: Data, name: String) -> Response {
        let shown = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .contentDisposition: "attachment; filename=\(shown)",
        ]
        if let option = HTTPField.Name("X-Content-Type-Options") { headers[option] = "nosniff" }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
