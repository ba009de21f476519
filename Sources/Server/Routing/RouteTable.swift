import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Primitives
import Security
import WireAPI

/// How a group of routes writes its errors.
package enum ErrorStyle: Sendable {
    /// `ErrorBody` of `/api/v1`.
    case platform
    /// MLflow's `{"error_code", "message"}`.
    case mlflow
    /// The Open Inference Protocol's `{"error": text}`.
    case openInference
    /// gRPC: the status and its message in trailing headers.
    case grpc
    /// A page for people.
    case page
}

/// One declared route, as the tests that walk the table see it.
package struct DeclaredRoute: Sendable, Hashable {
    /// The HTTP method.
    package let method: String
    /// The path with its parameters.
    package let path: String
    /// What a caller must be allowed to do.
    package let permission: Permission
}

/// One request as a handler sees it.
package struct Call: Sendable {
    /// Hummingbird's request: headers, URI, body stream.
    package let request: Request
    /// Path parameters, logger and principal.
    package let context: AkuRequestContext

    /// Who is asking.
    package var principal: Principal { context.principal }

    /// A path parameter, percent-decoded.
    ///
    /// - Throws: `invalid_argument` when its encoding is broken.
    package func parameter(_ name: String) throws -> String {
        guard let raw = context.parameters.get(name), let value = raw.removingPercentEncoding, !value.isEmpty else {
            throw PlatformError(.invalidArgument, "The path parameter '\(name)' is missing or badly encoded.")
        }
        return value
    }

    /// A query item, or nil.
    package func query(_ name: String) -> String? {
        request.uri.queryParameters[name[...]].map(String.init)
    }

    /// A query item that must be a whole number within bounds.
    package func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = query(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw PlatformError(
                .invalidArgument,
                "'\(name)' is '\(text.prefix(40))'; it must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return value
    }

    /// The whole body, at most `maximum` bytes.
    ///
    /// - Throws: `body_too_large`, before reading when the declared length is already over the bound.
    package func body(upTo maximum: Int) async throws -> Data {
        Data(try await buffer(upTo: maximum).readableBytesView)
    }

    /// The whole body as it was received, at most `maximum` bytes.
    ///
    /// - Throws: as `body`.
    package func buffer(upTo maximum: Int) async throws -> ByteBuffer {
        if let text = request.headers[.contentLength], let length = Int(text), length > maximum {
            throw Self.tooLarge(maximum)
        }
        do {
            return try await request.body.collect(upTo: maximum)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(maximum)
        }
    }

    private static func tooLarge(_ maximum: Int) -> PlatformError {
        PlatformError(
            ErrorCode("body_too_large", .tooLarge),
            "The body is larger than the \(maximum) bytes that this route takes.",
            nextStep: "Send less at a time; files go through the object or artifact routes, which stream."
        )
    }
}

/// Declares routes: each with its permission, its body bound and its error style. Nothing else adds a route to the router.
package final class RouteTable {
    private let router: Router<AkuRequestContext>
    private let access: AccessPolicy
    private let metrics: HTTPMetrics
    /// Every route declared so far.
    package private(set) var declared: [DeclaredRoute] = []

    /// Wraps a router; `access` decides who may call.
    package init(router: Router<AkuRequestContext>, access: AccessPolicy, metrics: HTTPMetrics = HTTPMetrics()) {
        self.router = router
        self.access = access
        self.metrics = metrics
    }

    /// Declares a JSON route of `/api/v1`.
    package func on<Body, Reply>(
        _ route: Route<Body, Reply>,
        _ handler: @escaping @Sendable (Call, Body) async throws -> Reply
    ) {
        raw(route.verb, route.path, permission: route.permission, errors: .platform) { call in
            let body: Body
            if let nothing = Nothing() as? Body {
                body = nothing
            } else {
                body = try CanonicalJSON.decode(Body.self, from: await call.body(upTo: route.maximumBodyBytes))
            }
            return try Response.json(await handler(call, body))
        }
    }

    /// Declares a JSON route of `/api/v1` that takes no body.
    package func on<Reply>(
        _ route: Route<Nothing, Reply>,
        _ handler: @escaping @Sendable (Call) async throws -> Reply
    ) {
        on(route) { (call: Call, _: Nothing) in try await handler(call) }
    }

    /// Declares a route whose handler makes the whole response: other protocols, pages, streams.
    package func raw(
        _ verb: HTTPVerb,
        _ path: String,
        permission: Permission,
        errors: ErrorStyle,
        _ handler: @escaping @Sendable (Call) async throws -> Response
    ) {
        declared.append(DeclaredRoute(method: verb.rawValue, path: path, permission: permission))
        guard let method = HTTPRequest.Method(rawValue: verb.rawValue) else { return }
        let access = access
        let metrics = metrics
        router.on(RouterPath(path), method: method) { request, context in
            let began = ContinuousClock.now
            let response = await answer(request, context)
            metrics.record(
                method: verb.rawValue,
                route: path,
                status: response.status.code,
                seconds: (ContinuousClock.now - began) / .seconds(1)
            )
            return response
        }

        @Sendable func answer(_ request: Request, _ context: AkuRequestContext) async -> Response {
            do {
                try Self.checkQuery(request)
                var context = context
                context.principal = try await access.authorize(
                    bearer: Self.bearer(request),
                    permission: permission
                )
                return try await handler(Call(request: request, context: context))
            } catch {
                return ErrorResponse.make(error, style: errors, logger: context.logger)
            }
        }
    }

    /// A query that is no UTF-8 would read as if it were not there, and a list of one folder become a list of all.
    private static func checkQuery(_ request: Request) throws {
        guard let query = request.uri.query, query.utf8.contains(UInt8(ascii: "%")) else { return }
        guard query.removingPercentEncoding != nil else {
            throw PlatformError(.invalidUTF8, "The query is not UTF-8 in percent-encoding (RFC 3986 §2.1).")
        }
    }

    /// The token of `Authorization: Bearer …` (RFC 6750), or of Basic's password, which the MLflow client can send,
    /// or of the console's cookie when the request only reads.
    private static func bearer(_ request: Request) -> String? {
        guard let header = request.headers[.authorization] else { return SessionCookie.token(of: request) }
        if header.lowercased().hasPrefix("bearer ") {
            return header.dropFirst(7).trimmingCharacters(in: .whitespaces)
        }
        guard header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: header.dropFirst(6).trimmingCharacters(in: .whitespaces)),
            let colon = data.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return String(decoding: data[data.index(after: colon)...], as: UTF8.self)
    }
}

extension Response {
    /// A JSON response.
    package static func json(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers extra: HTTPFields = [:]
    ) throws -> Response {
        let data = try CanonicalJSON.encode(value)
        var headers = extra
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// Server-sent events (WHATWG HTML §9.2).
    static func events(_ body: ResponseBody) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: body
        )
    }

    /// A text response.
    package static func text(
        _ text: String,
        contentType: String = "text/plain; charset=utf-8",
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: contentType],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}

extension HTTPField.Name {
    /// Where a browser that reconnects to server-sent events goes on.
    static var lastEventID: Self { HTTPField.Name(parsed: "last-event-id") ?? .eTag }
}
