import Primitives
import Storage

/// A trigger as it stands in the database.
package struct StoredTrigger: Sendable, Codable, Hashable {
    /// The rule.
    package let definition: TriggerDefinition
    /// When it was last applied.
    package let appliedAt: Timestamp
    /// Who applied it.
    package let appliedBy: String
    /// What it did last, newest first; at most 10.
    package let firings: [TriggerFiring]
}

/// The tables of triggers, of what they did, and of how far they have read the journal.
package struct TriggerStore: Sendable {
    private static let consumer = "triggers"
    private let database: any Database

    /// Reads and writes the triggers of a database.
    package init(database: any Database) {
        self.database = database
    }

    /// Declares triggers or changes those of the same name. Alarms raised before are not acted on.
    ///
    /// - Returns: the names that were new or changed.
    @discardableResult
    package func apply(_ triggers: [TriggerDefinition], by actor: String, at: Timestamp) async throws -> [String] {
        try await database.write { transaction in
            var changed: [String] = []
            for trigger in triggers {
                let before = try transaction.first(
                    "SELECT definition FROM drift_trigger WHERE name = ?",
                    [.text(trigger.name)]
                )
                if try before?.json("definition", as: TriggerDefinition.self) == trigger { continue }
                try transaction.execute(
                    """
                    INSERT INTO drift_trigger (name, definition, applied_at, applied_by) VALUES (?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET definition = excluded.definition,
                        applied_at = excluded.applied_at, applied_by = excluded.applied_by
                    """,
                    [.text(trigger.name), .json(trigger), .time(at), .text(actor)]
                )
                try transaction.record(
                    JournalEvent(
                        kind: "trigger.applied",
                        subject: "trigger/\(trigger.name)",
                        actor: actor,
                        body: .object([
                            "endpoint": .string(trigger.endpoint),
                            "pipeline": .string(trigger.pipeline),
                            "parameters": .object(trigger.parameters),
                            "cooldown_seconds": .integer(Int64(trigger.cooldownSeconds)),
                            "maximum_per_day": .integer(Int64(trigger.maximumPerDay)),
                        ])
                    )
                )
                changed.append(trigger.name)
            }
            return changed
        }
    }

    /// Every trigger, by name, with its latest firings.
    package func all() async throws -> [StoredTrigger] {
        try await database.read { reader in
            try reader.query("SELECT * FROM drift_trigger ORDER BY name").map { row in
                let firings = try reader.query(
                    "SELECT * FROM drift_trigger_firing WHERE trigger_name = ? ORDER BY journal_sequence DESC LIMIT 10",
                    [.text(try row.text("name"))]
                )
                return StoredTrigger(
                    definition: try row.json("definition", as: TriggerDefinition.self),
                    appliedAt: try row.time("applied_at"),
                    appliedBy: try row.text("applied_by"),
                    firings: try firings.map(TriggerFiring.init)
                )
            }
        }
    }

    /// Firings ever, by trigger and outcome: for the metrics.
    package func counts() async throws -> [(trigger: String, outcome: String, count: Int)] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT trigger_name, outcome, COUNT(*) AS firings FROM drift_trigger_firing
                GROUP BY trigger_name, outcome ORDER BY trigger_name, outcome
                """
            ).map { (try $0.text("trigger_name"), try $0.text("outcome"), Int(try $0.integer("firings"))) }
        }
    }

    /// How far the journal has been read.
    func cursor() async throws -> Int64 {
        try await database.read { reader in
            try reader.first("SELECT sequence FROM drift_trigger_cursor WHERE consumer = ?", [.text(Self.consumer)])?
                .integer("sequence") ?? 0
        }
    }

    /// Triggers of an endpoint that have not acted on an event yet, each with the reason to hold it back, if any.
    func pending(_ entry: JournalEntry, endpoint: String, now: Timestamp) async throws
        -> [(trigger: TriggerDefinition, hold: String?)]
    {
        try await database.read { reader in
            let triggers = try reader.query("SELECT definition FROM drift_trigger ORDER BY name")
                .map { try $0.json("definition", as: TriggerDefinition.self) }
                .filter { $0.endpoint == endpoint && $0.on == entry.event.kind }
            return try triggers.compactMap { trigger in
                let key = TriggerFiring.idempotencyKey(trigger.name, entry.sequence)
                let done = try reader.first(
                    "SELECT outcome FROM drift_trigger_firing WHERE idempotency_key = ?",
                    [.text(key)]
                )
                return done == nil ? (trigger, try Self.hold(trigger, now: now, in: reader)) : nil
            }
        }
    }

    private static func hold(_ trigger: TriggerDefinition, now: Timestamp, in reader: any SQLReader) throws -> String? {
        let day = now.advanced(byMilliseconds: -86_400_000)
        let row = try reader.first(
            """
            SELECT COUNT(CASE WHEN at > ? THEN 1 END) AS today, MAX(at) AS last FROM drift_trigger_firing
            WHERE trigger_name = ? AND outcome = 'fired'
            """,
            [.time(day), .text(trigger.name)]
        )
        if let last = try row?.optionalTime("last") {
            let since = now.milliseconds - last.milliseconds
            if since < Int64(trigger.cooldownSeconds) * 1000 {
                return "cooldown: fired \(since / 1000) s ago, and \(trigger.cooldownSeconds) s must pass"
            }
        }
        if let today = try row?.integer("today"), today >= trigger.maximumPerDay {
            return
                "maximum_per_day: fired \(today) times in the last 24 hours, and \(trigger.maximumPerDay) are allowed"
        }
        return nil
    }

    /// Records what a trigger did, with its journal event; a second record for the same event changes nothing.
    func record(_ firing: TriggerFiring, pipeline: String, endpoint: String) async throws {
        try await database.write { transaction in
            let stored = try transaction.execute(
                """
                INSERT INTO drift_trigger_firing (idempotency_key, trigger_name, journal_sequence, at, outcome, reason, run)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idempotency_key) DO NOTHING
                """,
                [
                    .text(firing.idempotencyKey), .text(firing.trigger), .integer(firing.journalSequence),
                    .time(firing.at), .text(firing.outcome.rawValue), .text(firing.reason), .optional(firing.run),
                ]
            )
            guard stored > 0 else { return }
            var body: [String: JSONValue] = [
                "trigger": .string(firing.trigger),
                "cause": .integer(firing.journalSequence),
                "endpoint": .string(endpoint),
                "pipeline": .string(pipeline),
                "reason": .string(firing.reason),
            ]
            if let run = firing.run { body["run"] = .string(run) }
            try transaction.record(
                JournalEvent(
                    kind: "trigger.\(firing.outcome.rawValue)",
                    subject: "trigger/\(firing.trigger)",
                    actor: "system",
                    body: .object(body)
                )
            )
        }
    }

    /// Moves the cursor past an event that every trigger has dealt with.
    func advance(to sequence: Int64) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                """
                INSERT INTO drift_trigger_cursor (consumer, sequence) VALUES (?, ?)
                ON CONFLICT (consumer) DO UPDATE SET sequence = excluded.sequence
                WHERE excluded.sequence > drift_trigger_cursor.sequence
                """,
                [.text(Self.consumer), .integer(sequence)]
            )
        }
    }
}
