import Dispatch
import Foundation
import NIOCore
import Primitives
import Synchronization

/// Reads an object block by block, each checked before it is handed on. A thread of its own reads ahead while the consumer
/// sends what it has; it stops when a few blocks wait.
final class ObjectReader: @unchecked Sendable {
    // @unchecked: `source`, `position`, `whole` and `buffers` are touched by one read at a time, which `State.isReading`
    // sees to.

    /// Bytes handed on at once: a whole number of chunks.
    private static let blockBytes: Int64 = 1 << 20
    /// Blocks that wait for the consumer.
    private static let depth = 2
    /// Blocks whose memory is used in turn: those that wait, one being read and one being sent.
    private static let ring = depth + 2
    /// An object from here on, in bytes, is read past the page cache the first time: that costs no memory that others use.
    private static let largeBytes: Int64 = 16 << 20
    /// What a read past the page cache asks of addresses and lengths, in bytes.
    private static let alignment = 4096

    private struct Source {
        let file: DiskFile
        let size: Int64
        let chunks: ChunkList
        let range: Range<Int64>
        let isCached: Bool
    }

    private struct State {
        var waiting: [Result<ByteBuffer?, any Error>] = []
        var consumer: CheckedContinuation<ByteBuffer?, any Error>?
        var isReading = false
        var isFinished = false
    }

    private let store: ObjectStore
    private let digest: Digest
    private let asked: Range<Int64>?
    private let checksWhole: Bool
    private var source: Source?
    private var position: Int64 = 0
    private var whole = SHA256Stream()
    private var buffers: [ByteBuffer] = []
    private var turn = 0
    private let state = Mutex(State())

    /// - Parameter checksWhole: whether the object's SHA-256 is checked at the end too, when all of it is read.
    init(store: ObjectStore, digest: Digest, range: Range<Int64>?, checksWhole: Bool) {
        self.store = store
        self.digest = digest
        asked = range
        self.checksWhole = checksWhole
    }

    /// The next block, or nil at the end of the range. One caller at a time.
    func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<ByteBuffer?, any Error>? = state.withLock { state in
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

    private func readBlock() throws -> ByteBuffer? {
        let source = try opened()
        let isWhole = checksWhole && source.range == 0..<source.size
        if position >= source.range.upperBound {
            if isWhole, whole.finalize() != digest { throw try damage(source.file) }
            return nil
        }
        let first = position / Int64(ChunkList.chunkBytes)
        let start = first * Int64(ChunkList.chunkBytes)
        let end = min(source.size, start + Self.blockBytes)
        let count = Int(end - start)
        var buffer = try filled(count) { bytes in
            guard try source.file.read(into: bytes, count: count, at: start, cached: source.isCached) == count else {
                throw try damage(source.file)
            }
            let block = UnsafeRawBufferPointer(rebasing: bytes[..<count])
            try check(block, from: Int(first), source)
            if isWhole { whole.update(block) }
        }
        let lower = position
        position = min(end, source.range.upperBound)
        buffer.moveReaderIndex(forwardBy: Int(lower - start))
        return buffer.readSlice(length: Int(position - lower))
    }

    /// The next buffer of the ring with `count` bytes that `fill` puts at its beginning. Its memory is taken again once
    /// nobody else holds it, so that a long read allocates a few blocks in all.
    private func filled(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> ByteBuffer {
        let room = (count + Self.alignment - 1) / Self.alignment * Self.alignment
        if buffers.count < Self.ring {
            buffers.append(ByteBufferAllocator().buffer(capacity: room + Self.alignment))
            turn = buffers.count - 1
        } else {
            turn = (turn + 1) % buffers.count
            // Takes other memory when the network still holds this.
            buffers[turn].clear(minimumCapacity: room + Self.alignment)
        }
        var shift = 0
        try buffers[turn].withUnsafeMutableWritableBytes { bytes in
            let address = bytes.baseAddress.map { Int(bitPattern: $0) } ?? 0
            shift = (Self.alignment - address % Self.alignment) % Self.alignment
            try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[shift..<shift + room]))
        }
        buffers[turn].moveWriterIndex(forwardBy: shift + count)
        buffers[turn].moveReaderIndex(forwardBy: shift)
        return buffers[turn]
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
        let made = Source(
            file: file,
            size: size,
            chunks: chunks,
            range: range,
            isCached: try size < Self.largeBytes || store.reads.again(file.number()) || file.isCached(size)
        )
        source = made
        position = range.lowerBound
        return made
    }
}
