import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives
import Server
import TestSupport
import Testing

/// The whole server, put together as in production, over a folder of its own; requests go straight to the router.
struct PlatformTests {
    private func withPlatform(
        authentication: AuthenticationMode = .none,
        _ body: @Sendable @escaping (any TestClientProtocol, Platform) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let configuration = try ServerConfiguration(
            dataFolder: folder.path + "/data",
            port: 8470,
            authentication: authentication,
            pythonPath: nil,
            executablePath: "/nonexistent/aku"
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let platform = try await buildPlatform(configuration, logger: logger)
        try await Application(responder: platform.responder, logger: logger).test(.router) { client in
            try await body(client, platform)
        }
        withExtendedLifetime(folder) {}
    }

    @Test func `Health, readiness and metrics answer without a token`() async throws {
        try await withPlatform(authentication: .token) { client, _ in
            for path in ["/healthz", "/readyz", "/metrics"] {
                let reply = try await client.execute(uri: path, method: .get)
                #expect(reply.status == .ok, "\(path)")
            }
            let metrics = try await client.execute(uri: "/metrics", method: .get)
            #expect(String(buffer: metrics.body).contains("aku_http_requests_total{method=\"GET\",route=\"/healthz\""))
        }
    }

    @Test func `In token mode every other route refuses a caller without a token`() async throws {
        try await withPlatform(authentication: .token) { client, platform in
            for route in platform.routes where route.permission != .open {
                let path = route.path.replacing(/\{[a-z_]+\}|:[a-z_]+|\*\*/, with: "x")
                let reply = try await client.execute(
                    uri: path,
                    method: HTTPRequest.Method(rawValue: route.method) ?? .get
                )
                #expect(
                    reply.status == .unauthorized || (reply.status == .seeOther && route.permission == .consoleRead),
                    "\(route.method) \(route.path) answered \(reply.status)"
                )
            }
        }
    }

    @Test func `Only health, static files and the sign-in are open`() async throws {
        try await withPlatform { _, platform in
            let open = Set(platform.routes.filter { $0.permission == .open }.map(\.path))
            let allowed: Set = [
                "/healthz", "/readyz", "/metrics", "/health", "/version", "/login", "/logout", "/favicon.ico",
                "/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info", "/v2/health/live",
                "/v2/health/ready",
                // Addresses that expire: the path's signature is the permission, checked by the handlers.
                "/api/2.0/mlflow-artifacts/mpu/part/{upload}/{part}",
                "/api/2.0/mlflow-artifacts/download/{digest}/{name}",
            ]
            #expect(open.subtracting(allowed).filter { !$0.hasPrefix("/static/") } == [])
        }
    }

    @Test(arguments: [
        ("/nowhere", "application/json", "route_not_found"),
        ("/api/2.0/mlflow/nowhere", "application/json", "RESOURCE_DOES_NOT_EXIST"),
        ("/v2/nowhere", "application/json", "Nothing answers"),
    ])
    func `A path that nothing answers gets the error body of its protocol`(
        path: String,
        contentType: String,
        said: String
    ) async throws {
        try await withPlatform { client, _ in
            let reply = try await client.execute(uri: path, method: .get)
            #expect(reply.status == .notFound)
            #expect(reply.headers[.contentType] == contentType)
            #expect(String(buffer: reply.body).contains(said))
        }
    }

    @Test func `docs/api.md lists exactly the declared routes`() async throws {
        try await withPlatform { _, platform in
            let rows = platform.routes.filter { !$0.path.hasPrefix("/ajax-api") }
                .map { route in
                    let path = route.path.replacing(/\/static\/[0-9a-f]+/, with: "/static/{digest}")
                    return "| \(route.method) | `\(path)` | `\(route.permission.rawValue)` |"
                }.sorted()
            let text = """
                # Routes

                Every route of the server and the permission that its caller needs. MLflow's routes answer under
                `/ajax-api` as well. A test compares this page with the running server; `AKU_REWRITE=1 swift test
                --filter PlatformTests` writes it anew.

                | method | path | permission |
                |---|---|---|
                \(rows.joined(separator: "\n"))

                """
            let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../docs/api.md").standardizedFileURL
            if ProcessInfo.processInfo.environment["AKU_REWRITE"] != nil {
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try text.write(to: path, atomically: true, encoding: .utf8)
            }
            #expect(try String(contentsOf: path, encoding: .utf8) == text)
        }
    }
}
