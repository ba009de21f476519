import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import WireAPI

/// The typed HTTP client: the command line and the tests talk to a server only through it.
package struct AkuClient: Sendable {
    /// For example `http://127.0.0.1:8470`, without a slash at the end.
    package let baseURL: String
    private let token: String?
    private let http: HTTPClient
    private let timeout: TimeAmount

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - token: sent as `Authorization: Bearer`; nil in loopback development mode.
    ///   - timeoutSeconds: the whole request, redirects not followed.
    package init(baseURL: String, token: String?, timeoutSeconds: Int64 = 60, http: HTTPClient = .patient) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.token = token
        self.http = http
        timeout = .seconds(timeoutSeconds)
    }

    /// Calls a route.
    ///
    /// - Parameters:
    ///   - parameters: values of the `{parameters}` in the path, percent-encoded here.
    ///   - query: query items; nil values are left out.
    /// - Throws: the server's `PlatformError`, or `server_unreachable`.
    package func send<Body, Reply>(
        _ route: Route<Body, Reply>,
        parameters: [String: String] = [:],
        query: [String: String?] = [:],
        body: Body
    ) async throws -> Reply {
        let payload = Body.self == Nothing.self && route.verb == .get ? nil : try CanonicalJSON.encode(body)
        let data = try await sendRaw(
            route.verb,
            path: Self.fill(route.path, parameters),
            query: query,
            contentType: "application/json",
            body: payload
        )
        if Reply.self == Nothing.self, data.isEmpty, let nothing = Nothing() as? Reply { return nothing }
        return try CanonicalJSON.decode(Reply.self, from: data, what: "reply of \(route.path)")
    }

    /// Calls a route that takes no body.
    package func send<Reply>(
        _ route: Route<Nothing, Reply>,
        parameters: [String: String] = [:],
        query: [String: String?] = [:]
    ) async throws -> Reply {
        try await send(route, parameters: parameters, query: query, body: Nothing())
    }

    /// Sends bytes and returns the whole reply (at most 1 GiB).
    package func sendRaw(
        _ verb: HTTPVerb,
        path: String,
        query: [String: String?] = [:],
        contentType: String? = nil,
        headers: [String: String] = [:],
        body: Data? = nil
    ) async throws -> Data {
        let response = try await open(
            verb,
            path: path,
            query: query,
            contentType: contentType,
            headers: headers,
            body: body.map { .bytes(ByteBuffer(bytes: $0)) }
        )
        let buffer = try await response.body.collect(upTo: 1 << 30)
        return Data(buffer.readableBytesView)
    }

    /// Sends a request and returns the reply as it streams in; error statuses throw.
    package func open(
        _ verb: HTTPVerb,
        path: String,
        query: [String: String?] = [:],
        contentType: String? = nil,
        headers: [String: String] = [:],
        body: HTTPClientRequest.Body? = nil
    ) async throws -> HTTPClientResponse {
        var url = baseURL + path
        let items = query.compactMap { key, value in value.map { "\(Self.escape(key))=\(Self.escape($0))" } }.sorted()
        if !items.isEmpty { url += "?" + items.joined(separator: "&") }
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: verb.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let contentType { request.headers.add(name: "Content-Type", value: contentType) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = body
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: timeout)
        } catch {
            throw PlatformError(
                ErrorCode("server_unreachable", .unavailable),
                "No answer from \(baseURL): \(error).",
                nextStep: "Start a server with 'aku up', or name another with --server or AKU_URL."
            )
        }
        if (200..<300).contains(response.status.code) { return response }
        let buffer = try await response.body.collect(upTo: 1 << 20)
        let data = Data(buffer.readableBytesView)
        if let known = try? JSONDecoder().decode(ErrorBody.self, from: data) { throw known.platformError }
        throw PlatformError(
            ErrorCode("unexpected_reply", .internal),
            "\(verb.rawValue) \(path) answered \(response.status.code): \(String(decoding: data.prefix(300), as: UTF8.self))",
            nextStep: "Check that \(baseURL) is an Aku server of the same version."
        )
    }

    private static func fill(_ path: String, _ parameters: [String: String]) -> String {
        parameters.reduce(path) { $0.replacingOccurrences(of: "{\($1.key)}", with: escape($1.value)) }
    }

    private static func escape(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
