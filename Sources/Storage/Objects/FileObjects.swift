import Foundation
import Primitives

/// Objects kept in a folder of this machine.
struct FileObjects: ObjectBackend {
    /// Above this, in bytes, an object is written again rather than checked.
    private static let cheapToReadBytes: Int64 = 1 << 20

    let folder: ObjectFolder

    var minimumGraceSeconds: Int64 { 0 }

    func forget(_ digest: Digest) -> Bool { false }

    func probe() throws {
        let file = try DiskFile.creating(folder.temporaryPath())
        defer { unlink(file.path) }
        try file.write(Data("probe".utf8))
        try file.synchronise()
    }

    func open(_ digest: Digest) throws -> DiskFile {
        if let file = try folder.open(digest) { return file }
        if try restore(digest), let file = try folder.open(digest) { return file }
        throw ObjectFailure.missing(digest)
    }

    func size(_ digest: Digest) throws -> Int64 { try open(digest).status().size }

    func holds(_ digest: Digest) throws -> Bool {
        if folder.touch(digest) { return true }
        return try restore(digest)
    }

    /// A large object is not looked at: to put the new copy in its place, which is as good as any, costs less than to read
    /// the old one.
    func holdsGood(_ object: StoredObject) throws -> Bool {
        object.size <= Self.cheapToReadBytes && folder.touch(object.digest) && (try? verify(object.digest)) != nil
    }

    func keep(_ file: DiskFile, as object: StoredObject, chunks: ChunkList) throws {
        try folder.adopt(file, as: object, chunks: chunks, durable: true)
    }

    func verify(_ digest: Digest) throws {
        let file = try open(digest)
        try folder.verify(digest, file)
    }

    func forEach(_ body: (ListedObject) throws -> Void) throws { try folder.forEach(body) }

    func aside() throws -> [ListedObject] { try folder.aside() }

    func setAside(_ digest: Digest, unlessUsedSince moment: Timestamp) throws -> Bool {
        let path = folder.path(digest)
        guard let listed = ObjectFolder.listed(digest, path), listed.usedAt < moment else { return false }
        let target = folder.asidePath(digest)
        // Whoever uses the object between the look above and this step finds it where it is set aside.
        guard rename(path, target) == 0 else { return false }
        _ = utimensat(AT_FDCWD, target, nil, AT_SYMLINK_NOFOLLOW)
        unlink(folder.chunkPath(digest))
        return true
    }

    func restore(_ digest: Digest) throws -> Bool {
        let path = folder.path(digest)
        guard access(folder.asidePath(digest), F_OK) == 0 else { return folder.touch(digest) }
        try DiskFile.makeFolder((path as NSString).deletingLastPathComponent)
        // Where somebody else was quicker the object is back already.
        guard rename(folder.asidePath(digest), path) == 0 else { return folder.touch(digest) }
        _ = folder.touch(digest)
        if let file = try folder.open(digest), try file.status().size > Int64(ChunkList.chunkBytes) {
            // A damaged object keeps no list; whoever reads it is told.
            _ = try? folder.rebuildChunkList(digest, file)
        }
        return true
    }

    func discard(_ digest: Digest) throws { unlink(folder.asidePath(digest)) }
}
