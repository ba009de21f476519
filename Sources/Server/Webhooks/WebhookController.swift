import Hummingbird
import Primitives
import Registry
import WireAPI

/// MLflow's calls about webhooks. Addresses of webhooks often hold a key, so reading them takes what changing them takes.
package struct WebhookController: Sendable {
    private let store: WebhookStore
    private let sender: WebhookSender
    private let time: TimeSource
    private let identifiers: IdentifierSource

    /// Makes the controller of a store.
    package init(
        store: WebhookStore,
        policy: WebhookPolicy,
        time: TimeSource = .system,
        identifiers: IdentifierSource = .system
    ) {
        self.store = store
        sender = WebhookSender(policy: policy, resolver: NameResolver(), time: time)
        self.time = time
        self.identifiers = identifiers
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/webhooks"
        routes.mlflow(.post, base, .monitorWrite, create)
        routes.mlflow(.get, base, .monitorWrite, list)
        routes.mlflow(.get, "\(base)/{webhook_id}", .monitorWrite) { call in
            Self.reply(try await store.get(Self.id(call)))
        }
        routes.mlflow(.patch, "\(base)/{webhook_id}", .monitorWrite, update)
        routes.mlflow(.delete, "\(base)/{webhook_id}", .monitorWrite) { call in
            try await store.delete(Self.id(call), actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/{webhook_id}/test", .monitorWrite, test)
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowWebhookBodies.Webhook.self)
        let name = try MLflowCall.require(body.name, "name")
        let url = try MLflowCall.require(body.url, "url")
        guard let events = body.events, !events.isEmpty else { throw MLflowName.missing("events") }
        try await sender.check(url)
        let webhook = try await store.create(
            name: name,
            url: url,
            events: Self.events(events),
            description: body.description.flatMap { $0.isEmpty ? nil : $0 },
            secret: body.secret,
            isActive: try Self.isActive(body.status) ?? true,
            actor: call.actor
        )
        return Self.reply(webhook)
    }

    private func list(_ call: MLflowCall) async throws -> Response {
        let asked = try call.integer("max_results") ?? 100
        let page = try await store.list(
            maximum: asked == 0 ? 100 : Int(clamping: asked),
            token: call.query("page_token")
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("webhooks", page.elements) { writer, one in writer.object { $0.members(of: one) } }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    private func update(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowWebhookBodies.Webhook.self)
        let id = try Self.id(call)
        _ = try await store.get(id)
        let change = WebhookChange(
            name: body.name.flatMap { $0.isEmpty ? nil : $0 },
            url: body.url.flatMap { $0.isEmpty ? nil : $0 },
            events: try body.events.flatMap { $0.isEmpty ? nil : try Self.events($0) },
            description: body.description,
            secret: body.secret,
            isActive: try Self.isActive(body.status)
        )
        if let url = change.url { try await sender.check(url) }
        return Self.reply(try await store.update(id, change, actor: call.actor))
    }

    /// Sends an example once and says what the receiver answered.
    private func test(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowWebhookBodies.Test.self)
        let webhook = try await store.get(Self.id(call))
        guard let event = try body.event.map({ try Self.events([$0])[0] }) ?? webhook.events.first else {
            throw MLflowName.missing("event")
        }
        let outcome = await sender.send(
            WebhookDelivery(
                id: identifiers(),
                webhookID: webhook.id,
                url: webhook.url,
                secret: try await store.secret(of: webhook.id),
                event: event,
                data: event.example,
                occurredAt: time.now()
            )
        )
        return .mlflow { writer in
            writer.object("result") { writer in
                writer.member("success", outcome.isSuccess)
                switch outcome {
                case .answered(let status, let text, _):
                    writer.member("response_status", Int64(status))
                    writer.member("response_body", text)
                case .failed(let reason), .refused(let reason):
                    writer.member("error_message", "Failed to test webhook: \(reason)")
                }
            }
        }
    }

    private static func id(_ call: MLflowCall) throws -> String { try call.call.parameter("webhook_id") }

    private static func events(_ bodies: [MLflowWebhookBodies.Event]) throws -> [WebhookEvent] {
        guard bodies.count <= 100 else { throw PlatformError.mlflowInvalid("A webhook has at most 100 events.") }
        return try bodies.map { body in
            try WebhookEvent.named(
                MLflowCall.require(body.entity, "events.entity"),
                MLflowCall.require(body.action, "events.action")
            )
        }
    }

    private static func isActive(_ status: String?) throws -> Bool? {
        switch status {
        case nil, "": nil
        case "ACTIVE": true
        case "DISABLED": false
        case let other?: throw PlatformError.mlflowInvalid("Unknown webhook status '\(other.prefix(50))'.")
        }
    }

    private static func reply(_ webhook: Webhook) -> Response {
        .mlflow { writer in writer.object("webhook") { $0.members(of: webhook) } }
    }
}

extension JSONWriter {
    /// MLflow's JSON of a webhook (`webhooks.proto`); the secret is never in it.
    fileprivate mutating func members(of webhook: Webhook) {
        member("webhook_id", webhook.id)
        member("name", webhook.name)
        member("description", webhook.description)
        member("url", webhook.url)
        array("events", webhook.events) { writer, event in
            writer.object {
                $0.member("entity", event.entity.uppercased())
                $0.member("action", event.action.uppercased())
            }
        }
        member("status", webhook.isActive ? "ACTIVE" : "DISABLED")
        member("creation_timestamp", webhook.creationTime.milliseconds)
        member("last_updated_timestamp", webhook.lastUpdateTime.milliseconds)
    }
}
