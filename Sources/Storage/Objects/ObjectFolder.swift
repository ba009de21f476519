import Foundation
import Primitives

/// The layout of objects in a folder: `<root>/<first 2 digits>/<other 62>`, `….chunks` beside those above 64 KiB,
/// `<root>/tmp` for what is being written, `<root>/aside` for what a collection took away and has not yet removed.
struct ObjectFolder: Sendable {
    /// A temporary file older than this is left from a crash, in seconds.
    private static let staleSeconds: TimeInterval = 24 * 3600

    /// Its path.
    let root: String

    /// Opens or makes the folder and removes temporary files that a crash left behind.
    init(root: String) throws {
        self.root = root
        try DiskFile.makeFolder(root + "/tmp")
        try DiskFile.makeFolder(root + "/aside")
        sweep()
    }

    func path(_ digest: Digest) -> String {
        let hex = digest.hex
        return "\(root)/\(hex.prefix(2))/\(hex.dropFirst(2))"
    }

    func chunkPath(_ digest: Digest) -> String { path(digest) + ".chunks" }

    func asidePath(_ digest: Digest) -> String { "\(root)/aside/\(digest.hex)" }

    func temporaryPath() -> String { "\(root)/tmp/\(UUID().uuidString)" }

    func contains(_ digest: Digest) -> Bool { access(path(digest), F_OK) == 0 }

    /// The file of an object, or nil when there is none.
    func open(_ digest: Digest) throws -> DiskFile? {
        do {
            return try DiskFile.reading(path(digest), followingLinks: false)
        } catch let error as PlatformError where error.code == .fileMissing {
            return nil
        }
    }

    /// Says that an object is in use now: its modification time is the moment of its last use.
    ///
    /// - Returns: false when it is not there.
    func touch(_ digest: Digest) -> Bool { utimensat(AT_FDCWD, path(digest), nil, AT_SYMLINK_NOFOLLOW) == 0 }

    /// Gives a temporary file its name. The chunk list comes first: an object never lacks its list.
    ///
    /// - Parameter durable: whether to return only after the object would survive a power cut.
    func adopt(_ file: DiskFile, as object: StoredObject, chunks: ChunkList, durable: Bool) throws {
        let target = path(object.digest)
        let folder = (target as NSString).deletingLastPathComponent
        try file.setMode(0o400)
        if durable { try file.synchronise() }
        if access(folder, F_OK) != 0 {
            try DiskFile.makeFolder(folder)
            if durable { try DiskFile.synchronise(folder: root) }
        }
        if chunks.count > 1 {
            try place(chunks.encoded(for: object.digest), at: chunkPath(object.digest), durable: durable)
        }
        try DiskFile.rename(file.path, to: target)
        if durable { try DiskFile.synchronise(folder: folder) }
    }

    /// The chunk list of an object, or nil when it is missing or damaged.
    func chunkList(_ digest: Digest, size: Int64) -> ChunkList? {
        guard let file = try? DiskFile.reading(chunkPath(digest), followingLinks: false),
            let data = try? file.read(ChunkList.encodedBytes(size) + 1, at: 0)
        else { return nil }
        return ChunkList(data, for: digest, size: size)
    }

    /// Writes the chunk list of an object anew, after its digest was found good.
    ///
    /// - Throws: `object_corrupt` when the digest is not.
    func rebuildChunkList(_ digest: Digest, _ file: DiskFile) throws -> ChunkList {
        var (hash, chunks, size) = (SHA256Stream(), ChunkList(), Int64(0))
        try file.forEachBlock { block in
            hash.update(block)
            try chunks.append(block)
            size += Int64(block.count)
        }
        guard hash.finalize() == digest else {
            throw ObjectFailure.corrupt(digest, 0..<size, "are not what was stored (its chunk list cannot tell where)")
        }
        if chunks.count > 1 { try place(chunks.encoded(for: digest), at: chunkPath(digest), durable: true) }
        return chunks
    }

    /// Every object with its size and last use, folder by folder.
    func forEach(_ body: (ListedObject) throws -> Void) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: root)
        for folder in names.filter({ $0.utf8.count == 2 }).sorted() {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted() {
                guard let digest = try? Digest(folder + name) else { continue }
                if let listed = Self.listed(digest, "\(root)/\(folder)/\(name)") { try body(listed) }
            }
        }
    }

    /// Every object that is set aside, with the moment since when.
    func aside() throws -> [ListedObject] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/aside").sorted().compactMap { name in
            guard let digest = try? Digest(name) else { return nil }
            return Self.listed(digest, asidePath(digest))
        }
    }

    static func listed(_ digest: Digest, _ path: String) -> ListedObject? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let used = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        return ListedObject(digest: digest, size: Int64(status.st_size), usedAt: Timestamp(milliseconds: used))
    }

    private func place(_ data: Data, at target: String, durable: Bool) throws {
        let temporary = temporaryPath()
        do {
            let file = try DiskFile.creating(temporary)
            try file.write(data)
            try file.setMode(0o400)
            if durable { try file.synchronise() }
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
