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
        let payload: JSONValue = [
            "entity": .string(delivery.event.entity), "action": .string(delivery.event.action),
            "timestamp": .string(moment.hasSuffix("Z") ? moment.dropLast() + "+00:00" : moment), "data": delivery.data,
        ]
        let text = try CanonicalJSON.text(payload)
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

    /// `v1,` and the base64 of HMAC-SHA256 (RFC 2104) over `delivery.timestamp.body`.
    static func signature(_ secret: String, _ delivery: String, _ seconds: String, _ body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(delivery).\(seconds).\(body)".utf8),
            using: SymmetricKey(data: Data(secret.utf8))
        )
        return "v1,\(Data(code).base64EncodedString())"
    }
}
