/// Requests that wait to be asked again of another version, unseen. When too many wait, new ones are left out: a shadow
/// takes what is left of the machine and delays nobody.
package final class ShadowQueue: Sendable {
    /// The most that wait.
    static let maximumWaiting = 256
    /// The largest request that is asked again, in bytes.
    static let maximumBytes = 64 << 10

    /// The thread that shadows are asked on, apart from those of answers.
    package let pool: WorkerPool
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation

    /// An empty queue.
    package init(pool: WorkerPool) {
        self.pool = pool
        (jobs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
    }

    /// Queues a job; false when too many wait.
    func offer(_ job: @escaping @Sendable () async -> Void) -> Bool {
        if case .enqueued = continuation.yield(job) { true } else { false }
    }

    /// Does one job after another until the task is cancelled.
    func work() async {
        for await job in jobs { await job() }
    }
}
