import Foundation
import Primitives

/// Names one attempt: the idempotency key of its submission. What is submitted twice under one key runs once.
package struct AttemptID: Sendable, Hashable, Codable {
    /// The run's id.
    package let run: String
    /// The task's name.
    package let task: String
    /// From 1; also the fencing token.
    package let attempt: Int

    /// Makes an id.
    package init(run: String, task: String, attempt: Int) {
        self.run = run
        self.task = task
        self.attempt = attempt
    }

    /// The attempt of an order.
    package init(_ order: AttemptOrder) {
        self.init(run: order.run, task: order.task, attempt: order.attempt)
    }

    /// For logs and messages.
    package var text: String { "\(run)/\(task)/\(attempt)" }
}

/// An attempt with all that an executor needs to begin it.
package struct Submission: Sendable {
    /// What runs.
    package let order: AttemptOrder
    /// A token for the task; nil where the server needs none.
    package let token: String?
    /// Ends a process of this machine without a detour through the engine's loop.
    package let control: AttemptControl

    /// The idempotency key.
    package var id: AttemptID { AttemptID(order) }

    /// Makes a submission.
    package init(order: AttemptOrder, token: String?, control: AttemptControl) {
        self.order = order
        self.token = token
        self.control = control
    }
}

/// What an executor sees of an attempt.
package enum Observation: Sendable {
    /// It was taken in and has not begun: it waits for a place, a machine, an image.
    case queued
    /// It is under way.
    case running
    /// It is over.
    case ended(AttemptOutcome)
    /// The executor knows nothing of it: it was never submitted, was reaped, or was forgotten.
    case unknown
}

/// Where attempts run: six verbs, and nothing else. An executor keeps no state of the run; whoever asks it after a restart
/// gets the same answers.
package protocol TaskExecutor: Sendable {
    /// Whether what it runs outlives the server that submitted it.
    var survivesServer: Bool { get }

    /// How long the engine waits between two looks.
    var interval: Duration { get }

    /// Begins an attempt, or finds that it began already: the same id is submitted once, however often this is called.
    ///
    /// - Returns: what the executor calls it, for people: a process, a container, a job.
    /// - Throws: an error of kind `unavailable` when trying again may help; any other is the attempt's failure.
    func submit(_ submission: Submission) async throws -> String

    /// Looks at an attempt.
    ///
    /// - Throws: an error of kind `unavailable` when nobody answered; that says nothing about the attempt.
    func observe(_ id: AttemptID) async throws -> Observation

    /// Bytes of what the attempt wrote, from an offset; empty where there is nothing more.
    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data

    /// Asks an attempt to end; with `force`, ends it. Returns at once; `observe` tells when it is over.
    func cancel(_ id: AttemptID, force: Bool) async throws

    /// The attempts that it still has, whoever submitted them; at start the engine goes on with those of its runs and ends
    /// the rest.
    func adopt() async throws -> [AttemptID]

    /// Removes what is left of an attempt that is over, or ends it first. Removing what is not there is no error.
    func reap(_ id: AttemptID) async
}
