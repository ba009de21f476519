import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Tracking
import WireAPI

extension ConsoleController {
    /// Declares the pages of artifacts and the route of their bytes.
    func addArtifacts(to routes: RouteTable) {
        page("/runs/{id}/artifacts", on: routes) { call, _ in
            let id = try call.parameter("id")
            let path = try ArtifactPath.check(Self.fields(call)["path"] ?? "")
            let tree = try await data.artifactTree(id, path)
            guard !path.isEmpty, tree.isFile else {
                return ArtifactsPage(run: tree.run, folders: tree.folders, path: path, file: nil, preview: nil)
            }
            let file = try await data.artifact(id, path)
            let preview = try await ArtifactPreview.read(file)
            return ArtifactsPage(run: tree.run, folders: tree.folders, path: path, file: file, preview: preview)
        }
        routes.raw(.get, "/runs/{id}/file", permission: .trackingRead, errors: .page) { call in
            let fields = Self.fields(call)
            let path = try ArtifactPath.check(fields["path"] ?? "")
            let file = try await data.artifact(call.parameter("id"), path)
            let image = fields["show"] == nil ? nil : FileSignature.imageType(try await file.bytes(0..<16))
            return Self.response(file, imageType: image)
        }
    }

    /// The bytes of a file that nobody trusts: an image by its own first bytes, otherwise something to save. Browsers may
    /// neither guess another type nor run anything in it (CSP Level 3, `sandbox`).
    private static func response(_ file: ArtifactFile, imageType: String?) -> Response {
        var headers: HTTPFields = [
            .contentType: imageType ?? "application/octet-stream",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
            .xContentTypeOptions: "nosniff",
            .cacheControl: "private, no-store",
            .contentDisposition: imageType == nil ? "attachment; filename=\"\(name(file.path))\"" : "inline",
        ]
        if let policy = HTTPField.Name("Cross-Origin-Resource-Policy") { headers[policy] = "same-origin" }
        let stream = file.stream(nil)
        let body = ResponseBody(contentLength: Int(file.size)) { writer in
            for try await data in stream { try await writer.write(ByteBuffer(bytes: data)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func name(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? "artifact"
        return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }
}
