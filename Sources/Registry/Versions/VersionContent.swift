import Primitives
import Storage

/// What a version consisted of when it was registered: a tree of the object store. The artifacts that it was made from may
/// change afterwards; the tree cannot.
package struct VersionContent: Sendable, Hashable, Codable {
    /// The tree's digest.
    package let tree: Digest
    /// How many files it lists.
    package let files: Int
    /// The sum of their sizes, in bytes.
    package let bytes: Int64

    /// Describes a tree.
    package init(tree: Digest, files: Int, bytes: Int64) {
        self.tree = tree
        self.files = files
        self.bytes = bytes
    }

    init(row: SQLRow) throws {
        tree = try row.digest("tree_digest")
        files = Int(try row.integer("files"))
        bytes = try row.integer("bytes")
    }
}

extension RegistryStore {
    /// What a version consists of; nil when its files were not on this server as it was registered.
    package func content(_ name: String, _ number: Int64) async throws -> VersionContent? {
        try await database.read { reader in
            try reader.first(
                "SELECT tree_digest, files, bytes FROM model_version_content WHERE model = ? AND version = ?",
                [.text(name), .integer(number)]
            ).map(VersionContent.init(row:))
        }
    }

    /// Every tree that a version consists of: nothing may delete these objects.
    package func contentTrees() async throws -> [Digest] {
        try await database.read { reader in
            try reader.query("SELECT DISTINCT tree_digest FROM model_version_content ORDER BY tree_digest")
                .map { try $0.digest("tree_digest") }
        }
    }

    static func insert(
        _ content: VersionContent,
        _ name: String,
        _ number: Int64,
        _ transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "INSERT INTO model_version_content (model, version, tree_digest, files, bytes) VALUES (?, ?, ?, ?, ?)",
            [
                .text(name), .integer(number), .digest(content.tree), .integer(Int64(content.files)),
                .integer(content.bytes),
            ]
        )
    }
}
