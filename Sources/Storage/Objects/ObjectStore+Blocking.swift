import Dispatch

extension ObjectStore {
    /// Runs blocking work on a thread of its own, so that no thread of the cooperative pool waits for the disk.
    package func blocking<T: Sendable>(_ work: @escaping @Sendable (ObjectStore) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result { try work(self) }) }
        }
    }
}
