import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import Tracking
import WireAPI

/// Where the artifacts of runs and models are reached by this server: its own store, or the local folder that it was told
/// to use as artifact root. Other places are the clients' own affair.
package struct ArtifactSite: Sendable {
    private let artifacts: ArtifactStore
    private let local: LocalArtifacts?

    /// Bytes of a local file sent at a time.
    private static let chunkBytes = 256 << 10

    /// Makes the site of a store and an artifact root.
    package init(artifacts: ArtifactStore, artifactRoot: String) {
        self.artifacts = artifacts
        local = LocalArtifacts(root: artifactRoot)
    }

    private enum Place {
        case served(String)
        case folder(LocalArtifacts, String)
    }

    private func place(_ location: String) throws -> Place {
        if let path = ArtifactController.path(of: location) { return .served(path) }
        if let local, let folder = local.folder(of: location) { return .folder(local, folder) }
        throw PlatformError.mlflowInvalid("The artifacts are at '\(location)', which this server does not serve.")
    }

    private static func join(_ folder: String, _ path: String) -> String {
        path.isEmpty ? folder : folder.isEmpty ? path : "\(folder)/\(path)"
    }

    /// The names directly in a folder of a location.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when the location is not served here.
    func list(_ location: String, _ folder: String) async throws -> [ArtifactEntry] {
        switch try place(location) {
        case .served(let root): try await artifacts.list(Self.join(root, folder))
        case .folder(let local, let root): try local.list(Self.join(root, folder))
        }
    }

    /// Sends a file of a location.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    func send(_ location: String, _ path: String, to request: Request) async throws -> Response {
        switch try place(location) {
        case .served(let root): return try await send(Self.join(root, path), to: request)
        case .folder(let local, let root):
            let file = try local.file(Self.join(root, path))
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file.path))
            let body = ResponseBody(contentLength: Int(file.size)) { writer in
                var left = Int(file.size)
                while left > 0, let data = try handle.read(upToCount: min(left, Self.chunkBytes)), !data.isEmpty {
                    left -= data.count
                    try await writer.write(ByteBuffer(bytes: data))
                }
                try handle.close()
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: Self.headers(path), body: body)
        }
    }

    /// Sends a file of the store, or the part of it that the request asks for.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    func send(_ path: String, to request: Request) async throws -> Response {
        let object = try await artifacts.object(at: path)
        let range = try ByteRange.parse(request.headers[.range], size: object.size)
        var headers = Self.headers(path)
        headers[.acceptRanges] = "bytes"
        headers[.eTag] = "\"\(object.digest.hex)\""
        if let range { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)" }
        let body = ResponseBody.object(object.digest, of: object.size, range: range, in: artifacts.objects)
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    /// Keeps a small file at a location.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `PERMISSION_DENIED`.
    func keep(_ data: Data, at location: String, _ path: String) async throws {
        switch try place(location) {
        case .served(let root):
            let path = Self.join(root, path)
            try ArtifactController.requireWritable(path)
            try await artifacts.name(artifacts.objects.put(data), path)
        case .folder(let local, let root): try local.write(data, to: Self.join(root, path))
        }
    }

    private static func headers(_ path: String) -> HTTPFields {
        let name = String(path.split(separator: "/").last ?? "artifact")
        var headers: HTTPFields = [
            .contentType: ArtifactMediaType.guess(name), .contentDisposition: "attachment; filename=\(fileName(name))",
        ]
        if let name = HTTPField.Name("X-Content-Type-Options") { headers[name] = "nosniff" }
        return headers
    }

    /// A token of RFC 9110 §5.6.2; what is no token character becomes `_`.
    private static func fileName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+%".contains($0)) ? $0 : "_" })
    }
}

/// What kind of content a file has, told from its name as MLflow does; HTML and SVG are never more than files to keep.
enum ArtifactMediaType {
    private static let text: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml",
        "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "ipynb", "MLmodel", "mlproject", "MLproject",
    ]
    private static let others = [
        "html": "text/html", "htm": "text/html", "css": "text/css", "png": "image/png", "jpg": "image/jpeg",
        "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml", "webp": "image/webp", "bmp": "image/bmp",
        "ico": "image/vnd.microsoft.icon", "tif": "image/tiff", "tiff": "image/tiff", "pdf": "application/pdf",
        "zip": "application/zip", "tar": "application/x-tar", "gz": "application/octet-stream", "mp3": "audio/mpeg",
        "wav": "audio/x-wav", "mp4": "video/mp4", "webm": "video/webm", "npz": "application/octet-stream",
    ]

    /// The media type for a file name.
    static func guess(_ name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let ending = String(parts.count > 1 ? parts[parts.count - 1] : Substring(name))
        if text.contains(ending) { return "text/plain" }
        return others[ending.lowercased()] ?? "application/octet-stream"
    }
}
