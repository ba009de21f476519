import Foundation
import Synchronization

/// Checked tokens by hash, so that a request costs no query. Bounded; emptied by a revocation.
final class TokenCache: Sendable {
    private static let maximumTokens = 4096

    private struct State {
        var records: [Data: TokenRecord] = [:]
        var generation = 0
    }

    private let state = Mutex(State())

    /// Counts the revocations, so that a load that began before one is not remembered after it.
    var generation: Int { state.withLock { $0.generation } }

    func find(_ hash: Data) -> TokenRecord? { state.withLock { $0.records[hash] } }

    func remember(_ record: TokenRecord, for hash: Data, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.records.count >= Self.maximumTokens { state.records.removeAll() }
            state.records[hash] = record
        }
    }

    func clear() {
        state.withLock { state in
            state.records.removeAll()
            state.generation += 1
        }
    }
}
