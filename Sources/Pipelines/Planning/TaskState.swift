import Primitives

/// Where a task of a run stands.
package enum TaskState: Sendable, Hashable {
    /// Something upstream is not over.
    case waiting
    /// May start as soon as there is a place.
    case ready
    /// An attempt is on its way.
    case running
    /// An attempt ended well and its outputs are committed.
    case succeeded
    /// An earlier execution had the same identity; its outputs are linked.
    case cached
    /// The last attempt that was allowed ended badly.
    case failed
    /// An attempt ended badly; the next begins at the moment given.
    case retrying(at: Timestamp)
    /// Something upstream did not end well.
    case skipped
    /// Its condition does not hold, or something upstream was left out for such a reason. Nothing is wrong.
    case excused
    /// The run was cancelled before the task ended.
    case cancelled

    /// The name in the database, in events and on the wire.
    package var name: String {
        switch self {
        case .waiting: "waiting"
        case .ready: "ready"
        case .running: "running"
        case .succeeded: "succeeded"
        case .cached: "cached"
        case .failed: "failed"
        case .retrying: "retrying"
        case .skipped, .excused: "skipped"
        case .cancelled: "cancelled"
        }
    }

    /// The state that a row holds; nil for an unknown name.
    ///
    /// - Parameter isExcused: of a skipped task, whether nothing is wrong.
    package init?(name: String, retryAt: Timestamp?, isExcused: Bool = false) {
        let plain: [String: TaskState] = [
            "waiting": .waiting, "ready": .ready, "running": .running, "succeeded": .succeeded, "cached": .cached,
            "failed": .failed, "skipped": .skipped, "cancelled": .cancelled,
        ]
        if name == "retrying", let retryAt {
            self = .retrying(at: retryAt)
        } else if name == "skipped", isExcused {
            self = .excused
        } else if let state = plain[name] {
            self = state
        } else {
            return nil
        }
    }

    /// Nothing more happens to the task.
    package var isFinal: Bool {
        switch self {
        case .waiting, .ready, .running, .retrying: false
        case .succeeded, .cached, .failed, .skipped, .excused, .cancelled: true
        }
    }

    /// Its outputs are there.
    package var isGood: Bool { self == .succeeded || self == .cached }
}

/// Where a run stands.
package enum RunState: String, Sendable, Hashable, Codable {
    case running
    case succeeded
    case failed
    case cancelled
}

/// A task's state with its counters.
package struct TaskStatus: Sendable, Hashable {
    /// Where it stands.
    package var state: TaskState
    /// Attempts begun, lost ones included.
    package var attempt: Int
    /// Attempts that the machine lost (a killed server, no room to spawn); they use up none of the task's retries.
    package var losses: Int

    /// Attempts that ended badly by their own fault, the one on its way included.
    var failures: Int { attempt - losses }

    /// Makes a status.
    package init(state: TaskState, attempt: Int = 0, losses: Int = 0) {
        self.state = state
        self.attempt = attempt
        self.losses = losses
    }
}
