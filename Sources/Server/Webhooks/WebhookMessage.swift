import Crypto
import Foundation
import Primitives
import Registry

/// A delivery as it goes over the wire: MLflow's body and headers, signed as Standard Webhooks has it.
struct WebhookMessage: Sendable, Equatable {
    let body: Data
    let headers: [String: String]

    /// - Parameter now: when it is sent; receivers refuse what is old.
    init(_ delivery: WebhookDelivery, now: Timestamp) throws {
        let moment = delivery.occurredAt.description
        let timestamp = moment.hasSuffix("Z") ? moment.dropLast() + "+00:00" : moment
        let text = try Self.object([
            ("entity", CanonicalJSON.text(delivery.event.entity)),
            ("action", CanonicalJSON.text(delivery.event.action)),
            ("timestamp", CanonicalJSON.text(timestamp)), ("data", Self.text(of: delivery.data)),
        ])
        let seconds = String(now.milliseconds / 1000)
        body = Data(text.utf8)
        var headers = [
            "Content-Type": "application/json", "X-MLflow-Delivery-Id": delivery.id, "X-MLflow-Timestamp": seconds,
        ]
        if let secret = delivery.secret, !secret.isEmpty {
            headers["X-MLflow-Signature"] = Self.signature(secret, delivery.id, seconds, text)
        }
        self.headers = headers
    }

    /// Members of a payload in MLflow's order; receivers that print or compare texts see what they are used to.
    private static let order = [
        "name", "alias", "version", "source", "run_id", "template", "key", "value", "tags", "description",
    ]

    private static func text(of data: JSONValue) throws -> String {
        guard let members = data.objectValue else { return try CanonicalJSON.text(data) }
        let first = order.filter { members[$0] != nil }
        let rest = members.keys.filter { !order.contains($0) }.sorted()
        return try object((first + rest).map { ($0, try CanonicalJSON.text(members[$0] ?? .null)) })
    }

    /// An object of members whose values are JSON already.
    private static func object(_ members: [(String, String)]) throws -> String {
        let written = try members.map { name, value in "\(try CanonicalJSON.text(name)): \(value)" }
        return "{\(written.joined(separator: ", "))}"
    }

    /// `v1,` and the base64 of HMAC-SHA256 (RFC 2104) over `delivery.timestamp.body`.
    static func signature(_ secret: String, _ delivery: String, _ seconds: String, _ body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(delivery).\(seconds).\(body)".utf8),
            using: SymmetricKey(data: Data(secret.utf8))
        )
        return "v1,\(Data(code).base64EncodedString())"
    }
}
