import Foundation
import Primitives
import Testing

@testable import Registry
@testable import Server

@Suite struct WebhookDeliveryTests {
    private func delivery(_ url: String, secret: String? = nil, attempts: Int = 0) throws -> WebhookDelivery {
        WebhookDelivery(
            id: "d1",
            webhookID: "w1",
            url: url,
            secret: secret,
            event: try WebhookEvent.named("registered_model", "created"),
            data: ["name": "m"],
            occurredAt: Timestamp(milliseconds: 1_767_225_600_000),
            attempts: attempts
        )
    }

    @Test func `A message is signed as MLflow's receivers check it`() throws {
        let message = try WebhookMessage(
            delivery("https://x", secret: "test-secret-key"),
            now: Timestamp(milliseconds: 1_767_225_601_999)
        )
        let body = String(decoding: message.body, as: UTF8.self)
        #expect(
            body == #"{"entity": "registered_model", "action": "created", "#
                + #""timestamp": "2026-01-01T00:00:00.000+00:00", "data": {"name": "m"}}"#
        )
        // Made with Python: hmac.new(b"test-secret-key", b"d1.1767225601." + body, sha256), base64.
        #expect(
            message.headers == [
                "Content-Type": "application/json", "X-MLflow-Delivery-Id": "d1", "X-MLflow-Timestamp": "1767225601",
                "X-MLflow-Signature": "v1,DI8XWe8ZfTIh+Mcbxh1HM80goOm1IGEald/e86tqft8=",
            ]
        )
        #expect(
            try WebhookMessage(delivery("https://x"), now: .init(milliseconds: 0)).headers["X-MLflow-Signature"] == nil
        )
    }

    @Test(arguments: [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9", "::1", "::", "fe80::1",
        "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:db8::1", "2001::1", "::127.0.0.1",
    ])
    func `Addresses that are not public are known`(_ text: String) throws {
        #expect(try #require(NetworkAddress(text)).isPublic == false)
    }

    @Test(arguments: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
    func `Public addresses are known`(_ text: String) throws {
        #expect(try #require(NetworkAddress(text)).isPublic)
    }

    @Test(arguments: ["127.1", "0177.0.0.1", "2130706433", "localhost", ""])
    func `Other spellings of an address are none`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: [
        ("   ", "Webhook URL cannot be empty or just whitespace"), ("ftp://example.com", "Invalid webhook URL scheme"),
        ("http://example.com", "Invalid webhook URL scheme"), ("https://", "Webhook URL must include a hostname"),
        ("https://me:secret@example.com", "must not include credentials"), ("https://[invalid", "Invalid webhook URL"),
        ("https://127.0.0.1/x", "must not resolve to a non-public IP address"),
        ("https://[::1]/x", "must not resolve to a non-public IP address"),
    ])
    func `A URL that may not be reached is refused before it is stored`(_ url: String, _ reason: String) async throws {
        let sender = WebhookSender(policy: WebhookPolicy(), resolver: NameResolver(), time: .system)
        let error = await #expect(throws: PlatformError.self) { try await sender.check(url) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `A name with one private address among its addresses is refused, and nothing is sent`() async throws {
        var resolver = NameResolver()
        resolver.lookUp = { _ in [NetworkAddress(bytes: [8, 8, 8, 8]), NetworkAddress(bytes: [10, 0, 0, 1])] }
        let sender = WebhookSender(policy: WebhookPolicy(), resolver: resolver, time: .system)
        let outcome = await sender.send(try delivery("https://hook.example"))
        #expect(
            outcome
                == .refused(
                    "Webhook URL must not resolve to a non-public IP address. 'hook.example' resolves to 10.0.0.1."
                )
        )
        #expect(!outcome.mayRetry)
    }

    @Test(arguments: [
        (200, true, false), (302, true, false), (404, false, false), (429, false, true), (500, false, true),
        (501, false, false), (503, false, true),
    ])
    func `Only what may pass is tried again`(_ status: Int, _ isSuccess: Bool, _ mayRetry: Bool) {
        let outcome = WebhookOutcome.answered(status: status, body: "", retryAfterSeconds: nil)
        #expect(outcome.isSuccess == isSuccess)
        #expect(outcome.mayRetry == mayRetry)
    }

    @Test func `Pauses double, end at a minute, and follow what the receiver asks for`() {
        let plain = WebhookOutcome.failed("x")
        #expect(
            (1...9).map { WebhookService.pause(after: $0, plain, jitter: 7) / 1000 } == [
                1, 2, 4, 8, 16, 32, 60, 60, 60,
            ]
        )
        let asked = WebhookOutcome.answered(status: 429, body: "", retryAfterSeconds: 5)
        #expect(WebhookService.pause(after: 1, asked, jitter: 7) == 5007)
    }

    @Test func `MLflow's settings are read from the environment, within bounds`() {
        let policy = WebhookPolicy(environment: [
            "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http, https,ftp", "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "True",
            "MLFLOW_WEBHOOK_REQUEST_TIMEOUT": "9999", "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES": "x",
        ])
        #expect(policy.schemes == ["http", "https"])
        #expect(policy.allowsPrivateAddresses)
        #expect(policy.timeoutSeconds == 300)
        #expect(policy.retries == 3)
        #expect(WebhookPolicy(environment: [:]) == WebhookPolicy())
    }
}
