import Foundation
import Primitives

extension ObjectStore {
    /// Stores a folder: each file, then the tree that lists them.
    ///
    /// - Throws: `file_missing`, `tree_invalid`, `disk_full`.
    package func putTree(directory: String) throws -> StoredTree {
        let entries = try FolderWalk.files(in: directory).map { file in
            let stored = try put(file: file.location)
            return TreeEntry(path: file.path, digest: stored.digest, size: stored.size, executable: file.executable)
        }
        return try put(tree: Tree(entries: entries))
    }

    /// Stores a tree whose files are in the store already.
    ///
    /// - Throws: `object_missing` for the first file that is not; `tree_invalid` when a size is wrong.
    package func put(tree: Tree) throws -> StoredTree {
        for entry in tree.entries where try size(entry.digest) != entry.size {
            throw Tree.invalid("has another size than its object", entry.path)
        }
        return StoredTree(digest: try put(CanonicalJSON.encode(tree)).digest, tree: tree)
    }

    /// Loads a tree.
    ///
    /// - Throws: `object_missing`, `object_corrupt`, `invalid_json` when the object is no tree, `tree_invalid`.
    package func tree(_ digest: Digest) throws -> Tree {
        try CanonicalJSON.decode(Tree.self, from: data(digest, upTo: Tree.maximumBytes), what: "tree \(digest)")
    }

    /// Writes a tree's files, read-only, under a folder that is made here if it is not there.
    ///
    /// - Throws: as `tree` and `materialise(_:at:executable:)`.
    package func materialise(tree digest: Digest, at path: String) throws {
        let tree = try tree(digest)
        try DiskFile.makeFolder(path)
        for entry in tree.entries {
            let target = "\(path)/\(entry.path)"
            try DiskFile.makeFolder((target as NSString).deletingLastPathComponent)
            try materialise(entry.digest, at: target, executable: entry.executable)
        }
    }

    /// Checks a tree and every file that it lists.
    ///
    /// - Throws: `object_missing`, `object_corrupt` with the digest and byte range.
    package func verify(tree digest: Digest) throws {
        for entry in try tree(digest).entries { try verify(entry.digest) }
    }
}
