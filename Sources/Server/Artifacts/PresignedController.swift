import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import Tracking
import WireAPI

/// Addresses from which an artifact is read without a token, until they expire: in the bucket where there is one, else on
/// this server.
package struct PresignedController: Sendable {
    /// How long an address works, as with MLflow's server unless it is told otherwise.
    private static let addressSeconds: Int64 = 300
    /// The longest life of an address that a client may ask for: seven days.
    private static let maximumSeconds: Int64 = 604_800
    private static let downloadPath = "/api/2.0/mlflow-artifacts/download"

    let artifacts: ArtifactStore
    let runs: RunStore
    let models: LoggedModelStore
    let key: ArtifactAddressKey
    let time: TimeSource
    let isSecure: Bool

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.mlflow(.get, "mlflow-artifacts/presigned/**", .trackingRead, presign)
        routes.mlflow(.post, "mlflow/artifacts/presigned-upload-url", .trackingWrite, presignUpload)
        routes.mlflow(.post, "mlflow/artifacts/presigned-download-url", .trackingRead, presignDownload)
        // The signature in the address is the permission.
        routes.raw(.get, "\(Self.downloadPath)/{digest}/{name}", permission: .open, errors: .mlflow, download)
    }

    private func presign(_ call: MLflowCall) async throws -> Response {
        let path = try ArtifactUploadController.folder(in: call, after: "/mlflow-artifacts/presigned/")
        let object = try await artifacts.object(at: path)
        let address = try await address(of: object, path, call.call.request)
        return .mlflow { writer in
            writer.member("url", address)
            writer.object("headers") { _ in }
            writer.member("file_size", object.size)
        }
    }

    private func address(of object: StoredObject, _ path: String, _ request: Request) async throws -> String {
        let last = path.split(separator: "/").last ?? "artifact"
        let name = String(last.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
        if let direct = artifacts.objects.direct {
            return try await artifacts.objects.blocking { _ in
                try direct.address(of: object.digest, fileName: name, seconds: Int(Self.addressSeconds))
            }
        }
        let target = "\(Self.downloadPath)/\(object.digest.hex)/\(name)"
        let until = time.now().advanced(byMilliseconds: Self.addressSeconds * 1000)
        return ServerAddress.of(request, isSecure: isSecure) + "\(target)?\(key.query("GET", target, until: until))"
    }

    private func download(_ call: Call) async throws -> Response {
        let (text, name) = (try call.parameter("digest"), try call.parameter("name"))
        try key.check(
            "GET",
            "\(Self.downloadPath)/\(text)/\(name)",
            expires: call.query("expires"),
            signature: call.query("signature"),
            now: time.now()
        )
        let digest = try Digest(text)
        let objects = artifacts.objects
        let size = try await objects.blocking { try $0.size(digest) }
        let range = try ByteRange.parse(call.request.headers[.range], size: size)
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: "\"\(digest.hex)\"",
            .contentDisposition: "attachment; filename=\(name)",
        ]
        if let nosniff = HTTPField.Name("X-Content-Type-Options") { headers[nosniff] = "nosniff" }
        if let range { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)" }
        let body = ResponseBody.object(digest, of: size, range: range, in: objects)
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    private struct AddressBody: Decodable {
        let runID: String?
        let modelID: String?
        let path: String?
        let expiration: Int64?

        enum CodingKeys: String, CodingKey {
            case path, expiration
            case runID = "run_id"
            case modelID = "model_id"
        }
    }

    private func presignUpload(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(AddressBody.self)
        let (run, model) = (body.runID ?? "", body.modelID ?? "")
        _ = try ArtifactPath.check(MLflowCall.require(body.path, "path"))
        guard run.isEmpty != model.isEmpty else {
            throw PlatformError.mlflowInvalid("Exactly one of run_id and model_id must be provided.")
        }
        let location =
            run.isEmpty
            ? try await models.get(model).artifactLocation : try await runs.get(run).info.artifactURI
        return try refuse(location, "upload", "artifact storage", "a direct cloud storage artifact URI")
    }

    private func presignDownload(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(AddressBody.self)
        let run = try MLflowCall.require(body.runID, "run_id")
        _ = try ArtifactPath.check(MLflowCall.require(body.path, "path"))
        let seconds = body.expiration ?? Self.addressSeconds
        guard (1...Self.maximumSeconds).contains(seconds) else {
            throw PlatformError.mlflowInvalid(
                "expiration must be between 1 and \(Self.maximumSeconds) seconds (got \(seconds))."
            )
        }
        let location = try await runs.get(run).info.artifactURI
        return try refuse(
            location,
            "download",
            "runs with proxied artifact storage",
            "a run with a direct cloud storage artifact URI"
        )
    }

    /// These two routes are for artifacts that clients keep in a cloud themselves; what this server keeps has its own route,
    /// and it holds no credentials for other places. The answers are those of MLflow's server.
    private func refuse(_ location: String, _ what: String, _ storage: String, _ needed: String) throws -> Response {
        let scheme = String(location.prefix { $0 != ":" })
        if location.contains(":"), ["http", "https", "mlflow-artifacts"].contains(scheme) {
            let kind = what == "upload" ? "proxied \(storage)" : storage
            throw PlatformError.mlflowInvalid(
                "Presigned \(what) is not supported for \(kind) (artifact URI scheme: \(scheme)). "
                    + "This endpoint requires \(needed)."
            )
        }
        let text =
            #"{"error_code":"NOT_IMPLEMENTED","message":"Presigned \#(what) is not supported for the current artifact repository"}"#
        return Response(
            status: .notImplemented,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}
