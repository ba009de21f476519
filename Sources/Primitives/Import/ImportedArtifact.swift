/// A file whose bytes are in the object store already, and the path that is to name it.
package struct ImportedArtifact: Sendable, Hashable, Codable {
    /// Below the artifact root, with `/` between its parts.
    package let path: String
    /// The object.
    package let digest: Digest
    /// Bytes.
    package let size: Int64

    /// Makes a record.
    package init(path: String, digest: Digest, size: Int64) {
        self.path = path
        self.digest = digest
        self.size = size
    }
}
