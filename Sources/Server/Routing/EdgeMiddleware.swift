import HTTPTypes
import Hummingbird
import Logging
import Primitives

/// What every request meets before the router: the check of the Host header, and afterwards an error body of the right
/// style when no route matched.
///
/// On loopback without tokens a web page could reach the server through a name that resolves to 127.0.0.1 (DNS
/// rebinding), or post to it from another origin; both are refused by name, since a browser sets these headers itself.
package struct EdgeMiddleware: RouterMiddleware {
    package typealias Context = AkuRequestContext

    private let checksHost: Bool

    /// - Parameter checksHost: whether only loopback names are served; true in loopback development mode.
    package init(checksHost: Bool) {
        self.checksHost = checksHost
    }

    package func handle(
        _ request: Request,
        context: AkuRequestContext,
        next: (Request, AkuRequestContext) async throws -> Response
    ) async throws -> Response {
        let style = Self.style(of: request)
        do {
            if checksHost { try Self.check(request) }
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let missing = PlatformError(
                ErrorCode("route_not_found", .notFound),
                "Nothing answers \(request.method.rawValue) \(request.uri.path.prefix(200)).",
                nextStep: "The routes are listed in docs/api.md."
            )
            return ErrorResponse.make(missing, style: style, logger: context.logger)
        } catch {
            return ErrorResponse.make(error, style: style, logger: context.logger)
        }
    }

    private static func check(_ request: Request) throws {
        let host = hostName(request.head.authority ?? "")
        guard host.isEmpty || ServerConfiguration.isLoopback(host) else {
            throw PlatformError(
                ErrorCode("host_refused", .permissionDenied),
                "The Host '\(host.prefix(100))' is not this machine's loopback name.",
                nextStep: "Use http://127.0.0.1, or start the server with --auth token."
            )
        }
        guard request.method != .get, request.method != .head, let origin = request.headers[.origin] else { return }
        let originHost = hostName(origin.split(separator: "/").last.map(String.init) ?? "")
        guard ServerConfiguration.isLoopback(originHost) else {
            throw PlatformError(
                ErrorCode("origin_refused", .permissionDenied),
                "A page of '\(origin.prefix(100))' may not change anything here.",
                nextStep: "Call the server from the command line, or start it with --auth token."
            )
        }
    }

    /// The name without its port; an IPv6 address without its brackets.
    private static func hostName(_ authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    private static func style(of request: Request) -> ErrorStyle {
        let path = request.uri.path
        if request.headers[.contentType]?.hasPrefix("application/grpc") == true { return .grpc }
        if path.hasPrefix("/api/2.0/mlflow") || path.hasPrefix("/api/3.0/mlflow") || path.hasPrefix("/ajax-api") {
            return .mlflow
        }
        if path.hasPrefix("/v2") { return .openInference }
        return request.headers[.accept]?.contains("text/html") == true ? .page : .platform
    }
}
