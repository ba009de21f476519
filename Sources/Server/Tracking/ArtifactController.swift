import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import Tracking
import WireAPI

/// MLflow's artifact proxy: files go up and down in streams, with flat memory; what is kept is checked by SHA-256.
package struct ArtifactController: Sendable {
    private let artifacts: ArtifactStore
    private let runs: RunStore

    /// Makes the controller of a store.
    package init(artifacts: ArtifactStore, runs: RunStore) {
        self.artifacts = artifacts
        self.runs = runs
    }

    /// The folder whose content is registered packages: they are sealed, so nobody writes there.
    package static let sealedFolder = "packages"

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow-artifacts/artifacts"
        routes.mlflow(.get, base, .trackingRead, list)
        routes.mlflow(.get, "\(base)/**", .trackingRead) { try await download($0, Self.path(in: $0.call)) }
        routes.mlflow(.put, "\(base)/**", .trackingWrite, upload)
        routes.mlflow(.delete, "\(base)/**", .trackingWrite) { call in
            _ = try await artifacts.delete(Self.writable(call))
            return .mlflowEmpty
        }
        routes.raw(.get, "/get-artifact", permission: .trackingRead, errors: .mlflow) { call in
            let call = MLflowCall(call: call)
            let run = try await runs.get(RunController.run(call.query("run_id"), call.query("run_uuid")))
            let path = try ArtifactPath.check(MLflowCall.require(call.query("path"), "path"))
            return try await download(call, "\(Self.path(of: run.info.artifactURI) ?? "")/\(path)")
        }
    }

    /// The path inside the artifact store of a URI such as `mlflow-artifacts:/0/RUN/artifacts`; nil for another scheme.
    package static func path(of uri: String) -> String? {
        guard uri.hasPrefix("mlflow-artifacts:") else { return nil }
        var rest = uri.dropFirst("mlflow-artifacts:".count)
        if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
        return try? ArtifactPath.check(rest.split(separator: "/").joined(separator: "/"))
    }

    /// What follows `/artifacts/` in the request's path as it was sent, decoded once and checked. The router's own parameter
    /// is not used: it forgets doubled slashes, behind which an absolute path could hide.
    private static func path(in call: Call) throws -> String {
        let sent = call.request.uri.path
        guard let start = sent.range(of: "/mlflow-artifacts/artifacts/"),
            let decoded = String(sent[start.upperBound...]).removingPercentEncoding
        else { throw PlatformError.mlflowInvalid("Invalid path") }
        let path = try ArtifactPath.check(decoded)
        guard !path.isEmpty else { throw PlatformError.mlflowInvalid("Invalid path") }
        return path
    }

    private static func writable(_ call: MLflowCall) throws -> String {
        let path = try path(in: call.call)
        guard path != sealedFolder, !path.hasPrefix(sealedFolder + "/") else {
            throw PlatformError(
                ErrorCode("PERMISSION_DENIED", .permissionDenied),
                "'\(path)' belongs to a registered package, which never changes."
            )
        }
        return path
    }

    private func list(_ call: MLflowCall) async throws -> Response {
        let entries = try await artifacts.list(ArtifactPath.check(call.query("path") ?? ""))
        return .mlflow { writer in
            if !entries.isEmpty { writer.array("files", entries) { $0.entry($1, in: "") } }
        }
    }

    private func upload(_ call: MLflowCall) async throws -> Response {
        let path = try Self.writable(call)
        let writer = try artifacts.objects.writer()
        do {
            for try await buffer in call.call.request.body {
                try buffer.withUnsafeReadableBytes { try writer.write($0) }
            }
            try await artifacts.name(writer.finish(), path)
        } catch {
            writer.cancel()
            throw error
        }
        return .mlflowEmpty
    }

    private func download(_ call: MLflowCall, _ path: String) async throws -> Response {
        let object = try await artifacts.object(at: path)
        let range = try ByteRange.parse(call.call.request.headers[.range], size: object.size)
        var headers: HTTPFields = [
            .contentType: Self.contentType(path), .acceptRanges: "bytes", .eTag: "\"\(object.digest.hex)\"",
            .contentDisposition: "attachment; filename=\(Self.fileName(path))",
        ]
        if let name = HTTPField.Name("X-Content-Type-Options") { headers[name] = "nosniff" }
        if let range { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)" }
        let stream = artifacts.objects.stream(object.digest, range: range)
        let length = range.map { Int($0.count) } ?? Int(object.size)
        let body = ResponseBody(contentLength: length) { writer in
            for try await data in stream { try await writer.write(ByteBuffer(bytes: data)) }
            try await writer.finish(nil)
        }
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    private static func fileName(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? "artifact"
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }

    private static func contentType(_ path: String) -> String {
        switch path.split(separator: ".").last?.lowercased() {
        case "txt", "log", "md", "yaml", "yml", "py", "csv", "jsonl": "text/plain; charset=utf-8"
        case "json": "application/json"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "svg": "image/svg+xml"
        case "html", "htm": "text/html; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}

extension JSONWriter {
    /// One entry of a listing; `folder` is put before its name, unless it is empty.
    mutating func entry(_ entry: ArtifactEntry, in folder: String) {
        object {
            $0.member("path", folder.isEmpty ? entry.name : "\(folder)/\(entry.name)")
            $0.member("is_dir", entry.isFolder)
            $0.member("file_size", entry.size)
        }
    }
}
