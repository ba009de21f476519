import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import Storage
import WireAPI

extension AkuClient {
    /// Files sent at once.
    private static let uploadsAtOnce = 4

    /// Stores a folder: hashes it, asks which files the server lacks, and sends only those, streaming.
    ///
    /// - Parameter progress: told bytes sent and bytes to send.
    /// - Throws: `file_missing`, `tree_invalid`, `digest_mismatch`, and what the server says.
    package func uploadTree(
        directory: String,
        progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> (digest: Digest, tree: Tree) {
        let files = try FolderWalk.files(in: directory)
        var entries: [TreeEntry] = []
        for file in files {
            let object = try await Self.hash(file.location)
            entries.append(
                TreeEntry(path: file.path, digest: object.digest, size: object.size, executable: file.executable)
            )
        }
        let tree = try Tree(entries: entries)
        let encoded = try CanonicalJSON.encode(tree)
        let digest = Digest.sha256(of: encoded)
        var lacking = try await missing(entries.map(\.digest) + [digest])
        let isNew = lacking.contains(digest)
        let sources = zip(files, entries).filter { lacking.remove($1.digest) != nil }
        try await send(sources.map { ($0.location, StoredObject(digest: $1.digest, size: $1.size)) }, progress)
        if isNew { try await uploadObject(encoded) }
        _ = try await send(ObjectsAPI.tree, parameters: ["digest": digest.hex])
        return (digest, tree)
    }

    /// Writes a tree's files under a folder; files are checked while they arrive.
    ///
    /// - Throws: `object_missing`, `tree_invalid`, `digest_mismatch`, `file_failed` when a file is there already.
    package func downloadTree(
        _ digest: Digest,
        to path: String,
        progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws {
        let tree = try await tree(digest)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var done: Int64 = 0
        for entry in tree.entries {
            let target = "\(path)/\(entry.path)"
            let folder = (target as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await downloadObject(entry.digest, to: target, executable: entry.executable)
            done += entry.size
            progress(done, tree.bytes)
        }
    }

    /// A tree's list of files.
    ///
    /// - Throws: `object_missing`, `digest_mismatch`, `tree_invalid`.
    package func tree(_ digest: Digest) async throws -> Tree {
        let response = try await open(.get, path: "/api/v1/objects/\(digest.hex)")
        let data = Data(try await response.body.collect(upTo: Tree.maximumBytes).readableBytesView)
        guard Digest.sha256(of: data) == digest else {
            throw PlatformError(.digestMismatch, "The tree that arrived does not have the digest \(digest).")
        }
        return try CanonicalJSON.decode(Tree.self, from: data, what: "tree \(digest)")
    }

    private func send(
        _ sources: [(path: String, object: StoredObject)],
        _ progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws {
        let total = sources.reduce(0) { $0 + $1.object.size }
        var done: Int64 = 0
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for (index, source) in sources.enumerated() {
                if index >= Self.uploadsAtOnce, let sent = try await group.next() {
                    done += sent
                    progress(done, total)
                }
                group.addTask {
                    try await upload(source.path, source.object)
                    return source.object.size
                }
            }
            while let sent = try await group.next() {
                done += sent
                progress(done, total)
            }
        }
    }
}
