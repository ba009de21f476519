import Foundation
import Primitives

/// An object in the store: what names it and how long it is.
package struct StoredObject: Sendable, Hashable, Codable {
    /// SHA-256 of its bytes.
    package let digest: Digest
    /// Bytes.
    package let size: Int64

    /// Makes a value; the store does.
    package init(digest: Digest, size: Int64) {
        self.digest = digest
        self.size = size
    }
}

/// Bytes under their SHA-256, in a folder or in a bucket.
///
/// An object appears whole or not at all (temporary file, fsync, rename, fsync of the folder; or one request to the bucket),
/// is read-only, and is checked on every read: against its digest, or, where it is only sent (`buffers`), against the
/// checksums of its chunks. Putting small content that is there already costs a check, and a damaged copy is replaced by
/// the good one; large content is written again.
///
/// Whoever puts an object, or asks whether it is there, names it in the database within the grace period of the collection
/// (a day unless told otherwise); until then it is safe. Methods wait for the disk, or the network: `blocking` runs them on
/// a thread of their own.
package struct ObjectStore: Sendable {
    /// The largest object, in bytes: 64 GiB.
    package static let maximumObjectBytes: Int64 = 64 << 30
    /// Questions to a bucket that are under way at once.
    private static let questionsAtOnce = 16

    /// Where the objects are kept.
    let backend: any ObjectBackend
    /// Which large objects were read lately.
    let reads = RecentReads()

    var folder: ObjectFolder { backend.folder }

    /// Opens or makes a store in a folder.
    ///
    /// - Throws: `file_failed` when the folder cannot be made.
    package init(root: String) throws {
        self.init(backend: FileObjects(folder: try ObjectFolder(root: root)))
    }

    init(backend: any ObjectBackend) { self.backend = backend }

    /// Stores bytes.
    ///
    /// - Throws: `disk_full`.
    package func put(_ data: Data) throws -> StoredObject {
        let stored = StoredObject(digest: .sha256(of: data), size: Int64(data.count))
        if try backend.holdsGood(stored) { return stored }
        let writer = try writer()
        try writer.write(data)
        return try writer.finish()
    }

    /// Stores a file; streams, so memory stays flat.
    ///
    /// - Throws: `file_missing`, `disk_full`, `object_too_large`.
    package func put(file path: String) throws -> StoredObject {
        let writer = try writer()
        try DiskFile.reading(path).forEachBlock { try writer.write($0) }
        return try writer.finish()
    }

    /// Starts an object that arrives in pieces.
    package func writer() throws -> ObjectWriter { try ObjectWriter(backend: backend) }

    /// Whether an object is there; it counts as used now. Its bytes are checked when they are read.
    package func contains(_ digest: Digest) -> Bool { (try? backend.holds(digest)) ?? false }

    /// Those of the digests whose objects are not there, in the order given; the others count as used now.
    ///
    /// - Throws: `object_store_unavailable` when the bucket does not answer.
    package func missing(_ digests: [Digest]) throws -> [Digest] {
        let places = try Parallel.map(digests, atOnce: Self.questionsAtOnce) { try backend.holds($0) }
        return zip(digests, places).filter { !$0.1 }.map(\.0)
    }

    /// An object's bytes, counted.
    ///
    /// - Throws: `object_missing`.
    package func size(_ digest: Digest) throws -> Int64 { try backend.size(digest) }

    /// Every object's digest, in order.
    package func digests() throws -> [Digest] {
        var all: [Digest] = []
        try backend.forEach { all.append($0.digest) }
        return all.sorted()
    }

    func open(_ digest: Digest) throws -> DiskFile { try backend.open(digest) }
}

extension DiskFile {
    /// Bytes read at once.
    static let blockBytes = 1 << 20

    /// The file's content from the beginning, block by block in one buffer.
    func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockBytes, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = try read(into: buffer, at: offset)
            if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            if count < buffer.count { return }
            offset += Int64(count)
        }
    }
}
