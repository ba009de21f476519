import Synchronization

/// How many points this server has appended and not yet sorted into histories, about, and a signal that there are some.
final class WaitingPoints: Sendable {
    private let count = Atomic<Int>(0)
    private let continuation: AsyncStream<Void>.Continuation
    /// One element after some arrived, however many.
    let signals: AsyncStream<Void>

    init() { (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// How many wait.
    var total: Int { count.load(ordering: .relaxed) }

    /// Points were appended.
    ///
    /// - Returns: how many wait now.
    @discardableResult
    func note(_ points: Int) -> Int {
        continuation.yield()
        return count.add(points, ordering: .relaxed).newValue
    }

    /// Points were sorted in, perhaps also some of an earlier server or another one.
    ///
    /// - Parameter isMore: whether some may be left.
    func settled(_ points: Int, isMore: Bool) {
        guard isMore else { return count.store(0, ordering: .relaxed) }
        var before = count.load(ordering: .relaxed)
        while true {
            let result = count.weakCompareExchange(
                expected: before,
                desired: max(0, before - points),
                ordering: .relaxed
            )
            if result.exchanged { return }
            before = result.original
        }
    }
}
