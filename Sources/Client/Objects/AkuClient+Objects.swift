import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import Storage
import WireAPI

extension AkuClient {
    /// Bytes sent or received at once.
    private static let blockBytes = 1 << 20

    /// Stores bytes.
    @discardableResult
    package func uploadObject(_ data: Data) async throws -> ObjectReply {
        try await put(.sha256(of: data), .bytes(ByteBuffer(bytes: data)))
    }

    /// Stores a file; streams it, after asking whether the server has it already.
    ///
    /// - Throws: `file_missing`, `digest_mismatch` when the file changes while it is sent.
    @discardableResult
    package func uploadObject(file path: String) async throws -> StoredObject {
        let object = try await Self.hash(path)
        if try await missing([object.digest]).contains(object.digest) { try await upload(path, object) }
        return object
    }

    /// Which of these objects the server lacks; asks in parts where there are many.
    package func missing(_ digests: [Digest]) async throws -> Set<Digest> {
        var lacking: Set<Digest> = []
        var rest = Array(Set(digests)).sorted()[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(MissingObjects.maximumDigests))
            rest = rest.dropFirst(part.count)
            lacking.formUnion(try await send(ObjectsAPI.missing, body: MissingObjects(digests: part)).missing)
        }
        return lacking
    }

    /// Downloads an object to a file that must not exist; checked while it arrives, and removed when it is not what was
    /// asked for.
    ///
    /// - Throws: `object_missing`, `digest_mismatch`, `file_failed`.
    package func downloadObject(_ digest: Digest, to path: String, executable: Bool = false) async throws {
        let response = try await open(.get, path: "/api/v1/objects/\(digest.hex)")
        let file = try DownloadFile(path: path, expecting: digest)
        do {
            for try await buffer in response.body { try file.write(Data(buffer.readableBytesView)) }
            try file.finish(executable: executable)
        } catch {
            file.discard()
            throw error
        }
    }

    func put(_ digest: Digest, _ body: HTTPClientRequest.Body) async throws -> ObjectReply {
        let response = try await open(
            .put,
            path: "/api/v1/objects/\(digest.hex)",
            contentType: "application/octet-stream",
            body: body
        )
        let reply = try await response.body.collect(upTo: 1 << 16)
        return try CanonicalJSON.decode(ObjectReply.self, from: Data(reply.readableBytesView), what: "reply of PUT")
    }

    func upload(_ path: String, _ object: StoredObject) async throws {
        let blocks = try FileBlocks(path: path, blockBytes: Self.blockBytes)
        _ = try await put(object.digest, .stream(blocks, length: .known(object.size)))
    }

    static func hash(_ path: String) async throws -> StoredObject {
        var hash = SHA256Stream()
        var size: Int64 = 0
        for try await block in try FileBlocks(path: path, blockBytes: blockBytes) {
            hash.update(Data(block.readableBytesView))
            size += Int64(block.readableBytes)
        }
        return StoredObject(digest: hash.finalize(), size: size)
    }
}
