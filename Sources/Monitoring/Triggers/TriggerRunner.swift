import Logging
import Primitives
import Storage

/// Starts a pipeline: name, parameters, reason, idempotency key. Returns the run's id. Called again with the same key (after
/// a crash between the start and its record) it must return the same run and start no other.
package typealias StartPipeline =
    @Sendable (_ name: String, _ parameters: [String: JSONValue], _ reason: String, _ idempotencyKey: String)
    async throws
    -> String

/// Acts on `drift.detected` events of the journal, each exactly once: the cursor is durable, every decision is recorded
/// under trigger and event before the cursor moves on, and the start itself carries that key.
package struct TriggerRunner: Sendable {
    /// Events read at once.
    static let page = 100

    private let journal: Journal
    private let store: TriggerStore
    private let startPipeline: StartPipeline
    private let clock: TimeSource
    private let logger: Logger

    /// Reads `journal` and starts runs by `startPipeline`.
    package init(
        journal: Journal,
        store: TriggerStore,
        startPipeline: @escaping StartPipeline,
        clock: TimeSource,
        logger: Logger
    ) {
        self.journal = journal
        self.store = store
        self.startPipeline = startPipeline
        self.clock = clock
        self.logger = logger
    }

    /// Acts on every event that has not been acted on.
    ///
    /// - Returns: what was decided, in order.
    /// - Throws: when the database fails or the pipeline engine is not available yet; the event is then tried again later.
    @discardableResult
    package func runPending() async throws -> [TriggerFiring] {
        var decided: [TriggerFiring] = []
        while true {
            let cursor = try await store.cursor()
            let entries = try await journal.entries(after: cursor, limit: Self.page, kindPrefix: "drift.detected")
            if entries.isEmpty { return decided }
            for entry in entries {
                decided += try await act(on: entry)
                try await store.advance(to: entry.sequence)
            }
        }
    }

    private func act(on entry: JournalEntry) async throws -> [TriggerFiring] {
        guard let endpoint = entry.event.body["endpoint"]?.stringValue else { return [] }
        var decided: [TriggerFiring] = []
        for (trigger, hold) in try await store.pending(entry, endpoint: endpoint, now: clock.now()) {
            let firing = try await decide(trigger, entry, hold)
            try await store.record(firing, pipeline: trigger.pipeline, endpoint: endpoint)
            decided.append(firing)
        }
        return decided
    }

    private func decide(_ trigger: TriggerDefinition, _ entry: JournalEntry, _ hold: String?) async throws
        -> TriggerFiring
    {
        func firing(_ outcome: TriggerFiring.Outcome, _ reason: String, run: String? = nil) -> TriggerFiring {
            TriggerFiring(
                trigger: trigger.name,
                journalSequence: entry.sequence,
                at: clock.now(),
                outcome: outcome,
                reason: reason,
                run: run
            )
        }
        if let hold { return firing(.suppressed, hold) }
        let reason = "drift on endpoint \(trigger.endpoint) (journal \(entry.sequence))"
        let key = TriggerFiring.idempotencyKey(trigger.name, entry.sequence)
        do {
            let run = try await startPipeline(trigger.pipeline, trigger.parameters, reason, key)
            return firing(.fired, reason, run: run)
        } catch let error as PlatformError
            where error.code.kind != .unavailable && error.code.kind != .resourceExhausted
        {
            logger.error(
                "trigger could not start its pipeline",
                metadata: ["trigger": "\(trigger.name)", "error": "\(error)"]
            )
            return firing(.suppressed, "the pipeline did not start: \(error)")
        }
    }
}
