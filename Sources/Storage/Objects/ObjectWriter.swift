import Foundation
import Primitives

/// Writes one object piece by piece with flat memory: a temporary file, hashed while it is written, then made durable under
/// its digest. Not shared between tasks at once; a writer that is dropped removes its file.
package final class ObjectWriter: @unchecked Sendable {
    // @unchecked: the store hands a writer to one owner, which uses it from one task at a time.
    private let backend: any ObjectBackend
    let file: DiskFile
    private let pipeline: WritePipeline
    private var block: WritePipeline.Block?
    private var size: Int64 = 0
    private var done = false

    init(backend: any ObjectBackend) throws {
        self.backend = backend
        file = try DiskFile.creating(backend.folder.temporaryPath())
        pipeline = WritePipeline(file: file)
    }

    deinit { cancel() }

    /// Returns when `write` would not have to wait for the disk. Tasks await this before each piece, so that no thread of
    /// the cooperative pool waits.
    package func ready() async {
        await withCheckedContinuation { continuation in whenReady { continuation.resume() } }
    }

    /// Calls back when `write` would not have to wait.
    func whenReady(_ go: @escaping @Sendable () -> Void) { pipeline.whenRoom(go) }

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
        var rest = bytes[...]
        while !rest.isEmpty {
            let current = block ?? pipeline.block()
            rest = rest.dropFirst(current.fill(rest))
            block = current
            if current.isFull { try pass(current) }
        }
        size += Int64(bytes.count)
    }

    /// Makes the object durable and visible. Waits for the disk, and for the bucket where there is one.
    ///
    /// - Parameter expected: when given, the digest that the bytes must have.
    /// - Throws: `digest_mismatch`, `disk_full`, `object_store_unavailable`; the temporary file is removed.
    package func finish(expecting expected: Digest? = nil) throws -> StoredObject {
        defer { cancel() }
        let (stored, chunks) = try seal()
        let digest = stored.digest
        if let expected, expected != digest {
            throw PlatformError(
                .digestMismatch,
                "The bytes have the digest \(digest), not \(expected).",
                nextStep: "Send the same bytes that were hashed.",
                context: ["expected": expected.description, "actual": digest.description]
            )
        }
        if try backend.holdsGood(stored) { return stored }
        try backend.keep(file, as: stored, chunks: chunks)
        return stored
    }

    /// Takes the last bytes: the temporary file is complete, and not yet an object.
    func seal() throws -> (object: StoredObject, chunks: ChunkList) {
        let (digest, chunks) = try pipeline.finish(block)
        block = nil
        return (StoredObject(digest: digest, size: size), chunks)
    }

    /// Gives up and removes the temporary file; harmless after `finish`.
    package func cancel() {
        guard !done else { return }
        done = true
        pipeline.close()
        unlink(file.path)
    }

    private func pass(_ full: WritePipeline.Block) throws {
        block = nil
        do {
            try pipeline.add(full)
        } catch {
            cancel()
            throw error
        }
    }
}
