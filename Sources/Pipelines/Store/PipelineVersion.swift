import Foundation
import Primitives
import Storage

/// A code path of a definition as it was uploaded.
package struct CodeItem: Sendable, Hashable, Codable {
    /// As the definition writes it.
    package let path: String
    /// The object, or the tree.
    package let digest: Digest
    /// Which of the two.
    package let kind: OutputKind

    /// Makes an item.
    package init(path: String, digest: Digest, kind: OutputKind) {
        self.path = path
        self.digest = digest
        self.kind = kind
    }

    /// What tasks see below `code/`.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// A registered definition: immutable; a run keeps the version that it began with.
package struct PipelineVersion: Sendable, Hashable {
    /// The pipeline's name.
    package let pipeline: String
    /// From 1.
    package let version: Int
    /// SHA-256 over the file and the digests of the code.
    package let digest: Digest
    /// The file as it was applied.
    package let source: String
    /// The code paths with their digests, sorted by path.
    package let items: [CodeItem]
    /// The code tree of each task that has code.
    package let trees: [String: Digest]
    /// Who applied it.
    package let actor: String
    /// When.
    package let createdAt: Timestamp

    /// The definition again; it was checked when it was applied.
    package func definition() throws -> PipelineDefinition { try PipelineDefinition(yaml: source) }

    /// What the column `code` holds.
    struct Code: Codable, Sendable {
        let items: [CodeItem]
        let trees: [String: Digest]
    }

    init(_ row: SQLRow) throws {
        pipeline = try row.text("pipeline")
        version = Int(try row.integer("version"))
        digest = try row.digest("digest")
        source = try row.text("source")
        let code = try row.json("code", as: Code.self)
        items = code.items
        trees = code.trees
        actor = try row.text("actor")
        createdAt = try row.time("created_at")
    }
}

/// A pipeline in a list.
package struct PipelineSummary: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its newest version.
    package let latestVersion: Int
    /// From the definition.
    package let summary: String
    /// When it was first applied.
    package let createdAt: Timestamp
}
