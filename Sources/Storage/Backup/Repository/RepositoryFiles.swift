import Foundation
import NIOCore
import Primitives

/// Small files under names, beside the objects of a backup repository. A file appears whole or not at all.
protocol RepositoryFiles: Sendable {
    /// The names directly below a folder.
    func names(in folder: String) throws -> [String]
    /// A file's bytes; nil when there is none.
    func read(_ path: String) throws -> Data?
    /// Writes a file; returns when it is durable.
    func write(_ data: Data, to path: String) throws
    /// Removes a file; harmless when there is none.
    func remove(_ path: String) throws
}

/// In a folder of this machine.
struct FolderFiles: RepositoryFiles {
    let folder: ObjectFolder

    func names(in name: String) throws -> [String] {
        guard access("\(folder.root)/\(name)", F_OK) == 0 else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: "\(folder.root)/\(name)")
    }

    func read(_ path: String) throws -> Data? {
        guard access("\(folder.root)/\(path)", F_OK) == 0 else { return nil }
        let file = try DiskFile.reading("\(folder.root)/\(path)")
        return try file.read(Int(file.status().size), at: 0)
    }

    func write(_ data: Data, to path: String) throws {
        let target = "\(folder.root)/\(path)"
        let parent = (target as NSString).deletingLastPathComponent
        if access(parent, F_OK) != 0 {
            try DiskFile.makeFolder(parent)
            try DiskFile.synchronise(folder: folder.root)
        }
        let temporary = folder.temporaryPath()
        do {
            let file = try DiskFile.creating(temporary)
            try file.write(data)
            try file.synchronise()
            try DiskFile.rename(temporary, to: target)
            try DiskFile.synchronise(folder: parent)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    func remove(_ path: String) throws {
        guard unlink("\(folder.root)/\(path)") == 0 || errno == ENOENT else {
            throw DiskFailure.make(errno, "remove", path)
        }
    }
}

/// In a bucket.
struct BucketFiles: RepositoryFiles {
    let objects: S3Objects

    func names(in folder: String) throws -> [String] {
        var names: [String] = []
        try objects.list(objects.client.location.key("\(folder)/")) { name, _ in names.append(name) }
        return names
    }

    func read(_ path: String) throws -> Data? {
        let request = S3Request(method: "GET", key: objects.client.location.key(path), action: "read \(path)")
        let response = try objects.client.send(request)
        return response.isMissing ? nil : response.body
    }

    func write(_ data: Data, to path: String) throws {
        var request = S3Request(method: "PUT", key: objects.client.location.key(path), action: "store \(path)")
        request.body = ByteBuffer(bytes: data)
        request.headers = [("Content-Type", "application/json")]
        _ = try objects.client.send(request)
    }

    func remove(_ path: String) throws { try objects.delete(key: objects.client.location.key(path)) }
}
