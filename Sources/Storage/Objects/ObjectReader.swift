import Dispatch
import Foundation
import Primitives
import Synchronization

/// Reads an object block by block, each checked before it is handed on. A thread of its own reads ahead while the consumer
/// sends what it has; it stops when a few blocks wait.
final class ObjectReader: @unchecked Sendable {
    // @unchecked: `source`, `position` and `whole` are touched by one read at a time, which `State.isReading` sees to.

    /// Bytes handed on at once: a whole number of chunks.
    private static let blockBytes: Int64 = 1 << 20
    /// Blocks that wait for the consumer.
    private static let depth = 2

    private struct Source {
        let file: DiskFile
        let size: Int64
        let chunks: ChunkList
        let range: Range<Int64>
    }

    private struct State {
        var waiting: [Result<Data?, any Error>] = []
        var consumer: CheckedContinuation<Data?, any Error>?
        var isReading = false
        var isFinished = false
    }

    private let store: ObjectStore
    private let digest: Digest
    private let asked: Range<Int64>?
    private var source: Source?
    private var position: Int64 = 0
    private var whole = SHA256Stream()
    private let state = Mutex(State())

    init(store: ObjectStore, digest: Digest, range: Range<Int64>?) {
        self.store = store
        self.digest = digest
        asked = range
    }

    /// The next block, or nil at the end of the range. One caller at a time.
    func next() async throws -> Data? {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<Data?, any Error>? = state.withLock { state in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                if state.isFinished { return .success(nil) }
                state.consumer = continuation
                return nil
            }
            readAhead()
            if let ready { continuation.resume(with: ready) }
        }
    }

    /// Starts a read unless one is under way, enough waits, or the end is reached.
    private func readAhead() {
        let begins = state.withLock { state in
            guard !state.isReading, !state.isFinished, state.waiting.count < Self.depth else { return false }
            state.isReading = true
            return true
        }
        if begins { DispatchQueue.global(qos: .userInitiated).async { self.readUntilFull() } }
    }

    private func readUntilFull() {
        var goesOn = true
        while goesOn {
            let block = Result { try readBlock() }
            let isLast = (try? block.get()) == nil
            let (consumer, more) = state.withLock { state in
                let consumer = state.consumer
                state.consumer = nil
                if consumer == nil { state.waiting.append(block) }
                state.isFinished = isLast
                state.isReading = !isLast && state.waiting.count < Self.depth
                return (consumer, state.isReading)
            }
            consumer?.resume(with: block)
            goesOn = more
        }
    }

    private func readBlock() throws -> Data? {
        let source = try opened()
        if position >= source.range.upperBound {
            if source.range == 0..<source.size, whole.finalize() != digest {
                throw try damage(source.file)
            }
            return nil
        }
        let step = Int64(ChunkList.chunkBytes)
        let first = position / step
        let start = first * step
        let end = min(source.size, start + Self.blockBytes)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(end - start), alignment: 16)
        guard let base = bytes.baseAddress else { return nil }
        var isHandedOn = false
        defer { if !isHandedOn { bytes.deallocate() } }
        guard try source.file.read(into: bytes, at: start) == bytes.count else {
            throw try damage(source.file)
        }
        try check(UnsafeRawBufferPointer(bytes), from: Int(first), source)
        if source.range == 0..<source.size { whole.update(UnsafeRawBufferPointer(bytes)) }
        // Only now: Data copies a few bytes into itself and frees the buffer at once.
        isHandedOn = true
        let block = Data(
            bytesNoCopy: base,
            count: bytes.count,
            deallocator: .custom { pointer, _ in pointer.deallocate() }
        )
        let lower = position
        position = min(end, source.range.upperBound)
        if lower == start, position == end { return block }
        return block.subdata(in: Int(lower - start)..<Int(position - start))
    }

    private func check(_ block: UnsafeRawBufferPointer, from first: Int, _ source: Source) throws {
        let isGood =
            source.chunks.count == 0
            ? Digest.sha256(of: block) == digest : try source.chunks.firstDamaged(block, from: first) == nil
        if !isGood { throw try damage(source.file) }
    }

    /// What changed. A copy of what is kept elsewhere goes, so that the next read fetches it anew.
    private func damage(_ file: DiskFile) throws -> PlatformError {
        let error = try store.folder.damage(digest, file)
        _ = store.backend.forget(digest)
        return error
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
        var chunks = ChunkList()
        if size > Int64(ChunkList.chunkBytes) {
            chunks =
                try store.folder.chunkList(digest, size: size) ?? store.folder.rebuildChunkList(digest, file)
        }
        let made = Source(file: file, size: size, chunks: chunks, range: range)
        source = made
        position = range.lowerBound
        return made
    }
}
