import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import WireAPI

/// Objects by digest: the body is streamed to disk and checked, and streamed back checked chunk by chunk.
package struct ObjectsController: Sendable {
    private let objects: ObjectStore

    /// Serves a store.
    package init(objects: ObjectStore) { self.objects = objects }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.put, ObjectsAPI.path, permission: .objectsWrite, errors: .platform, put)
        routes.raw(.get, ObjectsAPI.path, permission: .objectsRead, errors: .platform, get)
        routes.on(ObjectsAPI.missing, missing)
        routes.on(ObjectsAPI.tree, tree)
    }

    private func put(_ call: Call) async throws -> Response {
        let expected = try Digest(call.parameter("digest"))
        if let text = call.request.headers[.contentLength], let length = Int64(text),
            length > ObjectStore.maximumObjectBytes
        {
            throw PlatformError(.objectTooLarge, "The object is larger than \(ObjectStore.maximumObjectBytes) bytes.")
        }
        let writer = try objects.writer()
        for try await buffer in call.request.body {
            await writer.ready()
            try buffer.withUnsafeReadableBytes { try writer.write($0) }
        }
        let stored = try await objects.blocking { _ in try writer.finish(expecting: expected) }
        return try .json(ObjectReply(digest: stored.digest, size: stored.size), status: .created)
    }

    private func get(_ call: Call) async throws -> Response {
        let digest = try Digest(call.parameter("digest"))
        let size = try await objects.blocking { try $0.size(digest) }
        let range = try ByteRange.parse(call.request.headers[.range], size: size)
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .eTag: "\"\(digest.hex)\"", .acceptRanges: "bytes",
            .cacheControl: "private, immutable, max-age=31536000",
        ]
        if let range { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)" }
        let body = ResponseBody.object(digest, of: size, range: range, in: objects)
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    private func missing(_ call: Call, _ body: MissingObjects) async throws -> MissingReply {
        guard body.digests.count <= MissingObjects.maximumDigests else {
            throw PlatformError(
                .tooLarge,
                "\(body.digests.count) digests were asked about; at most \(MissingObjects.maximumDigests) at a time.",
                nextStep: "Ask in parts."
            )
        }
        return MissingReply(missing: try await objects.blocking { try $0.missing(body.digests) })
    }

    private func tree(_ call: Call) async throws -> TreeReply {
        let digest = try Digest(call.parameter("digest"))
        let tree = try await objects.blocking { objects in
            let tree = try objects.tree(digest)
            for entry in tree.entries where try objects.size(entry.digest) != entry.size {
                throw PlatformError(.treeInvalid, "'\(entry.path)' has another size than its object.")
            }
            return tree
        }
        return TreeReply(digest: digest, files: tree.entries.count, bytes: tree.bytes)
    }
}
