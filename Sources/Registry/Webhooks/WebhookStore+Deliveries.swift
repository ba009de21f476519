import Primitives
import Storage

/// The queue: journal entries become deliveries in the transaction that moves the cursor past them, so none is lost and none
/// is queued twice, whatever stops in between.
extension WebhookStore {
    /// The most messages that wait for one webhook; newer ones are dropped, which the journal says.
    package static let maximumPending = 10_000
    /// Journal entries looked at in one step.
    static let entriesAtOnce = 256
    private static let cursor = "registry"

    /// The place up to which the journal has been looked at, as the database has it.
    package func position() async throws -> Int64 {
        try await database.read { try Self.position($0) ?? 0 }
    }

    /// Looks at journal entries after `position` and queues a message for each webhook that asked for one.
    ///
    /// - Returns: the new position, and whether it is the journal's end.
    package func queue(after position: Int64) async throws -> (position: Int64, isLevel: Bool) {
        let (end, isWanted) = try await database.read { reader in
            (
                try reader.first("SELECT COALESCE(MAX(sequence), 0) AS n FROM journal_entry")?.integer("n") ?? 0,
                try reader.first("SELECT 1 AS found FROM webhook WHERE status = 'ACTIVE' LIMIT 1") != nil
            )
        }
        guard end > position else { return (position, true) }
        // Nobody listens: a webhook that is made later is told only about what happens after it.
        guard isWanted else { return (end, true) }
        var entries: [JournalEntry] = []
        var horizon = end
        for kind in WebhookEvent.journalKinds {
            let some = try await journal.entries(after: position, limit: Self.entriesAtOnce, kindPrefix: kind)
            if some.count == Self.entriesAtOnce, let last = some.last { horizon = min(horizon, last.sequence) }
            entries += some
        }
        let upTo = horizon
        let found = entries.filter { $0.sequence <= upTo }.sorted { $0.sequence < $1.sequence }
        if !found.isEmpty { try await queue(found, upTo: upTo) }
        return (upTo, upTo == end)
    }

    private func queue(_ entries: [JournalEntry], upTo horizon: Int64) async throws {
        let now = time.now()
        let ids = identifiers
        try await database.write { transaction in
            let seen = try Self.position(transaction)
            if let seen, seen >= horizon { return }
            let listeners = try Self.listeners(transaction)
            var messages: [(listener: Listener, entry: JournalEntry, event: WebhookEvent, data: JSONValue)] = []
            for entry in entries where entry.sequence > (seen ?? 0) {
                guard let (event, data) = try WebhookEvent.of(entry, transaction) else { continue }
                for listener in listeners[event] ?? [] where listener.since < entry.sequence {
                    messages.append((listener, entry, event, data))
                }
            }
            if messages.isEmpty { return }
            try Self.move(from: seen, to: horizon, transaction)
            var pending = try Self.pending(transaction)
            var dropped: [String: Int64] = [:]
            for message in messages {
                let id = message.listener.id
                guard pending[id, default: 0] < Int64(Self.maximumPending) else {
                    dropped[id, default: 0] += 1
                    continue
                }
                pending[id, default: 0] += 1
                try transaction.execute(
                    "INSERT INTO webhook_delivery (delivery_id, webhook_id, sequence, entity, action, data, occurred_at, "
                        + "attempts, next_attempt) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) "
                        + "ON CONFLICT (webhook_id, sequence) DO NOTHING",
                    [
                        .text(ids()), .text(id), .integer(message.entry.sequence), .text(message.event.entity),
                        .text(message.event.action), try .json(message.data), .time(message.entry.at), .time(now),
                    ]
                )
            }
            for (id, count) in dropped.sorted(by: { $0.key < $1.key }) {
                try transaction.record(
                    JournalEvent(
                        kind: "webhook.delivery.dropped",
                        subject: "webhook/\(id)",
                        actor: "system",
                        body: ["count": .integer(count)]
                    )
                )
            }
        }
    }

    /// Takes messages that are due: nobody else takes them until `leaseSeconds` are over.
    ///
    /// - Parameter busy: webhooks that are left out.
    /// - Returns: the messages, and when the next is due.
    package func take(_ limit: Int, leaseSeconds: Int64, except busy: Set<String> = []) async throws
        -> (due: [WebhookDelivery], next: Timestamp?)
    {
        let now = time.now()
        let next = try await database.read { reader in
            try reader.first("SELECT MIN(next_attempt) AS n FROM webhook_delivery")?.optionalTime("n")
        }
        guard let next, next <= now, limit > 0 else { return ([], next) }
        let left = busy.sorted()
        let rows = try await database.write { transaction in
            let others =
                left.isEmpty ? "" : "AND d.webhook_id NOT IN (\(left.map { _ in "?" }.joined(separator: ", "))) "
            let rows = try transaction.query(
                "SELECT d.*, w.url, w.secret FROM webhook_delivery AS d JOIN webhook AS w ON w.webhook_id = d.webhook_id "
                    + "WHERE d.next_attempt <= ? \(others)ORDER BY d.next_attempt, d.sequence LIMIT ?",
                [.time(now)] + left.map(SQLValue.text) + [.integer(Int64(limit))]
            )
            return try rows.filter { row in
                try transaction.execute(
                    "UPDATE webhook_delivery SET next_attempt = ? WHERE delivery_id = ? AND next_attempt = ?",
                    [
                        .integer(now.milliseconds + leaseSeconds * 1000), .text(try row.text("delivery_id")),
                        .integer(try row.integer("next_attempt")),
                    ]
                ) == 1
            }
        }
        let due = try rows.map { row in
            WebhookDelivery(
                id: try row.text("delivery_id"),
                webhookID: try row.text("webhook_id"),
                url: try row.text("url"),
                secret: try open(row, row.text("webhook_id")),
                event: WebhookEvent(try row.text("entity"), try row.text("action")),
                data: try row.json("data", as: JSONValue.self),
                occurredAt: try row.time("occurred_at"),
                attempts: Int(try row.integer("attempts"))
            )
        }
        return (due, due.isEmpty ? nil : now)
    }

    /// A message arrived: it is forgotten.
    package func finish(_ id: String) async throws {
        try await database.write { transaction in
            _ = try transaction.execute("DELETE FROM webhook_delivery WHERE delivery_id = ?", [.text(id)])
        }
    }

    /// A message is tried again later; `counts` says whether this attempt is one of those that it has.
    package func postpone(_ id: String, until moment: Timestamp, counts: Bool = true) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                "UPDATE webhook_delivery SET attempts = attempts + ?, next_attempt = ? WHERE delivery_id = ?",
                [.bool(counts), .time(moment), .text(id)]
            )
        }
    }

    /// A message is given up, which the journal says.
    package func abandon(_ delivery: WebhookDelivery, reason: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute(
                "DELETE FROM webhook_delivery WHERE delivery_id = ?",
                [.text(delivery.id)]
            )
            if count == 0 { return }
            try transaction.record(
                JournalEvent(
                    kind: "webhook.delivery.failed",
                    subject: "webhook/\(delivery.webhookID)",
                    actor: "system",
                    body: [
                        "event": .string("\(delivery.event.entity).\(delivery.event.action)"),
                        "delivery": .string(delivery.id), "attempts": .integer(Int64(delivery.attempts + 1)),
                        "reason": .string(String(reason.prefix(300))),
                    ]
                )
            )
        }
    }

    private struct Listener {
        let id: String
        let since: Int64
    }

    private static func listeners(_ reader: any SQLReader) throws -> [WebhookEvent: [Listener]] {
        var listeners: [WebhookEvent: [Listener]] = [:]
        for row in try reader.query(
            "SELECT w.webhook_id, w.since_sequence, e.entity, e.action FROM webhook AS w "
                + "JOIN webhook_event AS e ON e.webhook_id = w.webhook_id WHERE w.status = 'ACTIVE'"
        ) {
            let event = WebhookEvent(try row.text("entity"), try row.text("action"))
            listeners[event, default: []]
                .append(Listener(id: try row.text("webhook_id"), since: try row.integer("since_sequence")))
        }
        return listeners
    }

    private static func pending(_ reader: any SQLReader) throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for row in try reader.query("SELECT webhook_id, COUNT(*) AS n FROM webhook_delivery GROUP BY webhook_id") {
            counts[try row.text("webhook_id")] = try row.integer("n")
        }
        return counts
    }

    private static func position(_ reader: any SQLReader) throws -> Int64? {
        try reader.first("SELECT sequence FROM webhook_cursor WHERE name = ?", [.text(cursor)])?.integer("sequence")
    }

    /// Moves the cursor if nobody else did since it was read: two servers on one database never queue the same entry.
    private static func move(from old: Int64?, to new: Int64, _ transaction: any SQLTransaction) throws {
        let count =
            if let old {
                try transaction.execute(
                    "UPDATE webhook_cursor SET sequence = ? WHERE name = ? AND sequence = ?",
                    [.integer(new), .text(cursor), .integer(old)]
                )
            } else {
                try transaction.execute(
                    "INSERT INTO webhook_cursor (name, sequence) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                    [.text(cursor), .integer(new)]
                )
            }
        guard count == 1 else {
            throw PlatformError(ErrorCode("webhook_cursor_moved", .conflict), "Another server queued these entries.")
        }
    }
}
