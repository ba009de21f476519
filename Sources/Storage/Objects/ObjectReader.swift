import Foundation
import Primitives

/// Reads an object piece by piece on demand, checking each chunk before it is handed on.
actor ObjectReader {
    /// Chunks handed on at once: 1 MiB.
    private static let chunksAtOnce = 16

    private struct Source {
        let file: DiskFile
        let size: Int64
        let chunks: [Digest]
        let range: Range<Int64>
    }

    private let store: ObjectStore
    private let digest: Digest
    private let asked: Range<Int64>?
    private var source: Source?
    private var position: Int64 = 0
    private var whole = SHA256Stream()
    private var finished = false

    init(store: ObjectStore, digest: Digest, range: Range<Int64>?) {
        self.store = store
        self.digest = digest
        asked = range
    }

    /// The next block, or nil at the end of the range.
    func next() throws -> Data? {
        if finished { return nil }
        let source = try opened()
        if position >= source.range.upperBound {
            finished = true
            if source.range == 0..<source.size, whole.finalize() != digest {
                throw try store.damage(digest, source.file)
            }
            return nil
        }
        let step = Int64(ChunkList.chunkBytes)
        let first = position / step
        let start = first * step
        let end = min(source.size, start + step * Int64(Self.chunksAtOnce))
        let block = try source.file.read(Int(end - start), at: start)
        try check(block, from: Int(first), source)
        whole.update(block)
        let upper = min(end, source.range.upperBound)
        defer { position = upper }
        return block.subdata(in: Int(position - start)..<Int(upper - start))
    }

    private func check(_ block: Data, from first: Int, _ source: Source) throws {
        var offset = 0
        for expected in source.chunks.dropFirst(first).prefix(Self.chunksAtOnce) {
            let chunk = block.dropFirst(offset).prefix(ChunkList.chunkBytes)
            if Digest.sha256(of: chunk) != expected { throw try store.damage(digest, source.file) }
            offset += ChunkList.chunkBytes
        }
    }

    private func opened() throws -> Source {
        if let source { return source }
        let file = try store.open(digest)
        let size = try file.status().size
        let range = asked ?? 0..<size
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw PlatformError(
                .rangeInvalid,
                "Bytes \(range.lowerBound)..<\(range.upperBound) lie outside the object's \(size) bytes.",
                context: ["digest": digest.description]
            )
        }
        var chunks = [digest]
        if size > Int64(ChunkList.chunkBytes) {
            guard let list = store.chunkList(digest, size: size) else { throw try store.damage(digest, file) }
            chunks = list.digests
        }
        let made = Source(file: file, size: size, chunks: chunks, range: range)
        source = made
        position = range.lowerBound
        return made
    }
}
