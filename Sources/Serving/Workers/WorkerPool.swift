import Foundation
import Primitives
import Synchronization

/// Runs blocking work on threads of its own, so that Swift's cooperative threads stay free for requests.
///
/// The queue is bounded: work beyond it is refused at once with `queue_full`. Work whose deadline passes while it waits is
/// never started; a caller whose work is still running when `expire` is called after the deadline is let go, and the
/// result is thrown away. A caller that is cancelled is let go at once.
package final class WorkerPool: Sendable {
    private let core: WorkerCore
    private let queueLimit: Int
    private let deadline: Duration

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: shown as the threads' name.
    ///   - queueLimit: how many pieces of work may wait.
    ///   - deadline: from hand-over to answer.
    package init(name: String, threads: Int, queueLimit: Int, deadline: Duration) {
        core = WorkerCore()
        self.queueLimit = queueLimit
        self.deadline = deadline
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
    /// - Parameter limit: a deadline of the work's own, when it is before the pool's.
    /// - Throws: what the work throws; `queue_full`, `deadline_exceeded`, `shutting_down`; `CancellationError`.
    package func run<Value: Sendable>(
        until limit: ContinuousClock.Instant? = nil,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let ticket = Ticket<Value>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard ticket.hold(continuation) else { return }
                let job = WorkerCore.Job(
                    deadline: min(ContinuousClock.now + deadline, limit ?? .now + deadline),
                    isWanted: { ticket.isWaiting },
                    perform: { ticket.settle(Result(catching: work)) },
                    fail: { ticket.settle(.failure($0)) }
                )
                if let refusal = core.add(job, limit: queueLimit) { ticket.settle(.failure(refusal)) }
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
