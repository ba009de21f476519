import Foundation
import Synchronization

/// Why a process is ended before its time.
package enum StopReason: Sendable, Hashable {
    /// Someone cancelled the run.
    case cancelled
    /// The timeout is over.
    case timeout
    /// The log passed its bound.
    case logTooLarge
    /// The server goes down in good order; the task will be repeated.
    case shutdown
}

/// The handle of one attempt: ends its process group, safely at any moment, before the spawn and after the end too.
///
/// A process id may be used again only after it is reaped; signals and reaping exclude each other here, so a signal
/// never
/// reaches a stranger.
package final class AttemptControl: Sendable {
    private struct State {
        var process: pid_t?
        var reaped = false
        var reason: StopReason?
        var stoppedAt: ContinuousClock.Instant?
        var killed = false
        /// What reaped processes took.
        var usage: TaskUsage?
        /// Set where the process is no child of this one.
        var note: ProcessNote?
        var takesPlace = true
        var serverEnds = false
        var listener: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Makes a handle of an attempt that has not begun.
    package init() {}

    /// Whether the attempt takes up one of this machine's places.
    package var takesPlace: Bool {
        get { state.withLock { $0.takesPlace } }
        set { state.withLock { $0.takesPlace = newValue } }
    }

    /// Whether the server goes down, whatever the attempt was asked to end for before.
    var serverEnds: Bool { state.withLock { $0.serverEnds } }

    /// Calls `body` when the attempt is asked to end, or now when it was already.
    package func whenStopped(_ body: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            state.listener = body
            return state.reason != nil
        }
        if isStopped { body() }
    }

    /// Why the attempt is being ended; nil while nobody asked. The first reason stays.
    package var stopReason: StopReason? { state.withLock { $0.reason } }

    /// What its processes took of the machine; nil while none was reaped, and for processes of an earlier server.
    package var usage: TaskUsage? { state.withLock { $0.usage } }

    /// Asks the process group to end (SIGTERM). `reinforce` follows up with SIGKILL.
    package func stop(_ reason: StopReason) {
        let listener = state.withLock { state -> (@Sendable () -> Void)? in
            if reason == .shutdown { state.serverEnds = true }
            guard state.reason == nil, !state.reaped else { return reason == .shutdown ? state.listener : nil }
            state.reason = reason
            state.stoppedAt = .now
            Self.signal(&state, SIGTERM)
            return state.listener
        }
        listener?()
    }

    /// Ends the process group at once (SIGKILL).
    package func kill(_ reason: StopReason) {
        let listener = state.withLock { state -> (@Sendable () -> Void)? in
            if reason == .shutdown { state.serverEnds = true }
            guard !state.reaped else { return nil }
            state.reason = state.reason ?? reason
            state.killed = true
            Self.signal(&state, SIGKILL)
            return state.listener
        }
        listener?()
    }

    /// Kills the group when it was asked to end longer than `grace` ago.
    func reinforce(after grace: Duration) {
        state.withLock { state in
            guard let since = state.stoppedAt, !state.killed, since.duration(to: .now) >= grace else { return }
            state.killed = true
            Self.signal(&state, SIGKILL)
        }
    }

    /// Takes the process on; one that was ended before its birth gets its signal now.
    func started(_ process: pid_t) {
        state.withLock { state in
            state.process = process
            if state.killed {
                Self.signal(&state, SIGKILL)
            } else if state.reason != nil {
                Self.signal(&state, SIGTERM)
            }
        }
    }

    /// Takes on the process of an earlier server.
    func adopted(_ note: ProcessNote) {
        state.withLock { $0.note = note }
        started(note.process)
    }

    /// Ends what is left of an adopted attempt, whose first process is gone; at most about a second.
    func endAdopted(_ folder: String) {
        state.withLock { $0.reaped = true }
        for _ in 0..<50 {
            let left = ProcessTable.values(of: "AKU_WORK").filter { $0.value == folder }
            if left.isEmpty { break }
            for (process, _) in left { Foundation.kill(process, SIGKILL) }
            usleep(20_000)
        }
    }

    /// Reaps the ended process after killing what is left of its group.
    ///
    /// - Parameter isLast: false when the attempt goes on with another process.
    /// - Returns: the status of `waitpid`.
    func reap(_ process: pid_t, isLast: Bool = true) -> Int32 {
        state.withLock { state in
            Foundation.kill(-process, SIGKILL)
            var status: Int32 = 0
            var taken = rusage()
            var reaped = wait4(process, &status, 0, &taken)
            while reaped == -1, errno == EINTR { reaped = wait4(process, &status, 0, &taken) }
            if reaped == process {
                let usage = TaskUsage(taken)
                state.usage = state.usage?.adding(usage) ?? usage
            }
            if isLast { state.reaped = true } else { state.process = nil }
            return status
        }
    }

    private static func signal(_ state: inout State, _ number: Int32) {
        guard let process = state.process, !state.reaped, state.note?.isAlive != false else { return }
        Foundation.kill(-process, number)
    }
}
