import Foundation
import HTTPTypes
import Hummingbird
import Primitives
import Security
import WireAPI

/// The web console: pages for people, made on the server, that need no script.
struct ConsoleController: Sendable {
    let data: ConsoleData
    private let renderer: PageRenderer
    private let access: AccessPolicy
    private let time: TimeSource
    private let isSecure: Bool

    /// Makes the console.
    ///
    /// - Parameters:
    ///   - access: what the sign-in form asks whether a token is good.
    ///   - isSecure: whether browsers reach the server over TLS, so that the cookie may be marked `Secure`.
    /// - Throws: the template parser's error.
    init(data: ConsoleData, access: AccessPolicy, time: TimeSource, isSecure: Bool = false) throws {
        self.data = data
        self.access = access
        self.time = time
        self.isSecure = isSecure
        renderer = try PageRenderer.shared.get()
    }

    /// Declares every page and file.
    func addRoutes(to routes: RouteTable) {
        addOperations(to: routes)
        addPipelines(to: routes)
        addLineage(to: routes)
        addRuns(to: routes)
        addCompare(to: routes)
        addArtifacts(to: routes)
        addSession(to: routes)
        for asset in ConsoleAsset.all {
            routes.raw(.get, asset.path, permission: .open, errors: .page) { _ in PageResponse.file(asset) }
        }
        routes.raw(.get, "/favicon.ico", permission: .open, errors: .page) { _ in PageResponse.file(.icon) }
    }

    func page(
        _ path: String,
        on routes: RouteTable,
        _ make: @escaping @Sendable (Call, Timestamp) async throws -> any ConsolePage
    ) {
        routes.raw(.get, path, permission: .consoleRead, errors: .page) { call in
            let page = try await make(call, time.now())
            let hasSession = call.request.headers[.authorization] == nil && SessionCookie.token(of: call.request) != nil
            let visitor = Visitor(name: call.principal.name, hasSession: hasSession)
            return PageResponse.html(try renderer.html(page, visitor: visitor))
        }
    }

    private func addOperations(to routes: RouteTable) {
        page("/", on: routes) { _, now in
            async let endpoints = data.endpoints()
            async let alerts = data.openAlerts()
            async let pipelines = data.pipelines(8)
            async let models = data.models()
            async let events = data.journal(nil, nil, nil, 12)
            async let checkpoint = data.checkpoint()
            return try await OverviewPage(
                endpoints: endpoints,
                alerts: alerts,
                pipelines: pipelines,
                models: models,
                events: events,
                checkpoint: checkpoint,
                now: now
            )
        }
        page("/endpoints", on: routes) { _, _ in EndpointsPage(try await data.endpoints()) }
        page("/endpoints/{name}", on: routes) { call, now in
            EndpointPage(try await data.endpoint(call.parameter("name")), now: now)
        }
        page("/journal", on: routes) { call, now in
            let fields = Self.fields(call)
            let before = try call.query("before").map { _ in
                Int64(try call.integer("before", default: 1, in: 1...Int.max))
            }
            return JournalPage(
                try await data.journal(before, fields["kind"], fields["subject"], JournalPage.pageSize + 1),
                before: before,
                kind: fields["kind"] ?? "",
                subject: fields["subject"] ?? "",
                checkpoint: try await data.checkpoint(),
                now: now
            )
        }
        page("/journal/{sequence}", on: routes) { call, _ in
            guard let sequence = Int64(try call.parameter("sequence")), sequence > 0 else {
                throw ConsoleData.missing("journal entry", try call.parameter("sequence"))
            }
            return JournalEntryPage(try await data.journalEntry(sequence))
        }
    }

    private func addLineage(to routes: RouteTable) {
        page("/models", on: routes) { _, now in ModelsPage(try await data.models(), now: now) }
        page("/models/{name}", on: routes) { call, now in
            let model = try await data.model(call.parameter("name"))
            let subject = ModelPage.subject(model)
            var lineage: Console.Lineage?
            if let subject { lineage = try await data.lineage(model.name, subject.version) }
            return ModelPage(model, lineage: lineage, now: now)
        }
        page("/models/{name}/{version}", on: routes) { call, now in
            let name = try call.parameter("name"), text = try call.parameter("version")
            guard let version = Int(text), version > 0 else {
                throw ConsoleData.missing("model version", "\(name) \(text)")
            }
            return VersionPage(try await data.modelVersion(name, version), now: now)
        }
        page("/data", on: routes) { _, now in DatasetsPage(try await data.datasets(), now: now) }
        page("/data/{name}/{version}", on: routes) { call, _ in
            let name = try call.parameter("name"), text = try call.parameter("version")
            guard let version = Int(text) else { throw ConsoleData.missing("data set", "\(name) version \(text)") }
            return DatasetPage(try await data.dataset(name, version))
        }
        page("/trace/{id}", on: routes) { call, _ in TracePage(try await data.trace(call.parameter("id"))) }
    }

    private func addSession(to routes: RouteTable) {
        let nobody = Visitor(name: "", hasSession: false)
        routes.raw(.get, "/login", permission: .open, errors: .page) { _ in
            PageResponse.html(try renderer.html(SignInPage(problem: nil), visitor: nobody))
        }
        routes.raw(.post, "/login", permission: .open, errors: .page) { call in
            try Self.refuseForeignForm(call)
            let token = FormFields(String(decoding: try await call.body(upTo: 8192), as: UTF8.self))["token"] ?? ""
            do {
                _ = try await access.authorize(bearer: token, permission: .consoleRead)
            } catch let error as PlatformError {
                let page = SignInPage(problem: "\(error.message) Nobody was signed in.")
                let status = ErrorResponse.status(of: error.code.kind)
                return PageResponse.html(try renderer.html(page, visitor: nobody), status: status)
            }
            return PageResponse.seeOther(
                Self.origin(of: call),
                cookie: SessionCookie.setting(token, isSecure: isSecure)
            )
        }
        routes.raw(.post, "/logout", permission: .open, errors: .page) { call in
            try Self.refuseForeignForm(call)
            return PageResponse.seeOther("/login", cookie: SessionCookie.ending(isSecure: isSecure))
        }
    }

    static func fields(_ call: Call) -> FormFields { FormFields(call.request.uri.query ?? "") }

    /// The page that the form stood on: a path of this server, whatever the header says.
    static func origin(of call: Call) -> String {
        guard let text = call.request.headers[.referer], let parts = URLComponents(string: text),
            parts.percentEncodedPath.hasPrefix("/"), !parts.percentEncodedPath.hasPrefix("//"),
            !parts.percentEncodedPath.contains("\\"), parts.path != "/login"
        else { return "/" }
        return parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    /// A form sent from another site must not change anything here, nor sign anybody in (CSRF); browsers name the site themselves.
    static func refuseForeignForm(_ call: Call) throws {
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let site = call.request.headers[name] else { return }
        guard site == "same-origin" || site == "none" else {
            throw PlatformError(
                ErrorCode("origin_refused", .permissionDenied),
                "A page of another site may not change anything here.",
                nextStep: "Open the console's own page."
            )
        }
    }
}
