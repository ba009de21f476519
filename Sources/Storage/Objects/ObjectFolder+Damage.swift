import Foundation
import Primitives

extension ObjectFolder {
    /// Checks a whole object and its chunk list.
    ///
    /// - Throws: `object_corrupt` with the first byte range that changed.
    func verify(_ digest: Digest, _ file: DiskFile) throws {
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

    private func compare(_ digest: Digest, _ file: DiskFile, _ size: Int64, _ list: ChunkList) throws -> PlatformError {
        let step = Int64(ChunkList.chunkBytes)
        var first: Int64?
        var end: Int64 = 0
        for index in 0..<list.count {
            let start = Int64(index) * step
            let chunk = try file.read(ChunkList.chunkBytes, at: start)
            if chunk.isEmpty && start >= size {
                return ObjectFailure.corrupt(digest, (first ?? size)..<(Int64(list.count) * step), "are cut off")
            }
            if try chunk.withUnsafeBytes({ try list.firstDamaged($0, from: index) }) != nil {
                first = first ?? start
                end = start + Int64(chunk.count)
            } else if first != nil {
                break
            }
        }
        if let first { return ObjectFailure.corrupt(digest, first..<end, "are not what was stored") }
        return ObjectFailure.corrupt(digest, (Int64(list.count) * step)..<size, "were added")
    }

    /// The chunk list whatever the object's present size is, when its own seal is good.
    private func storedChunkList(_ digest: Digest) -> ChunkList? {
        guard let file = try? DiskFile.reading(chunkPath(digest), followingLinks: false),
            let size = try? file.status().size, size <= ChunkList.encodedBytes(ObjectStore.maximumObjectBytes),
            let data = try? file.read(Int(size), at: 0)
        else { return nil }
        return ChunkList(sealed: data, for: digest)
    }
}
