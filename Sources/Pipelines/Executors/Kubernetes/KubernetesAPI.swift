import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Primitives

/// Requests to a Kubernetes API server.
final class KubernetesAPI: Sendable {
    /// An answer.
    struct Answer: Sendable {
        let status: Int
        let body: Data

        /// The answer as JSON; null where it is none.
        var json: JSONValue { (try? JSONDecoder().decode(JSONValue.self, from: body)) ?? .null }
    }

    /// The largest answer, in bytes: a list of jobs, or a log.
    private static let maximumAnswerBytes = 64 << 20
    private static let seconds: Int64 = 30

    let settings: KubernetesSettings
    private let http: HTTPClient

    init(_ settings: KubernetesSettings) throws {
        self.settings = settings
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority = settings.authority {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        }
        if case .certificate(let certificate, let key) = settings.credential {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(Self.seconds))
        )
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { http.shutdown { _ in } }

    /// Sends a request. 404 and 409 are answers, which the caller reads.
    ///
    /// - Throws: `executor_unavailable` when nobody answers or the API server cannot serve now; `executor_refused`.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String)] = [],
        body: JSONValue? = nil,
        type: String = "application/json"
    ) async throws -> Answer {
        var address = settings.server + path
        if !query.isEmpty {
            address += "?" + query.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: address)
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        if let token = try token() { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(bytes: try CanonicalJSON.encode(body)))
        }
        let answer: Answer
        do {
            let response = try await http.execute(request, timeout: .seconds(Self.seconds))
            let bytes = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            answer = Answer(status: Int(response.status.code), body: Data(bytes.readableBytesView))
        } catch {
            throw PlatformError(
                .executorUnavailable,
                "The Kubernetes API server '\(settings.server)' does not answer: \(error).",
                nextStep: "Check the address of the kubeconfig, and that the cluster is up."
            )
        }
        switch answer.status {
        case 200..<300, 404, 409: return answer
        case 408, 429, 500...599:
            throw PlatformError(
                .executorUnavailable,
                "Kubernetes answered \(answer.status) to \(method.rawValue) \(path): \(Self.message(answer))",
                nextStep: "It is asked again."
            )
        default:
            throw PlatformError(
                .executorRefused,
                "Kubernetes answered \(answer.status) to \(method.rawValue) \(path): \(Self.message(answer))",
                nextStep: answer.status == 401 || answer.status == 403
                    ? "The server's user needs the verbs get, list, create, patch and delete on jobs, create and patch on "
                        + "secrets, and get, list and delete on pods and their logs."
                    : "Look at the task's executor, image and resources.",
                context: ["status": String(answer.status)]
            )
        }
    }

    private func token() throws -> String? {
        switch settings.credential {
        case .none, .certificate: return nil
        case .token(let token): return token
        case .tokenFile(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw PlatformError(.executorUnavailable, "The token file '\(path)' cannot be read.")
            }
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private static func message(_ answer: Answer) -> String {
        String(
            (answer.json["message"]?.stringValue ?? String(decoding: answer.body.prefix(300), as: UTF8.self)).prefix(
                500
            )
        )
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? text
    }
}
