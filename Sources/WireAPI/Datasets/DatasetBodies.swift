import Primitives

/// Asks for a tree of the object store to be registered as a data set version.
package struct RegisterDatasetBody: Codable, Sendable, Equatable {
    /// The digest of the tree; its files are in the store already.
    package let tree: Digest
    /// `NAME@VERSION` that it was made from, or nil.
    package let derivedFrom: String?

    /// Makes a body.
    package init(tree: Digest, derivedFrom: String?) {
        self.tree = tree
        self.derivedFrom = derivedFrom
    }

    enum CodingKeys: String, CodingKey {
        case tree
        case derivedFrom = "derived_from"
    }
}

/// One shard of a version.
package struct DatasetShardBody: Codable, Sendable, Equatable {
    /// Path in the tree.
    package let path: String
    /// SHA-256 of the bytes.
    package let digest: Digest
    /// Rows.
    package let rows: Int64
    /// Bytes.
    package let bytes: Int64
    /// BCP 47, `mul` or `und`.
    package let language: String

    /// Makes a body.
    package init(path: String, digest: Digest, rows: Int64, bytes: Int64, language: String) {
        self.path = path
        self.digest = digest
        self.rows = rows
        self.bytes = bytes
        self.language = language
    }
}

/// One version of a data set.
package struct DatasetVersionBody: Codable, Sendable, Equatable {
    /// The data set.
    package let name: String
    /// From 1.
    package let version: Int64
    /// The tree in the object store.
    package let tree: Digest
    /// Milliseconds since 1970.
    package let createdAt: Timestamp
    /// Who registered it.
    package let createdBy: String
    /// An SPDX identifier where there is one.
    package let licence: String
    /// Where the data come from.
    package let source: JSONValue
    /// Fields of a row.
    package let schema: JSONValue
    /// Words to find it by.
    package let tags: JSONValue
    /// How it was made, or null.
    package let provenance: JSONValue
    /// Rows of all shards.
    package let rows: Int64
    /// Bytes of the tree.
    package let bytes: Int64
    /// `NAME@VERSION`, or nil.
    package let derivedFrom: String?
    /// By path.
    package let shards: [DatasetShardBody]

    /// Makes a body.
    package init(
        name: String,
        version: Int64,
        tree: Digest,
        createdAt: Timestamp,
        createdBy: String,
        licence: String,
        source: JSONValue,
        schema: JSONValue,
        tags: JSONValue,
        provenance: JSONValue,
        rows: Int64,
        bytes: Int64,
        derivedFrom: String?,
        shards: [DatasetShardBody]
    ) {
        self.name = name
        self.version = version
        self.tree = tree
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.licence = licence
        self.source = source
        self.schema = schema
        self.tags = tags
        self.provenance = provenance
        self.rows = rows
        self.bytes = bytes
        self.derivedFrom = derivedFrom
        self.shards = shards
    }

    enum CodingKeys: String, CodingKey {
        case name, version, tree, licence, source, schema, tags, provenance, rows, bytes, shards
        case createdAt = "created_at"
        case createdBy = "created_by"
        case derivedFrom = "derived_from"
    }
}

/// The answer to a registration.
package struct RegisteredDatasetBody: Codable, Sendable, Equatable {
    /// The version.
    package let version: DatasetVersionBody
    /// False when the same content was there already.
    package let created: Bool

    /// Makes a body.
    package init(version: DatasetVersionBody, created: Bool) {
        self.version = version
        self.created = created
    }
}
