import Primitives
import Storage

extension DatasetStore {
    /// The digest of every version's tree and of every shard; what must be in the object store.
    package func referencedDigests() async throws -> [Digest] {
        try await database.read { reader in
            try reader.query(
                "SELECT tree AS digest FROM dataset_version UNION SELECT digest FROM dataset_shard ORDER BY digest"
            ).map { try $0.digest("digest") }
        }
    }
}
