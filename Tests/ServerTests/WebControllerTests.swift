import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives
import Security
import Testing
import WireAPI

@testable import Server

/// The console over the router: status, headers, signing in.
struct WebControllerTests {
    private static let token = "aku_good_token"

    private static let tokens = AccessPolicy { bearer in
        if bearer == token { return .developer }
        if bearer == nil { return .anonymous }
        throw PlatformError(ErrorCode("unauthenticated", .unauthenticated), "The token is not known.")
    }

    private func withConsole(
        access: AccessPolicy = .development,
        _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router(context: AkuRequestContext.self)
        router.add(middleware: EdgeMiddleware(checksHost: false))
        let routes = RouteTable(router: router, access: access, metrics: HTTPMetrics())
        try ConsoleController(data: WebFixtures.data, access: access, time: TimeSource { WebFixtures.now }).addRoutes(
            to: routes
        )
        routes.raw(.post, "/change", permission: .admin, errors: .platform) { _ in .text("changed") }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(router: router, logger: logger).test(.router) { try await body($0) }
    }

    private static let paths = [
        "/", "/pipelines", "/pipelines/intent", "/pipeline-runs/x", "/pipeline-runs/x?log=train", "/runs",
        "/runs?filter=metrics.loss+%3C+1&experiment=1", "/runs/x", "/runs/x?smooth=0.9&log=y&across=time", "/compare",
        "/compare?run=a&run=b&x=params.seed&y=metrics.accuracy", "/runs/x/artifacts",
        "/runs/x/artifacts?path=report%2Ftable.csv", "/models", "/models/intent", "/models/intent/1", "/endpoints",
        "/endpoints/intent", "/data", "/data/intents/2", "/journal", "/journal?kind=drift.&before=20", "/journal/7",
        "/trace/x", "/login",
    ]

    @Test func `Every page answers with HTML that may load nothing from elsewhere`() async throws {
        try await withConsole { client in
            for path in Self.paths {
                let reply = try await client.execute(uri: path, method: .get)
                #expect(reply.status == .ok, "\(path)")
                #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
                #expect(reply.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none';") == true)
                #expect(reply.headers[.xContentTypeOptions] == "nosniff")
                #expect(reply.headers[.cacheControl] == "no-store")
            }
        }
    }

    @Test func `Files are kept for ever under a path that holds their digest`() async throws {
        try await withConsole { client in
            for asset in ConsoleAsset.all {
                let reply = try await client.execute(uri: asset.path, method: .get)
                #expect(reply.status == .ok)
                #expect(reply.headers[.cacheControl] == "public, max-age=31536000, immutable")
                #expect(String(buffer: reply.body) == asset.text)
            }
        }
    }

    @Test func `What is not there is a page with status 404`() async throws {
        try await withConsole { client in
            for path in ["/endpoints/ghost", "/pipelines/ghost", "/journal/zero", "/data/intents/x", "/no/such/page"] {
                let reply = try await client.execute(uri: path, method: .get, headers: [.accept: "text/html"])
                #expect(reply.status == .notFound, "\(path)")
                #expect(String(buffer: reply.body).contains("<h1>Not found</h1>"), "\(path)")
            }
        }
    }

    @Test func `A filter that cannot be read is explained beside the text box`() async throws {
        try await withConsole { client in
            let reply = try await client.execute(uri: "/runs?filter=broken", method: .get)
            let text = String(buffer: reply.body)
            #expect(reply.status == .ok)
            #expect(text.contains("The filter stops at &#39;broken&#39;. Write a comparison."))
            #expect(text.contains(#"value="broken""#))
        }
    }

    @Test func `Without a token every page is the sign-in form, and files stay open`() async throws {
        try await withConsole(access: Self.tokens) { client in
            for path in Self.paths where path != "/login" {
                let reply = try await client.execute(uri: path, method: .get)
                #expect(reply.status == .unauthorized, "\(path)")
                #expect(String(buffer: reply.body).contains(#"<input id="token""#), "\(path)")
            }
            #expect(try await client.execute(uri: ConsoleAsset.style.path, method: .get).status == .ok)
        }
    }

    @Test func `Signing in sets a cookie that opens pages and goes back to the page that asked`() async throws {
        try await withConsole(access: Self.tokens) { client in
            let reply = try await client.execute(
                uri: "/login",
                method: .post,
                headers: [.referer: "http://127.0.0.1:8470/journal?kind=drift."],
                body: ByteBuffer(string: "token=\(Self.token)")
            )
            #expect(reply.status == .seeOther)
            #expect(reply.headers[.location] == "/journal?kind=drift.")
            let cookie = reply.headers[.setCookie] ?? ""
            #expect(cookie == "aku_session=aku_good_token; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict")
            let page = try await client.execute(
                uri: "/",
                method: .get,
                headers: [.cookie: "a=b; aku_session=\(Self.token)"]
            )
            #expect(page.status == .ok)
            #expect(String(buffer: page.body).contains("Sign out"))
        }
    }

    @Test func `The cookie changes nothing: only a token in the header does`() async throws {
        try await withConsole(access: Self.tokens) { client in
            let cookie = try await client.execute(
                uri: "/change",
                method: .post,
                headers: [.cookie: "aku_session=\(Self.token)"]
            )
            #expect(cookie.status == .unauthorized)
            let header = try await client.execute(
                uri: "/change",
                method: .post,
                headers: [.authorization: "Bearer \(Self.token)"]
            )
            #expect(header.status == .ok)
        }
    }

    @Test func `A wrong token, a form of another site and a foreign way back are refused`() async throws {
        try await withConsole(access: Self.tokens) { client in
            let wrong = try await client.execute(uri: "/login", method: .post, body: ByteBuffer(string: "token=bad"))
            #expect(wrong.status == .unauthorized)
            #expect(wrong.headers[.setCookie] == nil)
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let foreign = try await client.execute(
                uri: "/login",
                method: .post,
                headers: [site: "cross-site"],
                body: ByteBuffer(string: "token=\(Self.token)")
            )
            #expect(foreign.status == .forbidden)
            for referer in [
                "https://evil.example//evil.example/x", "//evil.example", "javascript:alert(1)", "http://h/login",
            ] {
                let reply = try await client.execute(
                    uri: "/login",
                    method: .post,
                    headers: [.referer: referer],
                    body: ByteBuffer(string: "token=\(Self.token)")
                )
                #expect(reply.headers[.location] == "/", "\(referer)")
            }
        }
    }

    @Test func `A token that a cookie cannot carry sets none`() {
        for token in ["", "a;b", "a b", "ü", "a\r\nSet-Cookie: x=y", String(repeating: "a", count: 2001)] {
            #expect(SessionCookie.setting(token, isSecure: true) == nil)
        }
        #expect(SessionCookie.setting("ok", isSecure: true)?.hasSuffix("; Secure") == true)
    }

    @Test func `Form fields are decoded as browsers encode them`() {
        let fields = FormFields("filter=metrics.a+%3E+0.9&kind=&broken=%GG&filter=second")
        #expect(fields["filter"] == "metrics.a > 0.9")
        #expect(fields["kind"] == nil)
        #expect(fields["broken"] == nil)
    }

    @Test func `A file is an image by its own bytes or something to save, never a page`() async throws {
        try await withConsole { client in
            for (path, show) in [("fake.png", "&show=1"), ("report%2Ftable.csv", ""), ("page.html", "&show=1")] {
                let reply = try await client.execute(uri: "/runs/x/file?path=\(path)\(show)", method: .get)
                #expect(reply.status == .ok)
                #expect(reply.headers[.contentType] == "application/octet-stream", "\(path)")
                #expect(reply.headers[.contentDisposition]?.hasPrefix("attachment;") == true, "\(path)")
                #expect(reply.headers[.xContentTypeOptions] == "nosniff")
                #expect(reply.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
            }
        }
    }

    @Test(arguments: ["..%2F..%2Fetc", "%252e%252e%252fetc", "%2Fetc%2Fpasswd", "a%5C..%5Cb", "a%00b"])
    func `A path that leads out of a run's artifacts is refused on every page`(path: String) async throws {
        try await withConsole { client in
            for page in ["artifacts", "file"] {
                let reply = try await client.execute(uri: "/runs/x/\(page)?path=\(path)", method: .get)
                #expect(reply.status == .badRequest, "\(page) \(path)")
            }
        }
    }

    @Test func `A saved view goes through the session only from a page of this server`() async throws {
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        try await withConsole(access: Self.tokens) { client in
            let cookie = "aku_session=\(Self.token)"
            func save(_ headers: HTTPFields, cookie: Bool = true) async throws -> HTTPResponse.Status {
                var headers = headers
                if cookie { headers[.cookie] = "aku_session=\(Self.token)" }
                return try await client.execute(
                    uri: "/console/views",
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: "name=best&query=sort%3Dmetrics.loss%26page%3Dx")
                ) { reply in
                    if reply.status == .seeOther { #expect(reply.headers[.location] == "/runs?sort=metrics.loss") }
                    return reply.status
                }
            }
            #expect(try await save([site: "same-origin"]) == .seeOther)
            #expect(try await save([site: "cross-site"]) == .unauthorized)
            #expect(try await save([site: "same-site"]) == .unauthorized)
            #expect(try await save([.origin: "http://evil.example"]) == .unauthorized)
            #expect(try await save([:]) == .unauthorized)
            #expect(try await save([site: "same-origin"], cookie: false) == .unauthorized)
            let elsewhere = try await client.execute(
                uri: "/change",
                method: .post,
                headers: [site: "same-origin", .cookie: cookie]
            )
            #expect(elsewhere.status == .unauthorized)
        }
    }

    @Test func `A comparison of fewer than two runs says what to do`() async throws {
        try await withConsole { client in
            let reply = try await client.execute(uri: "/compare?run=a", method: .get)
            #expect(reply.status == .ok)
            #expect(String(buffer: reply.body).contains("Tick two or more runs"))
        }
    }
}
