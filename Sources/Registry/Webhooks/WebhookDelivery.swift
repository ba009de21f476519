import Primitives
import Storage

/// One message that is still to be delivered.
package struct WebhookDelivery: Sendable, Hashable {
    /// Its identifier, the same for every attempt, so that a receiver can tell a repetition.
    package let id: String
    /// The webhook.
    package let webhookID: String
    /// Where it goes.
    package let url: String
    /// The secret that signs it.
    package let secret: String?
    /// What happened.
    package let event: WebhookEvent
    /// What MLflow sends with such an event.
    package let data: JSONValue
    /// When it happened.
    package let occurredAt: Timestamp
    /// How often it was tried before.
    package let attempts: Int

    /// Describes a message.
    package init(
        id: String,
        webhookID: String,
        url: String,
        secret: String?,
        event: WebhookEvent,
        data: JSONValue,
        occurredAt: Timestamp,
        attempts: Int = 0
    ) {
        self.id = id
        self.webhookID = webhookID
        self.url = url
        self.secret = secret
        self.event = event
        self.data = data
        self.occurredAt = occurredAt
        self.attempts = attempts
    }
}
