import Primitives

/// What an engine that asks for a task is told.
package enum ExternalClaim: Sendable {
    /// The task has outputs already, from an earlier attempt or, when `isCached`, from an earlier execution.
    case committed(outputs: [TaskOutput], isCached: Bool)
    /// The task is left out, and nothing is wrong.
    case skipped(reason: String)
    /// Run this; `token` is for the task alone.
    case order(AttemptOrder, token: String?)
}

/// What an attempt under way is told when it reports.
package enum ExternalVerdict: String, Sendable, Codable {
    /// Go on.
    case running
    /// The run was cancelled: end the process and report it.
    case cancelled
    /// Another attempt took its place, or the task is over: end the process; nothing that it reports counts.
    case superseded
}
