import Primitives
import Storage

extension PipelineEngine {
    /// Collects what instances wrote; a database that is away for a moment is waited for.
    nonisolated func outcome(of collection: MapCollection) async -> AttemptOutcome {
        while true {
            do {
                return .succeeded(try await collection.collect(database, objects))
            } catch let error as PlatformError where error.code.kind == .unavailable && !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                return .stopped(.shutdown)
            } catch let error as PlatformError {
                return .failed(error)
            } catch {
                return .failed(PlatformError(.internalError, "The outputs could not be collected: \(error)."))
            }
        }
    }
}
