import Foundation
import Primitives

/// Writes one object piece by piece with flat memory: a temporary file, hashed while it is written, then synced and
/// renamed to its digest. Not shared between tasks at once; a writer that is dropped removes its file.
package final class ObjectWriter: @unchecked Sendable {
    // @unchecked: the store hands a writer to one owner, which uses it from one task at a time.
    private let store: ObjectStore
    private let temporary: String
    private let file: DiskFile
    private var whole = SHA256Stream()
    private var chunk = SHA256Stream()
    private var chunkFill = 0
    private var chunks: [Digest] = []
    private var size: Int64 = 0
    private var done = false

    init(store: ObjectStore) throws {
        self.store = store
        temporary = store.temporaryPath()
        file = try DiskFile.creating(temporary)
    }

    deinit { cancel() }

    /// Adds bytes.
    ///
    /// - Throws: `disk_full` (the temporary file is removed), `object_too_large`.
    package func write(_ bytes: Data) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Adds bytes where they lie; errors as for `write(_: Data)`.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard size + Int64(bytes.count) <= ObjectStore.maximumObjectBytes else {
            cancel()
            throw ObjectFailure.tooLarge(nil, ObjectStore.maximumObjectBytes)
        }
        do {
            try file.write(bytes)
        } catch {
            cancel()
            throw error
        }
        whole.update(bytes)
        hashChunks(bytes)
        size += Int64(bytes.count)
    }

    /// Makes the object durable and visible.
    ///
    /// - Parameter expected: when given, the digest that the bytes must have.
    /// - Throws: `digest_mismatch`, `disk_full`; the temporary file is removed.
    package func finish(expecting expected: Digest? = nil) throws -> StoredObject {
        defer { cancel() }
        let digest = whole.finalize()
        if let expected, expected != digest {
            throw PlatformError(
                .digestMismatch,
                "The bytes have the digest \(digest), not \(expected).",
                nextStep: "Send the same bytes that were hashed.",
                context: ["expected": expected.description, "actual": digest.description]
            )
        }
        let stored = StoredObject(digest: digest, size: size)
        if store.holdsGood(stored) { return stored }
        if chunkFill > 0 { chunks.append(chunk.finalize()) }
        try file.setMode(0o400)
        try file.synchronise()
        try store.adopt(temporary, as: stored, chunks: chunks.count > 1 ? ChunkList(digests: chunks) : nil)
        done = true
        return stored
    }

    /// Gives up and removes the temporary file; harmless after `finish`.
    package func cancel() {
        file.close()
        if !done { unlink(temporary) }
        done = true
    }

    private func hashChunks(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(ChunkList.chunkBytes - chunkFill)
            chunk.update(UnsafeRawBufferPointer(rebasing: part))
            chunkFill += part.count
            rest = rest.dropFirst(part.count)
            if chunkFill == ChunkList.chunkBytes {
                chunks.append(chunk.finalize())
                chunk = SHA256Stream()
                chunkFill = 0
            }
        }
    }
}
