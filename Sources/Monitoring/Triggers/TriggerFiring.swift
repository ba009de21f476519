import Primitives
import Storage

/// What a trigger did about one event.
package struct TriggerFiring: Sendable, Codable, Hashable {
    /// Whether the pipeline was started.
    package enum Outcome: String, Sendable, Codable {
        /// A run was started.
        case fired
        /// No run was started; the reason says why.
        case suppressed
    }

    /// The trigger's name.
    package let trigger: String
    /// The journal's number of the event.
    package let journalSequence: Int64
    /// When it was decided.
    package let at: Timestamp
    /// What was done.
    package let outcome: Outcome
    /// Why.
    package let reason: String
    /// The run that was started.
    package let run: String?

    /// The key under which the pipeline engine starts at most one run: the trigger and the event.
    package var idempotencyKey: String { Self.idempotencyKey(trigger, journalSequence) }

    static func idempotencyKey(_ trigger: String, _ sequence: Int64) -> String { "\(trigger)/\(sequence)" }
}

extension TriggerFiring {
    init(_ row: SQLRow) throws {
        self.init(
            trigger: try row.text("trigger_name"),
            journalSequence: try row.integer("journal_sequence"),
            at: try row.time("at"),
            outcome: try row.text("outcome") == Outcome.fired.rawValue ? .fired : .suppressed,
            reason: try row.text("reason"),
            run: try row.optionalText("run")
        )
    }
}
