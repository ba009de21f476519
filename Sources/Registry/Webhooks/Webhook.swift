import Primitives
import Storage

/// Where somebody wants to be told about changes of the registry. The secret stays in the store.
package struct Webhook: Sendable, Hashable {
    /// Its identifier.
    package let id: String
    /// What people call it.
    package let name: String
    /// Where deliveries go.
    package let url: String
    /// What it is told about, in the order that was asked for.
    package let events: [WebhookEvent]
    /// What people say about it.
    package let description: String?
    /// Whether it is told at all.
    package let isActive: Bool
    /// When it was made.
    package let creationTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp

    init(row: SQLRow, events: [WebhookEvent]) throws {
        id = try row.text("webhook_id")
        name = try row.text("name")
        url = try row.text("url")
        description = try row.optionalText("description")
        isActive = try row.text("status") == "ACTIVE"
        creationTime = try row.time("creation_time")
        lastUpdateTime = try row.time("last_update_time")
        self.events = events
    }
}

/// A change of a webhook; nil leaves a field alone.
package struct WebhookChange: Sendable {
    /// Its name.
    package var name: String?
    /// Where deliveries go.
    package var url: String?
    /// What it is told about.
    package var events: [WebhookEvent]?
    /// What people say about it.
    package var description: String?
    /// The secret that signs deliveries; empty for none.
    package var secret: String?
    /// Whether it is told at all.
    package var isActive: Bool?

    /// Changes nothing yet.
    package init(
        name: String? = nil,
        url: String? = nil,
        events: [WebhookEvent]? = nil,
        description: String? = nil,
        secret: String? = nil,
        isActive: Bool? = nil
    ) {
        self.name = name
        self.url = url
        self.events = events
        self.description = description
        self.secret = secret
        self.isActive = isActive
    }
}

/// How the store keeps secrets: sealed with a key that is not in the database. The second argument is the webhook's
/// identifier, for which alone the secret opens again.
package struct WebhookSeal: Sendable {
    let seal: @Sendable (String, String) throws -> [UInt8]
    let open: @Sendable ([UInt8], String) throws -> String

    /// Takes the two directions.
    package init(
        seal: @escaping @Sendable (String, String) throws -> [UInt8],
        open: @escaping @Sendable ([UInt8], String) throws -> String
    ) {
        self.seal = seal
        self.open = open
    }
}
