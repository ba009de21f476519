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
    private let site: ArtifactSite

    /// Makes the controller of a store.
    package init(artifacts: ArtifactStore, site: ArtifactSite) {
        self.artifacts = artifacts
        self.site = site
    }

    /// The folder whose content is registered packages: they are sealed, so nobody writes there.
    package static let sealedFolder = "packages"

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow-artifacts/artifacts"
        routes.mlflow(.get, base, .trackingRead, list)
        routes.mlflow(.get, "\(base)/**", .trackingRead) { call in
            try await site.send(Self.path(in: call.call), to: call.call.request)
        }
        routes.mlflow(.put, "\(base)/**", .trackingWrite, upload)
        routes.mlflow(.delete, "\(base)/**", .trackingWrite) { call in
            _ = try await artifacts.delete(Self.writable(call))
            return .mlflowEmpty
        }
    }

    /// The path inside the artifact store of a URI such as `mlflow-artifacts:/0/RUN/artifacts`, or of the artifact route's own
    /// URL; nil for another place.
    package static func path(of uri: String) -> String? {
        switch ArtifactLocation.scheme(of: uri) {
        case "mlflow-artifacts":
            var rest = uri.dropFirst("mlflow-artifacts:".count)
            if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
            return try? ArtifactPath.check(rest.split(separator: "/").joined(separator: "/"))
        case "http", "https":
            guard let route = uri.range(of: "/api/2.0/mlflow-artifacts/artifacts") else { return nil }
            return try? ArtifactPath.check(uri[route.upperBound...].split(separator: "/").joined(separator: "/"))
        default: return nil
        }
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
        try requireWritable(path)
        return path
    }

    /// - Throws: `PERMISSION_DENIED` for the files of registered packages.
    static func requireWritable(_ path: String) throws {
        guard path == sealedFolder || path.hasPrefix(sealedFolder + "/") else { return }
        throw PlatformError(
            ErrorCode("PERMISSION_DENIED", .permissionDenied),
            "'\(path)' belongs to a registered package, which never changes."
        )
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
                await writer.ready()
                try buffer.withUnsafeReadableBytes { try writer.write($0) }
            }
            try await artifacts.name(artifacts.objects.blocking { _ in try writer.finish() }, path)
        } catch {
            writer.cancel()
            throw error
        }
        return .mlflowEmpty
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
