import Foundation
import Primitives
import Synchronization

/// The queue that the threads of a `WorkerPool` share.
final class WorkerCore: Sendable {
    struct Job: Sendable {
        enum Work: Sendable {
            case alone(@Sendable () -> Void)
            case texts(TextWork)
        }

        let isWanted: @Sendable () -> Bool
        let work: Work
        let fail: @Sendable (any Error) -> Void
    }

    /// Texts for a model, which may run with those of others.
    struct TextWork: Sendable {
        /// Kept, since the queue knows it by its identity alone.
        let group: BatchGroup?
        let texts: [String]
        let classify: @Sendable ([String]) throws -> [TextPrediction]
        let settle: @Sendable (Result<[TextPrediction], any Error>) -> Void
    }

    typealias Entry = JobQueue<Job>.Entry

    private struct State {
        var queue = JobQueue<Job>()
        var running: [UInt64: [Entry]] = [:]
        var next: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let continuation: AsyncStream<Void>.Continuation
    private let workers: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    /// One element after jobs were added, however many.
    let arrivals: AsyncStream<Void>

    init(workers: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.workers = workers
        self.now = now
        (arrivals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var queueDepth: Int { state.withLock { $0.queue.count } }

    /// Queues a job; returns the reason when it is refused. A full queue lets go of a job of lower priority instead, when
    /// there is one.
    func add(_ entry: Entry, limit: Int) -> PlatformError? {
        let (refusal, displaced): (PlatformError?, Entry?) = state.withLock { state in
            if state.isClosed { return (Self.closed, nil) }
            var displaced: Entry?
            if state.queue.count >= limit {
                displaced = state.queue.displace(below: entry.priority)
                if displaced == nil { return (Self.full(limit), nil) }
            }
            state.queue.add(entry)
            return (nil, displaced)
        }
        displaced?.payload.fail(Self.full(limit))
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
            let (number, batch, late): (UInt64, [Entry], [Entry]) = state.withLock { state in
                let (batch, late) = state.queue.take(
                    at: now(),
                    maximumRows: WorkerPool.maximumBatch,
                    workers: workers,
                    isWanted: { $0.isWanted() }
                )
                state.next += 1
                if !batch.isEmpty { state.running[state.next] = batch }
                return (state.next, batch, late)
            }
            for entry in late { entry.payload.fail(Self.late) }
            if batch.isEmpty {
                if state.withLock({ $0.isClosed }) { return }
                continue
            }
            perform(batch.map(\.payload))
            state.withLock { _ = $0.running.removeValue(forKey: number) }
        }
    }

    private func perform(_ jobs: [Job]) {
        var texts: [TextWork] = []
        for job in jobs {
            switch job.work {
            case .alone(let body): body()
            case .texts(let work): texts.append(work)
            }
        }
        guard let first = texts.first else { return }
        if texts.count > 1, let answers = try? first.classify(texts.flatMap(\.texts)) {
            var start = 0
            for work in texts {
                work.settle(.success(Array(answers[start..<start + work.texts.count])))
                start += work.texts.count
            }
        } else {
            // Alone, or one of the batch is at fault: each gets its own answer or its own error.
            for work in texts { work.settle(Result { try work.classify(work.texts) }) }
        }
    }

    /// Lets go of what is late or no longer wanted.
    ///
    /// - Returns: whether work waits or runs.
    func expire(at now: ContinuousClock.Instant) -> Bool {
        let (late, isBusy) = state.withLock { state in
            let waiting = state.queue.remove { $0.deadline < now || !$0.payload.isWanted() }
            let late = waiting + state.running.values.joined().filter { $0.deadline < now }
            return (late, state.queue.count > 0 || !state.running.isEmpty)
        }
        for entry in late { entry.payload.fail(Self.late) }
        return isBusy
    }

    func close() {
        let dropped = state.withLock { state in
            state.isClosed = true
            return state.queue.remove { _ in true }
        }
        for entry in dropped { entry.payload.fail(Self.closed) }
        // Each thread that wakes to an empty, closed queue ends; more signals than threads do no harm.
        for _ in 0..<1024 { available.signal() }
    }

    private static func full(_ limit: Int) -> PlatformError {
        PlatformError(
            .queueFull,
            "All workers are busy and \(limit) requests wait already.",
            nextStep: "Try again after the seconds in Retry-After."
        )
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
