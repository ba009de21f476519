import Primitives
import Storage

extension ArtifactStore {
    /// Every digest that an artifact's name points at; what must be in the object store.
    package func referencedDigests() async throws -> [Digest] {
        try await database.read { reader in
            try reader.query("SELECT DISTINCT digest FROM artifact ORDER BY digest").map { try $0.digest("digest") }
        }
    }
}
