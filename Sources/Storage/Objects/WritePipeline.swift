import Dispatch
import Foundation
import Primitives
import Synchronization

/// Hashes and writes one object's blocks, each on a queue of its own, so that the network, the hash and the disk work at
/// the same time. At most `depth` blocks are on their way: whoever adds more waits.
final class WritePipeline: @unchecked Sendable {
    // @unchecked: `hash` and `chunks` are touched on the hashing queue only, `file` and `written` on the writing queue only.

    /// Bytes of a block: a whole number of chunks.
    static let blockBytes = 1 << 20
    /// Blocks on their way at once.
    private static let depth = 4
    /// The disk is told to begin after this many bytes, so that the fsync at the end finds little to do.
    private static let writebackBytes: Int64 = 8 << 20

    /// Bytes on their way from the caller to the disk.
    final class Block: @unchecked Sendable {
        // @unchecked: filled by the writer before it is added, only read afterwards until both users are done.
        private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: WritePipeline.blockBytes, alignment: 4096)
        private(set) var count = 0
        private let users = Atomic<Int>(2)

        deinit { bytes.deallocate() }

        var filled: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }
        var isFull: Bool { count == bytes.count }

        /// Takes as much as fits.
        ///
        /// - Returns: the bytes taken.
        func fill(_ source: Slice<UnsafeRawBufferPointer>) -> Int {
            let part = UnsafeRawBufferPointer(rebasing: source.prefix(bytes.count - count))
            UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: part)
            count += part.count
            return part.count
        }

        /// One of its two users is done.
        ///
        /// - Returns: whether both are.
        func release() -> Bool { users.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }

        /// Makes it empty, to be filled again.
        func clear() {
            count = 0
            users.store(2, ordering: .releasing)
        }
    }

    private struct State {
        var onTheirWay = 0
        var idle: [Block] = []
        var failure: (any Error)?
        var waiting: [@Sendable () -> Void] = []
    }

    private let file: DiskFile
    private let hashing = DispatchQueue(label: "aku.object.hash", qos: .userInitiated)
    private let writing = DispatchQueue(label: "aku.object.write", qos: .userInitiated)
    private var hash = SHA256Stream()
    private var chunks = ChunkList()
    private var written: Int64 = 0
    private var isDirect = false
    private let state = Mutex(State())

    init(file: DiskFile) { self.file = file }

    /// Calls back when a block may be added.
    func whenRoom(_ go: @escaping @Sendable () -> Void) {
        let isFree = state.withLock { state in
            if state.onTheirWay < Self.depth { return true }
            state.waiting.append(go)
            return false
        }
        if isFree { go() }
    }

    /// A block to fill: one that is done with, if there is.
    func block() -> Block { state.withLock { $0.idle.popLast() } ?? Block() }

    /// Adds a full block; waits while too many are on their way.
    ///
    /// - Throws: what went wrong with an earlier block.
    func add(_ block: Block) throws {
        let room = DispatchSemaphore(value: 0)
        whenRoom { room.signal() }
        room.wait()
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.onTheirWay += 1
        }
        hashing.async { self.run(block, self.hash) }
        writing.async { self.run(block, self.write) }
    }

    /// Takes the last block and waits for all.
    func finish(_ last: Block?) throws -> (digest: Digest, chunks: ChunkList) {
        if let last {
            hashing.sync { attempt { try hash(last) } }
            writing.sync { attempt { try writeLast(last) } }
        }
        let result = hashing.sync { (digest: hash.finalize(), chunks: chunks) }
        writing.sync {}
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return result
    }

    /// Waits for what is on its way and closes the file.
    func close() { writing.sync { file.close() } }

    private func hash(_ block: Block) throws {
        hash.update(block.filled)
        try chunks.append(block.filled)
    }

    private func write(_ block: Block) throws {
        // An object of more than a block goes past the page cache: what was just stored is seldom read at once, and the
        // disk takes whole blocks about as fast as memory takes the copy.
        if written == 0 { isDirect = file.setDirect(true) }
        try file.write(block.filled)
        written += Int64(block.count)
        if !isDirect, written % Self.writebackBytes == 0 {
            file.beginWriteback(from: written - Self.writebackBytes, count: Self.writebackBytes)
        }
    }

    private func writeLast(_ block: Block) throws {
        if isDirect { _ = file.setDirect(false) }
        try file.write(block.filled)
    }

    private func run(_ block: Block, _ work: (Block) throws -> Void) {
        attempt { try work(block) }
        guard block.release() else { return }
        block.clear()
        let next: (@Sendable () -> Void)? = state.withLock { state in
            state.onTheirWay -= 1
            state.idle.append(block)
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?()
    }

    private func attempt(_ work: () throws -> Void) {
        do {
            try work()
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
        }
    }
}
