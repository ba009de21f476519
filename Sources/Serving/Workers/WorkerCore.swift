import Foundation
import Primitives
import Synchronization

/// The queue that the threads of a `WorkerPool` share.
final class WorkerCore: Sendable {
    struct Job: Sendable {
        let deadline: ContinuousClock.Instant
        let isWanted: @Sendable () -> Bool
        let perform: @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [UInt64: Job] = [:]
        /// Numbers of waiting jobs from `first` on.
        var first: UInt64 = 0
        var next: UInt64 = 0
        var running: [UInt64: Job] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let continuation: AsyncStream<Void>.Continuation
    /// One element after jobs were added, however many.
    let arrivals: AsyncStream<Void>

    init() { (arrivals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    var queueDepth: Int { state.withLock { $0.waiting.count } }

    /// Queues a job; returns the reason when it is refused.
    func add(_ job: Job, limit: Int) -> PlatformError? {
        let refusal: PlatformError? = state.withLock { state in
            if state.isClosed { return Self.closed }
            if state.waiting.count >= limit {
                return PlatformError(
                    .queueFull,
                    "All workers are busy and \(limit) requests wait already.",
                    nextStep: "Try again after the seconds in Retry-After."
                )
            }
            state.waiting[state.next] = job
            state.next += 1
            return nil
        }
        if refusal == nil {
            available.signal()
            continuation.yield()
        }
        return refusal
    }

    /// The life of one thread.
    func work() {
        while true {
            available.wait()
            let taken: (UInt64, Job)? = state.withLock { state in
                while state.first < state.next {
                    let number = state.first
                    state.first += 1
                    if let job = state.waiting.removeValue(forKey: number) {
                        state.running[number] = job
                        return (number, job)
                    }
                }
                return nil
            }
            guard let (number, job) = taken else {
                if state.withLock({ $0.isClosed }) { return }
                continue
            }
            if job.deadline < ContinuousClock.now {
                job.fail(Self.late)
            } else if job.isWanted() {
                job.perform()
            }
            state.withLock { _ = $0.running.removeValue(forKey: number) }
        }
    }

    /// Lets go of what is late or no longer wanted.
    ///
    /// - Returns: whether work waits or runs.
    func expire(at now: ContinuousClock.Instant) -> Bool {
        let (late, isBusy) = state.withLock { state in
            let waiting = state.waiting.filter { $0.value.deadline < now || !$0.value.isWanted() }
            for number in waiting.keys { state.waiting[number] = nil }
            let late = waiting.values + state.running.values.filter { $0.deadline < now }
            return (late, !state.waiting.isEmpty || !state.running.isEmpty)
        }
        for job in late { job.fail(Self.late) }
        return isBusy
    }

    func close() {
        let dropped = state.withLock { state in
            state.isClosed = true
            let waiting = Array(state.waiting.values)
            state.waiting.removeAll()
            return waiting
        }
        for job in dropped { job.fail(Self.closed) }
        // Each thread that wakes to an empty, closed queue ends; more signals than threads do no harm.
        for _ in 0..<1024 { available.signal() }
    }

    private static let closed = PlatformError(
        .shuttingDown,
        "The server is shutting down.",
        nextStep: "Try again shortly."
    )
    private static let late = PlatformError(
        .deadlineExceeded,
        "The answer was not ready in time.",
        nextStep: "Try again, or send fewer texts at once."
    )
}
