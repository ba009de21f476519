import Primitives

/// A name for one version: `intents@3`.
package struct DatasetReference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The data set.
    package let name: String
    /// The version's number, from 1.
    package let number: Int64

    /// Makes a reference.
    package init(name: String, number: Int64) {
        self.name = name
        self.number = number
    }

    /// Reads `NAME@VERSION`.
    ///
    /// - Throws: `invalid_argument`, `invalid_name`.
    package init(text: String) throws {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[1]), number >= 1 else {
            throw PlatformError(
                .invalidArgument,
                "'\(text.prefix(160))' does not name a data set version.",
                nextStep: "Write NAME@VERSION, for example intents@3."
            )
        }
        name = try Name.check(String(parts[0]), what: "data set")
        self.number = number
    }

    package var description: String { "\(name)@\(number)" }
}

/// One file of rows in a version.
package struct DatasetShard: Sendable, Hashable, Codable {
    /// Its path in the tree.
    package let path: String
    /// SHA-256 of its bytes.
    package let digest: Digest
    /// Rows.
    package let rows: Int64
    /// Bytes.
    package let bytes: Int64
    /// The language of all its rows (BCP 47), `mul` for several, `und` when no row says.
    package let language: String
}

/// A data set as it stood once; it never changes.
package struct DatasetVersion: Sendable, Hashable, Codable {
    /// Its name.
    package let reference: DatasetReference
    /// The tree in the object store.
    package let tree: Digest
    /// When it was registered.
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
    /// How it was made (`provenance.json`); null when the tree holds none.
    package let provenance: JSONValue
    /// Rows of all shards.
    package let rows: Int64
    /// Bytes of the whole tree.
    package let bytes: Int64
    /// The version that it was made from.
    package let parent: DatasetReference?
    /// By path.
    package let shards: [DatasetShard]
}

/// A data set in a list.
package struct DatasetSummary: Sendable, Hashable, Codable {
    /// The data set.
    package let name: String
    /// How many versions it has; the newest has this number.
    package let versions: Int64
    /// Rows of the newest version.
    package let rows: Int64
    /// Bytes of the newest version.
    package let bytes: Int64
    /// Licence of the newest version.
    package let licence: String
    /// When the newest version was registered.
    package let updatedAt: Timestamp
}
