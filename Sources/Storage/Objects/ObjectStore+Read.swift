import Foundation
import NIOCore
import Primitives

extension ObjectStore {
    /// A whole object, checked.
    ///
    /// - Throws: `object_missing`, `object_too_large` above `limit` bytes, `object_corrupt` with the byte range.
    package func data(_ digest: Digest, upTo limit: Int) throws -> Data {
        try again(digest) {
            let file = try open(digest)
            let size = try file.status().size
            guard size <= Int64(limit) else { throw ObjectFailure.tooLarge(digest, Int64(limit)) }
            let data = try file.read(Int(size), at: 0)
            if Digest.sha256(of: data) != digest { throw try folder.damage(digest, file) }
            return data
        }
    }

    /// An object, or a part of it, block by block; every chunk is checked before it is handed on, and the whole
    /// object's digest at the end when the whole was read.
    ///
    /// - Throws: while reading: `object_missing`, `range_invalid`, `object_corrupt` with the byte range.
    package func stream(_ digest: Digest, range: Range<Int64>? = nil) -> AsyncThrowingStream<Data, any Error> {
        let reader = ObjectReader(store: self, digest: digest, range: range, checksWhole: true)
        return AsyncThrowingStream { try await reader.next().map { Data($0.readableBytesView) } }
    }

    /// The same for sending: in buffers that are used again once they are sent. Every chunk is checked, which finds any
    /// damage; the SHA-256 of the whole, which would come after its last byte is sent, is left to whoever receives it.
    ///
    /// - Throws: while reading, as `stream`.
    package func buffers(_ digest: Digest, range: Range<Int64>? = nil) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let reader = ObjectReader(store: self, digest: digest, range: range, checksWhole: false)
        return AsyncThrowingStream { try await reader.next() }
    }

    /// Checks a whole object where it is kept for good.
    ///
    /// - Throws: `object_missing`, `object_corrupt` with the first byte range that changed.
    package func verify(_ digest: Digest) throws { try backend.verify(digest) }

    /// Writes a checked, read-only copy of an object; blocks are shared where the file system can.
    ///
    /// - Parameter executable: whether the copy may be run.
    /// - Throws: `object_missing`, `object_corrupt`, `disk_full`, `file_failed` when the path exists.
    package func materialise(_ digest: Digest, at path: String, executable: Bool) throws {
        try again(digest) { try copy(digest, to: path, executable: executable) }
    }

    /// Once more where damage was in this machine's copy alone.
    private func again<T>(_ digest: Digest, _ read: () throws -> T) throws -> T {
        do {
            return try read()
        } catch let error as PlatformError where error.code == .objectCorrupt {
            guard backend.forget(digest) else { throw error }
            return try read()
        }
    }

    private func copy(_ digest: Digest, to path: String, executable: Bool) throws {
        let source = try open(digest)
        let target = try DiskFile.creating(path)
        do {
            var hash = SHA256Stream()
            if target.clone(source) {
                try target.forEachBlock { hash.update($0) }
            } else {
                try source.forEachBlock { block in
                    hash.update(block)
                    try target.write(block)
                }
            }
            if hash.finalize() != digest { throw try folder.damage(digest, source) }
            try target.setMode(executable ? 0o500 : 0o400)
        } catch {
            unlink(path)
            throw error
        }
    }
}
