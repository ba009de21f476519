import Foundation
import Primitives

extension ObjectStore {
    /// A whole object, checked.
    ///
    /// - Throws: `object_missing`, `object_too_large` above `limit` bytes, `object_corrupt` with the byte range.
    package func data(_ digest: Digest, upTo limit: Int) throws -> Data {
        let file = try open(digest)
        let size = try file.status().size
        guard size <= Int64(limit) else { throw ObjectFailure.tooLarge(digest, Int64(limit)) }
        let data = try file.read(Int(size), at: 0)
        if Digest.sha256(of: data) != digest { throw try damage(digest, file) }
        return data
    }

    /// An object, or a part of it, block by block; every chunk is checked before it is handed on, and the whole
    /// object's digest at the end when the whole was read.
    ///
    /// - Throws: while reading: `object_missing`, `range_invalid`, `object_corrupt` with the byte range.
    package func stream(_ digest: Digest, range: Range<Int64>? = nil) -> AsyncThrowingStream<Data, any Error> {
        let reader = ObjectReader(store: self, digest: digest, range: range)
        return AsyncThrowingStream { try await reader.next() }
    }

    /// Checks a whole object.
    ///
    /// - Throws: `object_missing`, `object_corrupt` with the first byte range that changed.
    package func verify(_ digest: Digest) throws {
        let file = try open(digest)
        var hash = SHA256Stream()
        try file.forEachBlock { hash.update($0) }
        if hash.finalize() != digest { throw try damage(digest, file) }
        let size = try file.status().size
        if ChunkList.count(size) > 1, chunkList(digest, size: size) == nil {
            throw PlatformError(
                .objectCorrupt,
                "The chunk list of object \(digest) is missing or damaged; the object itself is good.",
                nextStep: "Put the same content again, which writes the list anew.",
                context: ["digest": digest.description]
            )
        }
    }

    /// Writes a checked, read-only copy of an object; blocks are shared where the file system can.
    ///
    /// - Parameter executable: whether the copy may be run.
    /// - Throws: `object_missing`, `object_corrupt`, `disk_full`, `file_failed` when the path exists.
    package func materialise(_ digest: Digest, at path: String, executable: Bool) throws {
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
            if hash.finalize() != digest { throw try damage(digest, source) }
            try target.setMode(executable ? 0o500 : 0o400)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// The chunk list of an object, or nil when it is missing or damaged.
    func chunkList(_ digest: Digest, size: Int64) -> ChunkList? {
        guard let file = try? DiskFile.reading(chunkPath(digest), followingLinks: false),
            let data = try? file.read(32 * Int(ChunkList.count(size) + 1) + 1, at: 0)
        else { return nil }
        return ChunkList(data, for: digest, size: size)
    }

    /// The error that names what changed: the first run of damaged chunks, or the whole object when no list can tell.
    func damage(_ digest: Digest, _ file: DiskFile) throws -> PlatformError {
        let size = try file.status().size
        guard size > Int64(ChunkList.chunkBytes) || access(chunkPath(digest), F_OK) == 0 else {
            return ObjectFailure.corrupt(digest, 0..<size, "are not what was stored")
        }
        guard let list = storedChunkList(digest) else {
            return ObjectFailure.corrupt(digest, 0..<size, "are not what was stored (its chunk list cannot tell where)")
        }
        return try compare(digest, file, size, list)
    }

    private func compare(_ digest: Digest, _ file: DiskFile, _ size: Int64, _ list: [Digest]) throws -> PlatformError {
        let step = Int64(ChunkList.chunkBytes)
        var first: Int64?
        var end: Int64 = 0
        for (index, expected) in list.enumerated() {
            let start = Int64(index) * step
            let chunk = try file.read(ChunkList.chunkBytes, at: start)
            if chunk.isEmpty && start >= size {
                return ObjectFailure.corrupt(digest, (first ?? size)..<(Int64(list.count) * step), "are cut off")
            }
            if Digest.sha256(of: chunk) != expected {
                first = first ?? start
                end = start + Int64(chunk.count)
            } else if first != nil {
                break
            }
        }
        if let first { return ObjectFailure.corrupt(digest, first..<end, "are not what was stored") }
        return ObjectFailure.corrupt(digest, (Int64(list.count) * step)..<size, "were added")
    }

    /// The chunk digests whatever the object's present size is, when the list's own seal is good.
    private func storedChunkList(_ digest: Digest) -> [Digest]? {
        guard let file = try? DiskFile.reading(chunkPath(digest), followingLinks: false),
            let size = try? file.status().size, size % 32 == 0, size >= 96,
            let data = try? file.read(Int(size), at: 0)
        else { return nil }
        return ChunkList(data, for: digest, size: (size / 32 - 1) * Int64(ChunkList.chunkBytes))?.digests
    }
}
