import Foundation
import Primitives
import Synchronization

/// Runs blocking work on threads of its own, so that Swift's cooperative threads stay free for requests.
///
/// The queue is bounded: work beyond it is refused at once with `queue_full`, the lowest priority first. Work whose deadline
/// passes while it waits is never started; a caller whose work is still running when `expire` is called after the deadline
/// is let go, and the result is thrown away. A caller that is cancelled is let go at once.
package final class WorkerPool: Sendable {
    /// The most texts of several requests that one run takes.
    package static let maximumBatch = 32

    private let core: WorkerCore
    private let queueLimit: Int
    private let deadline: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: shown as the threads' name.
    ///   - queueLimit: how many pieces of work may wait.
    ///   - deadline: from hand-over to answer, at most.
    ///   - now: the moment; tests hand over their own.
    package init(
        name: String,
        threads: Int,
        queueLimit: Int,
        deadline: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        core = WorkerCore(workers: max(1, threads), now: now)
        self.queueLimit = queueLimit
        self.deadline = deadline
        self.now = now
        for index in 0..<max(1, threads) {
            let core = core
            let thread = Thread { core.work() }
            thread.name = "\(name)-\(index)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit {
        core.close()
    }

    /// Pieces of work that wait for a thread.
    package var queueDepth: Int { core.queueDepth }

    /// Runs work on one of the threads.
    ///
    /// - Throws: what the work throws; `queue_full`, `deadline_exceeded`, `shutting_down`; `CancellationError`.
    package func run<Value: Sendable>(
        _ options: InferenceOptions = .standard,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await hand(over: options, group: nil, rows: 1) { ticket in
            .alone { ticket.settle(Result(catching: work)) }
        }
    }

    /// Classifies texts, together with those of other requests when the model allows it.
    ///
    /// - Throws: as `run`.
    package func classify(_ texts: [String], with model: ServedModel, _ options: InferenceOptions = .standard)
        async throws -> [TextPrediction]
    {
        try await hand(over: options, group: model.group, rows: texts.count) { ticket in
            .texts(
                WorkerCore.TextWork(
                    group: model.group,
                    texts: texts,
                    classify: model.classify,
                    settle: { ticket.settle($0) }
                )
            )
        }
    }

    private func hand<Value: Sendable>(
        over options: InferenceOptions,
        group: BatchGroup?,
        rows: Int,
        _ work: (Ticket<Value>) -> WorkerCore.Job.Work
    ) async throws -> Value {
        let ticket = Ticket<Value>()
        let latest = now() + deadline
        let entry = WorkerCore.Entry(
            priority: options.level,
            deadline: min(latest, options.deadline ?? latest),
            group: group.map { ObjectIdentifier($0) },
            rows: rows,
            payload: WorkerCore.Job(
                isWanted: { ticket.isWaiting },
                work: work(ticket),
                fail: { ticket.settle(.failure($0)) }
            )
        )
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard ticket.hold(continuation) else { return }
                if let refusal = core.add(entry, limit: queueLimit) { ticket.settle(.failure(refusal)) }
            }
        } onCancel: {
            ticket.settle(.failure(CancellationError()))
        }
    }

    /// Lets go of callers whose deadline has passed.
    ///
    /// - Parameter now: the moment to compare with; tests name one to come.
    package func expire(at now: ContinuousClock.Instant = .now) { _ = core.expire(at: now) }

    /// The same again and again while there is work, until the task is cancelled; without work nothing wakes.
    ///
    /// - Parameter interval: how late a deadline may be noticed.
    func expire(every interval: Duration) async {
        for await _ in core.arrivals {
            while !Task.isCancelled, core.expire(at: ContinuousClock.now) { try? await Task.sleep(for: interval) }
        }
    }

    /// Refuses new work, lets go of what waits, and ends the threads when they are free.
    package func close() { core.close() }
}

/// A continuation that is resumed exactly once, by whoever is first.
private final class Ticket<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>?)
    }

    private let state = Mutex<State>(.new)

    var isWaiting: Bool {
        state.withLock { if case .waiting = $0 { true } else { false } }
    }

    /// Keeps the continuation; false when the ticket was settled before and the continuation has been resumed.
    func hold(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let early: Result<Value, any Error>? = state.withLock { state in
            if case .settled(let result) = state { return result }
            state = .waiting(continuation)
            return nil
        }
        guard let early else { return true }
        continuation.resume(with: early)
        return false
    }

    func settle(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .new:
                state = .settled(result)
                return nil
            case .waiting(let continuation):
                state = .settled(nil)
                return continuation
            case .settled: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
