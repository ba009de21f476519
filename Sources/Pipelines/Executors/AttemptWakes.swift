import Synchronization

/// Wakes whoever follows an attempt when there is news of it, so that nobody looks more often than its executor likes.
final class AttemptWakes: Sendable {
    private let followers = Mutex<[AttemptID: AsyncStream<Void>.Continuation]>([:])

    /// News of an attempt, one waiting at most; from now on `wake` reaches it.
    func follow(_ id: AttemptID) -> (news: AsyncStream<Void>, wake: AsyncStream<Void>.Continuation) {
        let (news, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        followers.withLock { $0[id] = wake }
        return (news, wake)
    }

    func forget(_ id: AttemptID) { followers.withLock { $0[id] = nil } }

    func wake(_ id: AttemptID) { _ = followers.withLock { $0[id] }?.yield() }
}
