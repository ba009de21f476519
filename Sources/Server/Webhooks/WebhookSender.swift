import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import Registry

/// What became of one attempt.
enum WebhookOutcome: Sendable, Equatable {
    /// The receiver answered.
    case answered(status: Int, body: String, retryAfterSeconds: Int64?)
    /// Nobody answered.
    case failed(String)
    /// The address may not be reached: nothing was sent.
    case refused(String)

    /// Whether the message arrived.
    var isSuccess: Bool {
        if case .answered(let status, _, _) = self { status < 400 } else { false }
    }

    /// Whether another attempt may help: MLflow's statuses, and every failure to reach the receiver.
    var mayRetry: Bool {
        switch self {
        case .answered(let status, _, _): [429, 500, 502, 503, 504].contains(status)
        case .failed: true
        case .refused: false
        }
    }

    /// For the journal; never the receiver's words.
    var reason: String {
        switch self {
        case .answered(let status, _, _): "HTTP status \(status)"
        case .failed(let text), .refused(let text): text
        }
    }
}

/// Sends messages. The host's addresses are looked up and checked, and the connection goes to an address that was checked,
/// so a name that changes its address in between gains nothing. Redirects are not followed, proxies not used.
struct WebhookSender: Sendable {
    /// The longest answer that is kept, in bytes.
    private static let maximumAnswer = 64 << 10

    let policy: WebhookPolicy
    let resolver: NameResolver
    let time: TimeSource

    /// Checks a URL before it is stored.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func check(_ url: String) async throws {
        let host = try policy.host(of: url)
        if !policy.allowsPrivateAddresses { _ = try await address(of: host) }
    }

    /// One attempt.
    func send(_ delivery: WebhookDelivery) async -> WebhookOutcome {
        let host: String
        let pinned: NetworkAddress?
        do {
            host = try policy.host(of: delivery.url)
            pinned = policy.allowsPrivateAddresses ? nil : try await address(of: host)
        } catch {
            return .refused((error as? PlatformError)?.message ?? "\(error)")
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(min(10, policy.timeoutSeconds))
        if let pinned { configuration.dnsOverride = [host: pinned.description] }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome = await attempt(delivery, client)
        try? await client.shutdown()
        return outcome
    }

    private func attempt(_ delivery: WebhookDelivery, _ client: HTTPClient) async -> WebhookOutcome {
        do {
            let message = try WebhookMessage(delivery, now: time.now())
            var request = HTTPClientRequest(url: delivery.url)
            request.method = .POST
            for (name, value) in message.headers.sorted(by: { $0.key < $1.key }) {
                request.headers.add(name: name, value: value)
            }
            request.body = .bytes(ByteBuffer(bytes: message.body))
            let response = try await client.execute(request, timeout: .seconds(policy.timeoutSeconds))
            var answer = ByteBuffer()
            for try await part in response.body {
                answer.writeImmutableBuffer(part)
                if answer.readableBytes >= Self.maximumAnswer { break }
            }
            return .answered(
                status: Int(response.status.code),
                body: String(decoding: answer.readableBytesView.prefix(Self.maximumAnswer), as: UTF8.self),
                retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int64($0) }
            )
        } catch {
            return .failed("\(error)")
        }
    }

    /// An address of a host, when all that it has are public: one private address among them is an attempt to get in.
    private func address(of host: String) async throws -> NetworkAddress {
        let found = try await resolver.lookUp(host)
        if let bad = found.first(where: { !$0.isPublic }) {
            throw PlatformError.mlflowInvalid(
                "Webhook URL must not resolve to a non-public IP address. '\(host.prefix(255))' resolves to \(bad)."
            )
        }
        guard let first = found.first else {
            throw PlatformError.mlflowInvalid("Cannot resolve Webhook URL hostname '\(host.prefix(255))'.")
        }
        return first
    }
}
