/// Bodies of the MLflow REST calls about webhooks (`webhooks.proto`). Every member is optional here, since a missing one has
/// an error of its own; unknown members are ignored.
package enum MLflowWebhookBodies {
    /// What a webhook is told about.
    package struct Event: Decodable, Sendable {
        /// `REGISTERED_MODEL`, …
        package let entity: String?
        /// `CREATED`, …
        package let action: String?
    }

    /// Create and update.
    package struct Webhook: Decodable, Sendable {
        /// Its name.
        package let name: String?
        /// What people say about it.
        package let description: String?
        /// Where deliveries go.
        package let url: String?
        /// What it is told about.
        package let events: [Event]?
        /// The secret that signs deliveries.
        package let secret: String?
        /// `ACTIVE` or `DISABLED`.
        package let status: String?
    }

    /// A test delivery.
    package struct Test: Decodable, Sendable {
        /// The event; nil for the webhook's first.
        package let event: Event?
    }
}
