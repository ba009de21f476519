import Primitives
import Synchronization

/// One waiting write: what to run inside the group's transaction, and whom to answer afterwards.
struct PendingWrite: Sendable {
    /// Runs the writer's closure; the result waits inside until `succeed`.
    let run: @Sendable (any SQLTransaction) throws -> @Sendable () -> Void
    /// Answers with an error.
    let fail: @Sendable (any Error) -> Void
}

/// Writers that wait for the next group. Bounded; a full queue refuses with `write_queue_full`.
final class WriteQueue: Sendable {
    /// The most writers that share one commit.
    static let maximumGroup = 512
    /// The most writers that wait.
    static let maximumWaiting = 16_384

    private struct State {
        var waiting: [PendingWrite] = []
        var draining = false
    }

    private let state = Mutex(State())

    /// Adds a writer.
    ///
    /// - Returns: true when the caller must start draining, because nobody is.
    func add(_ write: PendingWrite) throws -> Bool {
        try state.withLock { state in
            guard state.waiting.count < Self.maximumWaiting else {
                throw PlatformError(
                    .writeQueueFull,
                    "\(Self.maximumWaiting) writes are waiting for the disk.",
                    nextStep: "Try again in a moment."
                )
            }
            state.waiting.append(write)
            defer { state.draining = true }
            return !state.draining
        }
    }

    /// The next group, or nil when nobody waits: then draining has ended.
    func next() -> [PendingWrite]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.draining = false
                return nil
            }
            let group = Array(state.waiting.prefix(Self.maximumGroup))
            state.waiting.removeFirst(group.count)
            return group
        }
    }
}
