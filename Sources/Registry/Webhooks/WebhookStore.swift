import Foundation
import Primitives
import Storage

/// Keeps webhooks and what is still to be delivered to them.
package struct WebhookStore: Sendable {
    /// The most webhooks of one server.
    package static let maximumWebhooks = 1000
    /// The most webhooks in one page of a list.
    package static let maximumPage = 1000
    /// The longest secret, in bytes.
    package static let maximumSecretBytes = 4096

    let database: any Database
    let journal: Journal
    let time: TimeSource
    let identifiers: IdentifierSource
    let seal: WebhookSeal

    /// Makes a store.
    ///
    /// - Parameter seal: how secrets are kept.
    package init(
        database: any Database,
        time: TimeSource = .system,
        identifiers: IdentifierSource = .system,
        seal: WebhookSeal
    ) {
        self.database = database
        journal = Journal(database: database)
        self.time = time
        self.identifiers = identifiers
        self.seal = seal
    }

    /// Makes a webhook. It is told about what happens from now on.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_EXHAUSTED`.
    package func create(
        name: String,
        url: String,
        events: [WebhookEvent],
        description: String?,
        secret: String?,
        isActive: Bool,
        actor: String
    ) async throws -> Webhook {
        try Self.check(name: name)
        try Self.check(events: events)
        let id = identifiers()
        let sealed = try sealed(secret, id)
        let now = time.now()
        return try await database.write { transaction in
            let count = try transaction.first("SELECT COUNT(*) AS n FROM webhook")?.integer("n") ?? 0
            guard count < Int64(Self.maximumWebhooks) else {
                throw PlatformError(
                    ErrorCode("RESOURCE_EXHAUSTED", .resourceExhausted),
                    "There are \(count) webhooks already; at most \(Self.maximumWebhooks) are kept."
                )
            }
            let sequence = try transaction.record(
                JournalEvent(
                    kind: "webhook.created",
                    subject: "webhook/\(id)",
                    actor: actor,
                    body: ["name": .string(name), "events": Self.list(events)]
                )
            )
            try transaction.execute(
                "INSERT INTO webhook (webhook_id, name, url, description, secret, status, creation_time, last_update_time, "
                    + "created_sequence, since_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .text(url), .optional(description), sealed,
                    .text(isActive ? "ACTIVE" : "DISABLED"), .time(now), .time(now), .integer(sequence),
                    .integer(sequence),
                ]
            )
            try Self.put(events, id, transaction)
            return try Self.load(id, transaction)
        }
    }

    /// A webhook.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> Webhook { try await database.read { try Self.load(id, $0) } }

    /// One page of webhooks, the newest first.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func list(maximum: Int, token: String?) async throws -> Page<Webhook> {
        guard (1...Self.maximumPage).contains(maximum) else {
            throw PlatformError.mlflowInvalid("max_results must be between 1 and \(Self.maximumPage).")
        }
        let order = PageOrder([SortTerm("created_sequence", ascending: false)])
        let place = try order.condition(after: token)
        return try await database.read { reader in
            let rows = try reader.query(
                "SELECT * FROM webhook WHERE \(place.sql) ORDER BY \(order.sql) LIMIT ?",
                place.arguments + [.integer(Int64(maximum) + 1)]
            )
            let page = try order.page(rows, maximum: maximum)
            return Page(elements: try Self.webhooks(page.elements, reader), nextToken: page.nextToken)
        }
    }

    /// Changes a webhook. Other events, or being active again, count from now on.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func update(_ id: String, _ change: WebhookChange, actor: String) async throws -> Webhook {
        if let name = change.name { try Self.check(name: name) }
        if let events = change.events { try Self.check(events: events) }
        let sealed = try sealed(change.secret, id)
        let now = time.now()
        return try await database.write { transaction in
            let old = try Self.load(id, transaction)
            let sequence = try transaction.record(
                JournalEvent(
                    kind: "webhook.updated",
                    subject: "webhook/\(id)",
                    actor: actor,
                    body: [
                        "name": .string(change.name ?? old.name), "events": Self.list(change.events ?? old.events),
                        "active": .bool(change.isActive ?? old.isActive), "secret_changed": .bool(change.secret != nil),
                    ]
                )
            )
            let startsAnew = change.events != nil || (change.isActive == true && !old.isActive)
            // A change is never stamped as old as what it changes: clients tell versions apart by this time.
            let stamp = max(now.milliseconds, old.lastUpdateTime.milliseconds + 1)
            try transaction.execute(
                "UPDATE webhook SET name = ?, url = ?, description = ?, status = ?, last_update_time = ?, "
                    + "since_sequence = CASE WHEN ? = 1 THEN ? ELSE since_sequence END WHERE webhook_id = ?",
                [
                    .text(change.name ?? old.name), .text(change.url ?? old.url),
                    .optional(change.description ?? old.description),
                    .text(change.isActive ?? old.isActive ? "ACTIVE" : "DISABLED"), .integer(stamp),
                    .bool(startsAnew), .integer(sequence), .text(id),
                ]
            )
            // What waits is not sent when the webhook is switched on again: it would be old news.
            if change.isActive == false {
                try transaction.execute("DELETE FROM webhook_delivery WHERE webhook_id = ?", [.text(id)])
            }
            if change.secret != nil {
                try transaction.execute("UPDATE webhook SET secret = ? WHERE webhook_id = ?", [sealed, .text(id)])
            }
            if let events = change.events {
                try transaction.execute("DELETE FROM webhook_event WHERE webhook_id = ?", [.text(id)])
                try Self.put(events, id, transaction)
            }
            return try Self.load(id, transaction)
        }
    }

    /// Deletes a webhook with what was still to be delivered.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func delete(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            guard try transaction.execute("DELETE FROM webhook WHERE webhook_id = ?", [.text(id)]) > 0 else {
                throw Self.missing(id)
            }
            try transaction.record(JournalEvent(kind: "webhook.deleted", subject: "webhook/\(id)", actor: actor))
        }
    }

    /// The secret that signs a webhook's deliveries; nil when it has none.
    package func secret(of id: String) async throws -> String? {
        let row = try await database.read { reader in
            try reader.first("SELECT secret FROM webhook WHERE webhook_id = ?", [.text(id)])
        }
        guard let row else { throw Self.missing(id) }
        return try open(row, id)
    }

    func open(_ row: SQLRow, _ id: String) throws -> String? {
        if case .null = try row.value("secret") { return nil }
        return try seal.open([UInt8](row.blob("secret")), id)
    }

    private func sealed(_ secret: String?, _ id: String) throws -> SQLValue {
        guard let secret, !secret.isEmpty else { return .null }
        guard secret.utf8.count <= Self.maximumSecretBytes else {
            throw PlatformError.mlflowInvalid("A webhook's secret has at most \(Self.maximumSecretBytes) bytes.")
        }
        return .blob(Data(try seal.seal(secret, id)))
    }

    static func missing(_ id: String) -> PlatformError {
        PlatformError.mlflowMissing("Webhook with ID \(id.prefix(100)) not found.")
    }

    static func load(_ id: String, _ reader: any SQLReader) throws -> Webhook {
        let rows = try reader.query("SELECT * FROM webhook WHERE webhook_id = ?", [.text(id)])
        guard let webhook = try webhooks(rows, reader).first else { throw missing(id) }
        return webhook
    }

    private static func webhooks(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [Webhook] {
        if rows.isEmpty { return [] }
        let ids = try rows.map { try $0.text("webhook_id") }
        var events: [String: [WebhookEvent]] = [:]
        for row in try reader.query(
            "SELECT webhook_id, entity, action FROM webhook_event WHERE webhook_id IN "
                + "(\(ids.map { _ in "?" }.joined(separator: ", "))) ORDER BY webhook_id, position",
            ids.map(SQLValue.text)
        ) {
            events[try row.text("webhook_id"), default: []]
                .append(WebhookEvent(try row.text("entity"), try row.text("action")))
        }
        return try zip(rows, ids).map { try Webhook(row: $0, events: events[$1] ?? []) }
    }

    private static func put(_ events: [WebhookEvent], _ id: String, _ transaction: any SQLTransaction) throws {
        for (position, event) in events.enumerated() {
            try transaction.execute(
                "INSERT INTO webhook_event (webhook_id, entity, action, position) VALUES (?, ?, ?, ?) "
                    + "ON CONFLICT (webhook_id, entity, action) DO NOTHING",
                [.text(id), .text(event.entity), .text(event.action), .integer(Int64(position))]
            )
        }
    }

    private static func list(_ events: [WebhookEvent]) -> JSONValue {
        .array(events.map { .string("\($0.entity).\($0.action)") })
    }

    private static func check(events: [WebhookEvent]) throws {
        if events.isEmpty {
            throw PlatformError.mlflowInvalid("Webhook events must be a non-empty list of WebhookEvent objects: [].")
        }
    }

    /// Letters, digits, `.`, `_` and `-`; at most 63; a letter or digit at both ends.
    private static func check(name: String) throws {
        func isPlain(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        let bytes = Array(name.utf8)
        let isGood =
            (1...63).contains(bytes.count) && bytes.allSatisfy { isPlain($0) || "._-".utf8.contains($0) }
            && isPlain(bytes[0]) && isPlain(bytes[bytes.count - 1])
        if isGood { return }
        throw PlatformError.mlflowInvalid(
            "Webhook name '\(name.prefix(200))' is invalid. It must start and end with a letter or digit, be less than 63 "
                + "characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
        )
    }
}
