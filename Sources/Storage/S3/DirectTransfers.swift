import Foundation
import Primitives

/// Uploads and downloads between a client and the bucket itself, by addresses that expire.
package struct DirectTransfers: Sendable {
    let objects: S3Objects

    /// Begins an upload in parts.
    ///
    /// - Returns: the bucket's name for it.
    package func begin(_ upload: String) throws -> String {
        try MultipartUpload.begin(key(upload), objects.client).id
    }

    /// The address to which one part, from 1, is put.
    package func partAddress(_ upload: String, remote: String, part: Int, seconds: Int) -> String {
        let query = [("partNumber", String(part)), ("uploadId", remote)]
        return objects.client.presigned("PUT", key(upload), query: query, seconds: seconds)
    }

    /// Puts the parts together, reads what came of it once for its SHA-256, and keeps it as an object. After a failure it may
    /// be called again.
    ///
    /// - Throws: `object_store_refused` when a part is not there or has another entity tag.
    package func complete(_ upload: String, remote: String, parts: [(number: Int, tag: String)]) throws -> StoredObject
    {
        let key = key(upload)
        if try objects.head(key: key) == nil {
            try MultipartUpload(key: key, id: remote, client: objects.client).complete(parts)
        }
        guard let found = try objects.head(key: key) else {
            throw PlatformError(.objectMissing, "The bucket knows no upload \(upload) any more.")
        }
        let stored = try objects.adopt(found)
        try objects.delete(key: key)
        return stored
    }

    /// Gives an upload up.
    package func abort(_ upload: String, remote: String) {
        MultipartUpload(key: key(upload), id: remote, client: objects.client).abort()
    }

    /// The address from which an object is read, saved under a name.
    package func address(of digest: Digest, fileName: String, seconds: Int) throws -> String {
        guard try objects.holds(digest) else { throw ObjectFailure.missing(digest) }
        let query = [("response-content-disposition", "attachment; filename=\"\(fileName)\"")]
        return objects.client.presigned("GET", objects.key(digest), query: query, seconds: seconds)
    }

    private func key(_ upload: String) -> String { objects.client.location.key("incoming/\(upload)") }
}

extension ObjectStore {
    /// Transfers that do not pass through this server; nil for a store in a folder.
    package var direct: DirectTransfers? { (backend as? S3Objects).map(DirectTransfers.init) }
}

extension S3Objects {
    /// Makes an object of another key of the bucket, whose SHA-256 is found by reading it once.
    func adopt(_ source: S3Head) throws -> StoredObject {
        let writer = try ObjectWriter(backend: self)
        guard try !client.get(source.key, into: S3FileSink(writer: writer)).isMissing else {
            throw S3Failure.unavailable(client.location, "read an upload", "it is gone")
        }
        let (stored, chunks) = try writer.seal()
        if try !holdsGood(stored) {
            guard stored.size == source.size, try copy(source, to: key(stored.digest)) else {
                throw S3Failure.unavailable(client.location, "keep an upload", "it changed while it was read")
            }
        }
        try folder.adopt(writer.file, as: stored, chunks: chunks, durable: false)
        writer.cancel()
        try cache.added(stored)
        return stored
    }
}
