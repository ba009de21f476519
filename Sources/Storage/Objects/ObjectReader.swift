import Dispatch
import Foundation
import NIOCore
import Primitives
import Synchronization

/// Reads an object block by block, each checked before it is handed on. Threads of its own read ahead while the consumer
/// sends what it has, and stop when a few blocks wait. What comes past the page cache is read by several at once: nobody
/// else keeps the disk busy while a block is checked then.
final class ObjectReader: @unchecked Sendable {
    // @unchecked: `whole` is touched by the only lane of a read that checks the whole, `slots` by the lane that has the
    // block, which `State` sees to.

    /// Bytes handed on at once: a whole number of chunks.
    private static let blockBytes: Int64 = 1 << 20
    /// Reads at one time past the page cache.
    private static let directLanes = 3
    /// Blocks whose memory is used in turn: those being read or waiting, one being sent, and one that the network lets go.
    private static let ring = directLanes + 3
    /// An object from here on, in bytes, is read past the page cache the first time: that costs no memory that others use.
    private static let largeBytes: Int64 = 16 << 20
    /// What a read past the page cache asks of addresses and lengths, in bytes.
    private static let alignment = 4096

    private struct Source {
        let size: Int64
        let chunks: ChunkList
        let range: Range<Int64>
        /// Where the first block begins: at a chunk.
        let start: Int64
        let blocks: Int
        let isCached: Bool
        let checksWhole: Bool

        var lanes: Int { isCached || checksWhole ? 1 : ObjectReader.directLanes }
    }

    private struct State {
        /// Blocks that are read and wait for their turn. The one after the last is nil.
        var waiting: [Int: Result<ByteBuffer?, any Error>] = [:]
        var consumer: CheckedContinuation<ByteBuffer?, any Error>?
        /// Nil until the first lane has opened the object.
        var source: Source?
        var claimed = 0
        var delivered = 0
        var lanes = 0
        /// Files of lanes that have paused.
        var idle: [Lane] = []
        var isFinished = false

        /// Takes the next block for a lane; nil when enough is under way, or nothing is left.
        mutating func claim() -> Int? {
            guard !isFinished, claimed <= source?.blocks ?? 0, claimed - delivered <= source?.lanes ?? 0 else {
                return nil
            }
            defer { claimed += 1 }
            return claimed
        }

        /// The block whose turn it is, when it is there.
        mutating func deliver() -> Result<ByteBuffer?, any Error>? {
            if isFinished { return .success(nil) }
            guard let block = waiting.removeValue(forKey: delivered) else { return nil }
            delivered += 1
            isFinished = (try? block.get()) == nil
            return block
        }
    }

    /// A file of its own for each that reads at one time.
    private struct Lane: @unchecked Sendable {
        // @unchecked: one lane at a time has it.
        let file: DiskFile
    }

    private final class Slot {
        var buffer: ByteBuffer?
    }

    private let store: ObjectStore
    private let digest: Digest
    private let asked: Range<Int64>?
    private let checksWhole: Bool
    private var whole = SHA256Stream()
    private let slots = (0..<ring).map { _ in Slot() }
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
            let ready = state.withLock { state in
                let ready = state.deliver()
                if ready == nil { state.consumer = continuation }
                return ready
            }
            readAhead()
            if let ready { continuation.resume(with: ready) }
        }
    }

    /// Starts as many lanes as have something to do.
    private func readAhead() {
        let begun = state.withLock { state in
            var begun: [(Int, Lane?)] = []
            while state.lanes < state.source?.lanes ?? 1, let block = state.claim() {
                state.lanes += 1
                begun.append((block, state.idle.popLast()))
            }
            return begun
        }
        for (block, lane) in begun {
            DispatchQueue.global(qos: .userInitiated).async { self.read(from: block, lane) }
        }
    }

    private func read(from first: Int, _ idle: Lane?) {
        var lane = idle, next: Int? = first
        while let number = next {
            let block = Result { try readBlock(number, &lane) }
            let (consumer, ready) = state.withLock { state in
                state.waiting[number] = block
                next = state.claim()
                if next == nil {
                    state.lanes -= 1
                    if let lane { state.idle.append(lane) }
                }
                guard let consumer = state.consumer, let ready = state.deliver() else { return (nil, nil) as Handed }
                state.consumer = nil
                return (consumer, ready)
            }
            if let consumer, let ready { consumer.resume(with: ready) }
            readAhead()
        }
    }

    private typealias Handed = (CheckedContinuation<ByteBuffer?, any Error>?, Result<ByteBuffer?, any Error>?)

    private func readBlock(_ number: Int, _ lane: inout Lane?) throws -> ByteBuffer? {
        let file = try lane?.file ?? store.open(digest)
        lane = Lane(file: file)
        let source = try known(file)
        if number == source.blocks {
            if source.checksWhole, whole.finalize() != digest { throw try damage(file) }
            return nil
        }
        let start = source.start + Int64(number) * Self.blockBytes
        let end = min(source.size, start + Self.blockBytes)
        let count = Int(end - start)
        var buffer = try filled(slots[number % Self.ring], count) { bytes in
            guard try file.read(into: bytes, count: count, at: start, cached: source.isCached) == count else {
                throw try damage(file)
            }
            let block = UnsafeRawBufferPointer(rebasing: bytes[..<count])
            try check(block, from: Int(start / Int64(ChunkList.chunkBytes)), source, file)
            if source.checksWhole { whole.update(block) }
        }
        let lower = max(start, source.range.lowerBound)
        buffer.moveReaderIndex(forwardBy: Int(lower - start))
        return buffer.readSlice(length: Int(min(end, source.range.upperBound) - lower))
    }

    /// A buffer with `count` bytes that `fill` puts at its beginning. Its memory is taken again once nobody else holds it,
    /// so that a long read allocates a few blocks in all.
    private func filled(
        _ slot: Slot,
        _ count: Int,
        _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> ByteBuffer {
        let room = (count + Self.alignment - 1) / Self.alignment * Self.alignment
        var buffer = slot.buffer ?? ByteBufferAllocator().buffer(capacity: room + Self.alignment)
        slot.buffer = nil
        // Takes other memory when the network still holds this.
        buffer.clear(minimumCapacity: room + Self.alignment)
        var shift = 0
        try buffer.withUnsafeMutableWritableBytes { bytes in
            let address = bytes.baseAddress.map { Int(bitPattern: $0) } ?? 0
            shift = (Self.alignment - address % Self.alignment) % Self.alignment
            try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[shift..<shift + room]))
        }
        buffer.moveWriterIndex(forwardBy: shift + count)
        buffer.moveReaderIndex(forwardBy: shift)
        slot.buffer = buffer
        return buffer
    }

    private func check(
        _ block: UnsafeRawBufferPointer,
        from first: Int,
        _ source: Source,
        _ file: DiskFile
    ) throws {
        let isGood =
            source.chunks.count == 0
            ? Digest.sha256(of: block) == digest : try source.chunks.firstDamaged(block, from: first) == nil
        if !isGood { throw try damage(file) }
    }

    /// What changed. A copy of what is kept elsewhere goes, so that the next read fetches it anew.
    private func damage(_ file: DiskFile) throws -> PlatformError {
        let error = try store.folder.damage(digest, file)
        _ = store.backend.forget(digest)
        return error
    }

    /// What is known of the object; the first lane, which is alone until then, finds it out.
    private func known(_ file: DiskFile) throws -> Source {
        if let source = state.withLock({ $0.source }) { return source }
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
        let start = range.lowerBound / Int64(ChunkList.chunkBytes) * Int64(ChunkList.chunkBytes)
        let source = Source(
            size: size,
            chunks: chunks,
            range: range,
            start: start,
            blocks: range.isEmpty ? 0 : Int((range.upperBound - start + Self.blockBytes - 1) / Self.blockBytes),
            isCached: try size < Self.largeBytes || store.reads.again(file.number()) || file.isCached(size),
            checksWhole: checksWhole && range == 0..<size
        )
        state.withLock { $0.source = source }
        return source
    }
}
