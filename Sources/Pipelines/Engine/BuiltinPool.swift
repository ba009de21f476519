import Dispatch
import Storage
import Synchronization

/// Calls of built-in operators on a few threads, in the order in which they were decided. Their ends are told one by one;
/// the engine's next step takes all that came meanwhile, so that many are durable with one commit.
final class BuiltinPool: Sendable {
    /// Calls that are worked on at one time.
    private static let width = 4

    private struct State {
        var waiting: [BuiltinRunner] = []
        var next = 0
        var workers = 0
    }

    private let state = Mutex(State())
    private let mailbox: Mailbox
    private let points: CrashPoints

    init(_ mailbox: Mailbox, _ points: CrashPoints) {
        self.mailbox = mailbox
        self.points = points
    }

    func add(_ runner: BuiltinRunner) {
        let isNew = state.withLock { state in
            state.waiting.append(runner)
            guard state.workers < Self.width else { return false }
            state.workers += 1
            return true
        }
        if isNew { DispatchQueue.global(qos: .userInitiated).async { self.work() } }
    }

    private func work() {
        while let runner = next() {
            let outcome = runner.outcome(), order = runner.order
            if case .succeeded = outcome { points.pass(.outputsStored) }
            mailbox.post(.ended(run: order.run, task: order.task, attempt: order.attempt, outcome))
            points.pass(.announced)
        }
    }

    private func next() -> BuiltinRunner? {
        state.withLock { state in
            guard state.next < state.waiting.count else {
                state.waiting = []
                state.next = 0
                state.workers -= 1
                return nil
            }
            defer { state.next += 1 }
            return state.waiting[state.next]
        }
    }
}
