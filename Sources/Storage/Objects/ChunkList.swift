import Foundation
import Primitives

/// The checksums of an object's 64-KiB chunks, kept beside it so that damage can be named by byte range and a part can be
/// checked without the whole. An object of one chunk needs none: its own digest is the chunk's.
///
/// A checksum is GMAC (NIST SP 800-38D) under a fixed key: 128 bits, several times as fast as SHA-256, so that a chunk is
/// checked before it is handed on at little cost. It finds damage, not malice: the object's SHA-256 stands for that, and is
/// checked whenever the whole object is read, other than to be sent.
///
/// On disk: 16 bytes a chunk, then SHA-256(label ‖ object digest ‖ checksums), which shows damage of the list itself.
struct ChunkList: Sendable {
    /// Bytes of a chunk.
    static let chunkBytes = 64 << 10
    /// Bytes of a checksum.
    static let checksumBytes = 16
    private static let label = Array("aku.chunks/2".utf8)
    private static let sealBytes = 32

    private(set) var checksums: [UInt8] = []

    /// An empty list, to be filled.
    init() {}

    /// How many chunks are listed.
    var count: Int { checksums.count / Self.checksumBytes }

    /// Lists the chunks of a block that begins at a chunk's first byte; only the object's last chunk may be short.
    mutating func append(_ block: UnsafeRawBufferPointer) throws {
        var start = 0
        while start < block.count {
            let end = min(block.count, start + Self.chunkBytes)
            checksums += try ChunkChecksum.of(UnsafeRawBufferPointer(rebasing: block[start..<end]))
            start = end
        }
    }

    /// The first chunk of a block that is not what the list says, as an index into the list; nil when all are.
    func firstDamaged(_ block: UnsafeRawBufferPointer, from first: Int) throws -> Int? {
        var index = first
        var start = 0
        while start < block.count {
            let end = min(block.count, start + Self.chunkBytes)
            guard index < count else { return index }
            let found = try ChunkChecksum.of(UnsafeRawBufferPointer(rebasing: block[start..<end]))
            if !found.elementsEqual(checksums[index * Self.checksumBytes..<(index + 1) * Self.checksumBytes]) {
                return index
            }
            (start, index) = (end, index + 1)
        }
        return nil
    }

    /// The file's content for an object.
    func encoded(for object: Digest) -> Data {
        Data(checksums + Self.seal(object, checksums[...]).bytes)
    }

    /// Nil when the list is damaged or is not of this object and size.
    init?(_ data: Data, for object: Digest, size: Int64) {
        guard data.count == Self.encodedBytes(size) else { return nil }
        self.init(sealed: data, for: object)
    }

    /// Reads a list whatever the object's present size is; nil when it is damaged.
    init?(sealed data: Data, for object: Digest) {
        let bytes = [UInt8](data)
        guard bytes.count > Self.sealBytes, bytes.count % Self.checksumBytes == 0 else { return nil }
        let body = bytes.dropLast(Self.sealBytes)
        guard Self.seal(object, body).bytes.elementsEqual(bytes.suffix(Self.sealBytes)) else { return nil }
        checksums = Array(body)
    }

    /// How many chunks an object of a size has.
    static func count(_ size: Int64) -> Int64 { (size + Int64(chunkBytes) - 1) / Int64(chunkBytes) }

    /// Bytes of the file for an object of a size.
    static func encodedBytes(_ size: Int64) -> Int { checksumBytes * Int(count(size)) + sealBytes }

    private static func seal(_ object: Digest, _ checksums: ArraySlice<UInt8>) -> Digest {
        Digest.sha256(of: label + object.bytes + checksums)
    }
}
