import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Storage
import Tracking
import WireAPI

/// MLflow's uploads in parts. With a bucket the parts go straight to it; otherwise they come to this server, by addresses
/// that it signs. An upload becomes an artifact when it is complete, and not before.
package struct ArtifactUploadController: Sendable {
    /// How long a part's address works.
    private static let addressSeconds: Int64 = 12 * 3600
    private static let base = "mlflow-artifacts/mpu"
    /// Where parts come to.
    static let partPath = "/api/2.0/mlflow-artifacts/mpu/part"

    let artifacts: ArtifactStore
    let uploads: ArtifactUploadStore
    let key: ArtifactAddressKey
    let identifiers: IdentifierSource
    let isSecure: Bool

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        for action in ["create", "complete", "abort"] {
            let handler = handler(action)
            routes.mlflow(.post, "\(Self.base)/\(action)", .trackingWrite) { try await handler($0, "") }
            routes.mlflow(.post, "\(Self.base)/\(action)/**", .trackingWrite) { call in
                try await handler(call, Self.folder(in: call, after: "/mlflow-artifacts/mpu/\(action)/"))
            }
        }
        // The signature in the address is the permission.
        routes.raw(.put, "\(Self.partPath)/{upload}/{part}", permission: .open, errors: .mlflow, takePart)
    }

    private func handler(_ action: String) -> @Sendable (MLflowCall, String) async throws -> Response {
        switch action {
        case "create": { try await create($0, $1) }
        case "complete": { try await complete($0, $1) }
        default: { try await abort($0, $1) }
        }
    }

    private struct CreateBody: Decodable {
        let path: String?
        let numParts: Int?

        enum CodingKeys: String, CodingKey {
            case path
            case numParts = "num_parts"
        }
    }

    private func create(_ call: MLflowCall, _ folder: String) async throws -> Response {
        let body = try await call.body(CreateBody.self)
        let path = try Self.target(folder, body.path)
        let count = body.numParts ?? 1
        guard (1...ArtifactUploadStore.maximumParts).contains(count) else {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(count) for parameter 'num_parts' supplied: it goes from 1 to \(ArtifactUploadStore.maximumParts)."
            )
        }
        let id = identifiers()
        let direct = artifacts.objects.direct
        let expired = try await uploads.forgetExpired()
        let remote = try await artifacts.objects.blocking { _ in
            for old in expired { old.remote.map { direct?.abort(old.id, remote: $0) } }
            return try direct?.begin(id)
        }
        let upload = ArtifactUpload(id: id, path: path, parts: count, remote: remote)
        try await uploads.begin(upload, actor: call.actor)
        let addresses = (1...count).map { address(of: $0, upload, call.call.request) }
        return .mlflow { writer in
            writer.member("upload_id", id)
            writer.array("credentials", Array(addresses.enumerated())) { writer, item in
                writer.object {
                    $0.member("url", item.element)
                    $0.member("part_number", Int64(item.offset + 1))
                    $0.object("headers") { _ in }
                }
            }
        }
    }

    private func address(of part: Int, _ upload: ArtifactUpload, _ request: Request) -> String {
        if let direct = artifacts.objects.direct, let remote = upload.remote {
            return direct.partAddress(upload.id, remote: remote, part: part, seconds: Int(Self.addressSeconds))
        }
        let path = "\(Self.partPath)/\(upload.id)/\(part)"
        let until = uploads.time.now().advanced(byMilliseconds: Self.addressSeconds * 1000)
        return ServerAddress.of(request, isSecure: isSecure) + "\(path)?\(key.query("PUT", path, until: until))"
    }

    private func takePart(_ call: Call) async throws -> Response {
        let (id, number) = (try call.parameter("upload"), try call.parameter("part"))
        try key.check(
            "PUT",
            "\(Self.partPath)/\(id)/\(number)",
            expires: call.query("expires"),
            signature: call.query("signature"),
            now: uploads.time.now()
        )
        let upload = try await uploads.upload(id)
        guard let part = Int(number), (1...upload.parts).contains(part) else {
            throw PlatformError.mlflowInvalid("The upload has \(upload.parts) parts.")
        }
        let writer = try artifacts.objects.writer()
        do {
            for try await buffer in call.request.body {
                await writer.ready()
                try buffer.withUnsafeReadableBytes { try writer.write($0) }
            }
            let stored = try await artifacts.objects.blocking { _ in try writer.finish() }
            try await uploads.add(part, stored, to: id)
            return Response(status: .ok, headers: [.eTag: "\"\(stored.digest.hex)\""])
        } catch {
            writer.cancel()
            throw error
        }
    }

    private struct EndBody: Decodable {
        struct Part: Decodable {
            let number: Int
            let etag: String?

            enum CodingKeys: String, CodingKey {
                case number = "part_number"
                case etag
            }
        }

        let path: String?
        let uploadID: String?
        let parts: [Part]?

        enum CodingKeys: String, CodingKey {
            case path, parts
            case uploadID = "upload_id"
        }
    }

    private func complete(_ call: MLflowCall, _ folder: String) async throws -> Response {
        let body = try await call.body(EndBody.self)
        let upload = try await upload(body, folder)
        let parts = body.parts ?? []
        guard !parts.isEmpty, zip(parts, parts.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw PlatformError.mlflowInvalid("The parts must be given, each once, in ascending order.")
        }
        let objects = artifacts.objects
        let stored: StoredObject
        if let direct = objects.direct, let remote = upload.remote {
            let tags = parts.map { (number: $0.number, tag: $0.etag ?? "") }
            do {
                stored = try await objects.blocking { _ in try direct.complete(upload.id, remote: remote, parts: tags) }
            } catch let error as PlatformError where error.code == .objectStoreRefused {
                throw PlatformError.mlflowInvalid(error.message)
            }
        } else {
            let digests = try Self.match(parts.map { ($0.number, $0.etag ?? "") }, await uploads.parts(of: upload.id))
            stored = try await objects.blocking { try $0.concatenate(digests) }
        }
        try await artifacts.name(stored, upload.path)
        try await uploads.forget(upload.id)
        return .mlflowEmpty
    }

    /// The objects of the parts that the client lists, when each has come and is what it was then.
    private static func match(_ parts: [(number: Int, tag: String)], _ stored: [Int: Digest]) throws -> [Digest] {
        try parts.map { part in
            guard let digest = stored[part.number] else {
                throw PlatformError.mlflowInvalid("Part \(part.number) has not been uploaded.")
            }
            guard part.tag.trimmingCharacters(in: ["\""]) == digest.hex else {
                throw PlatformError.mlflowInvalid("Part \(part.number) has another ETag than the one given.")
            }
            return digest
        }
    }

    private func abort(_ call: MLflowCall, _ folder: String) async throws -> Response {
        let upload = try await upload(call.body(EndBody.self), folder)
        if let direct = artifacts.objects.direct, let remote = upload.remote {
            try await artifacts.objects.blocking { _ in direct.abort(upload.id, remote: remote) }
        }
        try await uploads.forget(upload.id)
        return .mlflowEmpty
    }

    private func upload(_ body: EndBody, _ folder: String) async throws -> ArtifactUpload {
        let path = try Self.target(folder, body.path)
        let upload = try await uploads.upload(MLflowCall.require(body.uploadID, "upload_id"))
        guard upload.path == path else {
            throw PlatformError.mlflowInvalid("The upload '\(upload.id)' is of another artifact.")
        }
        return upload
    }

    /// The artifact's path: the folder of the address, and the last part of the client's own path.
    private static func target(_ folder: String, _ path: String?) throws -> String {
        let name = try MLflowCall.require(path, "path").split(separator: "/").last.map(String.init) ?? ""
        let target = try ArtifactPath.check(folder.isEmpty ? name : "\(folder)/\(name)")
        guard !name.isEmpty, !target.isEmpty else { throw PlatformError.mlflowInvalid("Invalid path") }
        try ArtifactController.requireWritable(target)
        return target
    }

    /// What follows a prefix in the request's path as it was sent, decoded once and checked.
    static func folder(in call: MLflowCall, after prefix: String) throws -> String {
        let sent = call.call.request.uri.path
        guard let start = sent.range(of: prefix),
            let decoded = String(sent[start.upperBound...]).removingPercentEncoding
        else { throw PlatformError.mlflowInvalid("Invalid path") }
        return try ArtifactPath.check(decoded)
    }
}

/// How a client reached this server, which is how it will reach it again.
enum ServerAddress {
    static func of(_ request: Request, isSecure: Bool) -> String {
        "\(isSecure ? "https" : "http")://\(request.head.authority ?? "127.0.0.1")"
    }
}
