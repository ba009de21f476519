import Primitives
import Synchronization

/// Predictions on their way from the request path to the database: adding one takes a lock for the time of an append and
/// never waits. When the drain falls behind, new predictions are dropped and counted, and the request goes on.
package final class PredictionBuffer: Sendable {
    private struct State {
        var records: [PredictionRecord] = []
        var dropped = 0
    }

    /// The most predictions kept; at about 300 bytes each the standard bound is some 5 MB.
    package let capacity: Int
    private let state = Mutex(State())

    /// An empty buffer.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds a prediction, or drops it when the buffer is full.
    ///
    /// - Returns: how many are waiting.
    @discardableResult
    package func add(_ record: PredictionRecord) -> Int {
        state.withLock { state in
            if state.records.count < capacity { state.records.append(record) } else { state.dropped += 1 }
            return state.records.count
        }
    }

    /// Takes out the oldest predictions, at most `limit`.
    package func take(_ limit: Int) -> [PredictionRecord] {
        state.withLock { state in
            let batch = Array(state.records.prefix(limit))
            state.records.removeFirst(batch.count)
            return batch
        }
    }

    /// Counts predictions that were lost after they had been taken out, for example on a full disk.
    package func countDropped(_ count: Int) {
        state.withLock { $0.dropped += count }
    }

    /// Predictions dropped since the start.
    package var dropped: Int { state.withLock(\.dropped) }
    /// Predictions waiting.
    package var waiting: Int { state.withLock(\.records.count) }
}
