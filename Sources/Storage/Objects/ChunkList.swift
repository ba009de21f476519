import Foundation
import Primitives

/// The digests of an object's 64-KiB chunks, kept beside it so that damage can be named by byte range and a part can be
/// verified without the whole. An object of one chunk needs none: its own digest is the chunk's.
///
/// On disk: one 32-byte digest a chunk, then SHA-256(object digest ‖ chunk digests), which shows damage of the list
/// itself.
struct ChunkList: Sendable {
    /// Bytes of a chunk.
    static let chunkBytes = 64 << 10

    private(set) var digests: [Digest]

    init(digests: [Digest]) { self.digests = digests }

    /// The file's content for an object.
    func encoded(for object: Digest) -> Data {
        let body = digests.flatMap(\.bytes)
        return Data(body + Digest.sha256(of: object.bytes + body).bytes)
    }

    /// Nil when the list is damaged or is not of this object and size.
    init?(_ data: Data, for object: Digest, size: Int64) {
        let count = Int(ChunkList.count(size))
        guard data.count == 32 * (count + 1) else { return nil }
        let bytes = [UInt8](data)
        let seal = Digest.sha256(of: object.bytes + bytes.dropLast(32))
        guard Array(bytes.suffix(32)) == seal.bytes else { return nil }
        digests = (0..<count).compactMap { Digest(bytes: Array(bytes[32 * $0..<32 * ($0 + 1)])) }
    }

    /// How many chunks an object of a size has.
    static func count(_ size: Int64) -> Int64 { (size + Int64(chunkBytes) - 1) / Int64(chunkBytes) }
}
