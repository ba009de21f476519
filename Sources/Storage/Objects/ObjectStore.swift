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

/// Files under their SHA-256: `<root>/<first 2 digits>/<other 62>`, and `….chunks` beside those above 64 KiB.
///
/// An object appears whole or not at all (temporary file, fsync, rename, fsync of the folder), is read-only, and is
/// checked against its digest on every read. Putting content that is there already costs a check; if the stored copy is
/// damaged it is replaced by the good one.
package struct ObjectStore: Sendable {
    /// The largest object, in bytes: 64 GiB.
    package static let maximumObjectBytes: Int64 = 64 << 30
    /// A temporary file older than this is left from a crash, in seconds.
    private static let staleSeconds: TimeInterval = 24 * 3600

    let root: String

    /// Opens or makes a store and removes temporary files that a crash left behind.
    ///
    /// - Throws: `file_failed` when the folder cannot be made.
    package init(root: String) throws {
        self.root = root
        try DiskFile.makeFolder(root + "/tmp")
        sweep()
    }

    /// Stores bytes.
    ///
    /// - Throws: `disk_full`.
    package func put(_ data: Data) throws -> StoredObject {
        let stored = StoredObject(digest: .sha256(of: data), size: Int64(data.count))
        if holdsGood(stored) { return stored }
        let writer = try writer()
        try writer.write(data)
        return try writer.finish()
    }

    /// Stores a file; streams, so memory stays flat.
    ///
    /// - Throws: `file_missing`, `disk_full`, `object_too_large`.
    package func put(file path: String) throws -> StoredObject {
        try put(DiskFile.reading(path))
    }

    /// Starts an object that arrives in pieces.
    package func writer() throws -> ObjectWriter { try ObjectWriter(store: self) }

    /// Whether an object is there. Its bytes are checked when they are read.
    package func contains(_ digest: Digest) -> Bool { access(path(digest), F_OK) == 0 }

    /// An object's bytes, counted.
    ///
    /// - Throws: `object_missing`.
    package func size(_ digest: Digest) throws -> Int64 { try open(digest).status().size }

    /// Every object's digest, in order.
    package func digests() throws -> [Digest] {
        let folders = try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.count == 2 }.sorted()
        return try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
                .filter { !$0.hasSuffix(".chunks") }.compactMap { try? Digest(folder + $0) }
        }
    }

    func put(_ source: DiskFile) throws -> StoredObject {
        let writer = try writer()
        try source.forEachBlock { try writer.write($0) }
        return try writer.finish()
    }

    func path(_ digest: Digest) -> String {
        let hex = digest.hex
        return "\(root)/\(hex.prefix(2))/\(hex.dropFirst(2))"
    }

    func chunkPath(_ digest: Digest) -> String { path(digest) + ".chunks" }

    func temporaryPath() -> String { "\(root)/tmp/\(UUID().uuidString)" }

    func open(_ digest: Digest) throws -> DiskFile {
        do {
            return try DiskFile.reading(path(digest), followingLinks: false)
        } catch let error as PlatformError where error.code == .fileMissing {
            throw ObjectFailure.missing(digest)
        }
    }

    /// Whether the object is there and undamaged.
    func holdsGood(_ object: StoredObject) -> Bool {
        contains(object.digest) && (try? verify(object.digest)) != nil
    }

    /// Moves a synced temporary file to its name. The chunk list comes first: an object never lacks its list.
    func adopt(_ temporary: String, as object: StoredObject, chunks: ChunkList?) throws {
        let target = path(object.digest)
        let folder = (target as NSString).deletingLastPathComponent
        if access(folder, F_OK) != 0 {
            try DiskFile.makeFolder(folder)
            try DiskFile.synchronise(folder: root)
        }
        if let chunks { try place(chunks.encoded(for: object.digest), at: chunkPath(object.digest)) }
        try DiskFile.rename(temporary, to: target)
        try DiskFile.synchronise(folder: folder)
    }

    private func place(_ data: Data, at target: String) throws {
        let temporary = temporaryPath()
        do {
            let file = try DiskFile.creating(temporary)
            try file.write(data)
            try file.setMode(0o400)
            try file.synchronise()
            try DiskFile.rename(temporary, to: target)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func sweep() {
        let limit = Date().addingTimeInterval(-Self.staleSeconds)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: root + "/tmp")) ?? [] {
            let path = "\(root)/tmp/\(name)"
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            if let changed = attributes?[.modificationDate] as? Date, changed < limit { unlink(path) }
        }
    }
}

extension DiskFile {
    /// Bytes read at once.
    static let blockBytes = 1 << 20

    /// The file's content from the beginning, block by block in one buffer.
    func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockBytes, alignment: 64)
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
