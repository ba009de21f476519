import Primitives
import Storage

extension PipelineStore {
    /// Every digest that a task's output names, trees included; what must be in the object store.
    package func referencedDigests() async throws -> [Digest] {
        try await database.read { reader in
            try reader.query("SELECT DISTINCT digest FROM pipeline_output ORDER BY digest").map {
                try $0.digest("digest")
            }
        }
    }
}
