import Primitives
import Storage

/// One tag: a key and a text.
package struct ModelTag: Sendable, Hashable, Codable {
    /// The key.
    package let key: String
    /// The text; may be empty.
    package let value: String

    /// Makes a tag.
    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// A name for versions of one model.
package struct RegisteredModel: Sendable, Hashable {
    /// Its unique name.
    package let name: String
    /// What people say about it.
    package let description: String?
    /// When it was created.
    package let creationTime: Timestamp
    /// When it, or one of its versions, last changed.
    package let lastUpdateTime: Timestamp
    /// Its tags, by key.
    package let tags: [ModelTag]
    /// Its aliases, by name.
    package let aliases: [ModelAlias]
    /// The newest version of each stage.
    package let latestVersions: [ModelVersion]
}

/// A name that points at one version: `champion`.
package struct ModelAlias: Sendable, Hashable, Codable {
    /// The name.
    package let alias: String
    /// The version.
    package let version: Int64
    /// When it was last moved.
    package let movedAt: Timestamp
    /// Who moved it.
    package let movedBy: String

    init(row: SQLRow) throws {
        alias = try row.text("alias")
        version = try row.integer("version")
        movedAt = try row.time("moved_at")
        movedBy = try row.text("moved_by")
    }
}
