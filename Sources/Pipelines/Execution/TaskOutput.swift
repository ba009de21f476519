import Primitives

/// Whether an output is one file or a folder.
package enum OutputKind: String, Sendable, Hashable, Codable {
    case file
    case tree
}

/// One output of an execution, as it stands in the object store.
package struct TaskOutput: Sendable, Hashable, Codable {
    /// Its name in the definition.
    package let name: String
    /// The object, or the tree.
    package let digest: Digest
    /// Which of the two.
    package let kind: OutputKind
    /// Bytes of the content.
    package let bytes: Int64

    /// Makes a value.
    package init(name: String, digest: Digest, kind: OutputKind, bytes: Int64) {
        self.name = name
        self.digest = digest
        self.kind = kind
        self.bytes = bytes
    }
}
