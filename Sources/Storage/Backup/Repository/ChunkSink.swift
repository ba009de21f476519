import Foundation
import Primitives

/// Brings chunks to a repository, a few at once, and leaves out those that are known to be there.
final class ChunkSink {
    /// Chunks that wait before they are sent together.
    private static let waitingChunks = 16
    private static let atOnce = 4

    private let store: ObjectStore
    private var known: Set<Digest>
    private var waiting: [Data] = []
    private(set) var added = ObjectCount()

    init(store: ObjectStore, known: Set<Digest>) {
        self.store = store
        self.known = known
    }

    /// Stores a chunk, at the latest when `finish` returns.
    func put(_ chunk: Data) throws -> Digest {
        let digest = Digest.sha256(of: chunk)
        guard known.insert(digest).inserted else { return digest }
        waiting.append(chunk)
        if waiting.count >= Self.waitingChunks { try finish() }
        return digest
    }

    /// Returns when every chunk is durable.
    func finish() throws {
        let store = store
        _ = try Parallel.map(waiting, atOnce: Self.atOnce) { try store.put($0) }
        for chunk in waiting { added.add(Int64(chunk.count)) }
        waiting = []
    }
}

/// Cuts items into chunks and the chunks' names into index blocks, and hands both to a sink.
struct SeriesWriter {
    /// Bytes of a chunk of items and of an index block on average, about.
    private static let itemTarget = 96 << 10
    private static let indexTarget = 12 << 10

    private let sink: ChunkSink
    private var items = ChunkCutter(target: itemTarget)
    private var index = ChunkCutter(target: indexTarget)
    private var blocks: [Digest] = []
    private var count: Int64 = 0
    private var bytes: Int64 = 0
    private var hash = SHA256Stream()

    init(sink: ChunkSink) { self.sink = sink }

    /// Adds an item.
    ///
    /// - Parameter write: appends the item's bytes to those it is given and returns the item's mark.
    mutating func add(_ write: (inout Data) -> UInt64) throws {
        let start = items.bytes.count
        let mark = write(&items.bytes)
        if items.endItem(from: start, mark: mark) { try endChunk() }
    }

    /// - Returns: the series, and SHA-256 over the bytes of all items.
    mutating func finish() throws -> (series: BackupPoint.Series, digest: Digest) {
        if items.count > 0 { try endChunk() }
        if index.count > 0 { blocks.append(try sink.put(index.take().bytes)) }
        return (BackupPoint.Series(count: count, bytes: bytes, index: blocks), hash.finalize())
    }

    private mutating func endChunk() throws {
        let chunk = items.take()
        hash.update(chunk.bytes)
        let digest = try sink.put(chunk.bytes)
        count += chunk.count
        bytes += Int64(chunk.bytes.count)
        let start = index.bytes.count
        index.bytes.append(ChunkReference(digest: digest, count: chunk.count, bytes: chunk.bytes.count).encoded)
        let mark = digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if index.endItem(from: start, mark: mark) { blocks.append(try sink.put(index.take().bytes)) }
    }
}

/// A chunk as an index block names it.
struct ChunkReference: Sendable {
    static let encodedBytes = 48

    let digest: Digest
    let count: Int64
    let bytes: Int

    var encoded: Data {
        var data = Data(digest.bytes)
        for number in [UInt64(bitPattern: count), UInt64(bytes)] {
            withUnsafeBytes(of: number.bigEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    init(digest: Digest, count: Int64, bytes: Int) {
        self.digest = digest
        self.count = count
        self.bytes = bytes
    }

    /// Reads all references of an index block; nil when it is none.
    static func all(_ block: Data) -> [ChunkReference]? {
        let bytes = [UInt8](block)
        guard bytes.count % encodedBytes == 0 else { return nil }
        var found: [ChunkReference] = []
        for start in stride(from: 0, to: bytes.count, by: encodedBytes) {
            func word(_ place: Int) -> UInt64 {
                bytes[start + place..<start + place + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
            guard let digest = Digest(bytes: Array(bytes[start..<start + 32])), let length = Int(exactly: word(40))
            else {
                return nil
            }
            found.append(ChunkReference(digest: digest, count: Int64(bitPattern: word(32)), bytes: length))
        }
        return found
    }
}

/// An object in a point's list.
enum ObjectListing {
    static let encodedBytes = 40

    static func append(_ object: StoredObject, to data: inout Data) {
        data.append(contentsOf: object.digest.bytes)
        withUnsafeBytes(of: UInt64(bitPattern: object.size).bigEndian) { data.append(contentsOf: $0) }
    }

    /// Reads a chunk of the list; nil when it is none.
    static func all(_ chunk: Data) -> [StoredObject]? {
        let bytes = [UInt8](chunk)
        guard bytes.count % encodedBytes == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: encodedBytes).compactMap { start in
            let size = bytes[start + 32..<start + 40].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Digest(bytes: Array(bytes[start..<start + 32])).map {
                StoredObject(digest: $0, size: Int64(bitPattern: size))
            }
        }
    }
}
