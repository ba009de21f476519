import Foundation
import Primitives

/// One file of a tree.
package struct TreeEntry: Sendable, Hashable, Codable {
    /// Relative, with '/' between parts; never '..', never absolute.
    package let path: String
    /// SHA-256 of the file's bytes.
    package let digest: Digest
    /// Bytes.
    package let size: Int64
    /// Whether the owner may run it; the only permission that a tree keeps.
    package let executable: Bool

    /// Makes an entry.
    package init(path: String, digest: Digest, size: Int64, executable: Bool) {
        self.path = path
        self.digest = digest
        self.size = size
        self.executable = executable
    }
}

/// A folder's files, sorted by path. Its canonical JSON is itself an object, whose digest names the tree. Empty folders
/// and times are not kept, so equal content has an equal digest.
package struct Tree: Sendable, Hashable, Codable {
    /// The most files of one tree.
    package static let maximumEntries = 100_000
    /// The longest path inside a tree, in bytes.
    package static let maximumPathBytes = 1024
    /// The largest encoded tree, in bytes.
    package static let maximumBytes = 64 << 20

    /// The files, by path.
    package let entries: [TreeEntry]

    /// Makes a tree; the entries are sorted here.
    ///
    /// - Throws: `tree_invalid` for a path that escapes, repeats, or lies inside a file; or for too many.
    package init(entries: [TreeEntry]) throws {
        self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        try check()
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(entries: container.decode([TreeEntry].self, forKey: .entries))
    }

    /// The sum of the files' sizes, in bytes.
    package var bytes: Int64 { entries.reduce(0) { $0 + $1.size } }

    private enum CodingKeys: String, CodingKey { case entries }

    private func check() throws {
        guard entries.count <= Self.maximumEntries else {
            throw Self.invalid("has \(entries.count) files; at most \(Self.maximumEntries) are kept", "")
        }
        var files: Set<String> = []
        for entry in entries {
            try Self.check(path: entry.path)
            guard entry.size >= 0 else { throw Self.invalid("has a negative size", entry.path) }
            guard files.insert(entry.path).inserted else { throw Self.invalid("appears twice", entry.path) }
        }
        for entry in entries {
            var parent = entry.path[...]
            while let slash = parent.lastIndex(of: "/") {
                parent = parent[..<slash]
                if files.contains(String(parent)) { throw Self.invalid("lies inside a file", entry.path) }
            }
        }
    }

    /// Checks a path inside a tree.
    static func check(path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let good = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.utf8.contains(0)
        guard good, path.utf8.count <= maximumPathBytes else { throw invalid("is no plain relative path", path) }
    }

    static func invalid(_ problem: String, _ path: String) -> PlatformError {
        PlatformError(
            .treeInvalid,
            path.isEmpty ? "The folder \(problem)." : "'\(path.prefix(200))' \(problem).",
            nextStep: "Keep only plain files, folders, and links that stay inside the folder.",
            context: ["path": String(path.prefix(1024))]
        )
    }
}

/// A tree as it was stored.
package struct StoredTree: Sendable, Hashable, Codable {
    /// Names the tree.
    package let digest: Digest
    /// Its files.
    package let tree: Tree
    /// The sum of their sizes, in bytes.
    package let bytes: Int64

    /// Makes a value; the store does.
    package init(digest: Digest, tree: Tree) {
        self.digest = digest
        self.tree = tree
        bytes = tree.bytes
    }
}
