import Foundation
import Primitives
import Testing

@testable import Server

/// Model pages: aliases, gates, where a version runs, and its lineage.
struct WebModelTests {
    private let now = WebFixtures.now

    @Test func `The lineage drawn is that of the version that runs, else the champion, else the newest`() {
        var model = WebFixtures.models[0]
        #expect(ModelPage.subject(model)?.version == 1)
        model.versions = model.versions.map { version in
            var version = version
            version.deployments = []
            return version
        }
        #expect(ModelPage.subject(model)?.version == 1)
        model.versions = model.versions.map { version in
            var version = version
            version.aliases = []
            return version
        }
        #expect(ModelPage.subject(model)?.version == 2)
    }

    @Test func `A version page names the attestations that its gates still ask for`() {
        let page = VersionPage(WebFixtures.versionDetail, now: now)
        #expect(page.missing == ["champion asks for: approval"])
        #expect(page.deployments.map(\.endpoint) == ["intent"])
        #expect(page.files.map(\.path) == ["manifest.json"])
    }

    @Test func `A lineage runs from sources down to endpoints and each box leads to its page`() {
        let text = LineageDrawing.svg(WebFixtures.lineage, label: "Lineage").html
        let heights = Dictionary(
            text.matches(of: /class="name" x="[0-9.]+" y="([0-9.]+)"[^>]*>([^<]*)</).map {
                (String($0.output.2), Double($0.output.1) ?? 0)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let places = ["intents@2", "intent-minilm-17", "intent v1", "intent"].map { heights[$0] ?? 0 }
        #expect(places == places.sorted() && Set(places).count == 4)
        #expect(text.contains("href=\"/data/intents/2\"") && text.contains("href=\"/endpoints/intent\""))
    }

    @Test func `A node or an edge is in a lineage once, and none leads to itself`() {
        var lineage = WebFixtures.lineage
        lineage.add(.init(id: "run", title: "again", detail: ""))
        lineage.link("run", to: "version")
        lineage.link("run", to: "run")
        #expect(lineage == WebFixtures.lineage)
    }

    @Test func `Hostile names on model pages never become markup`() throws {
        let name = "\"><script>alert(1)</script>"
        var detail = WebFixtures.versionDetail
        detail.version.model = name
        detail.version.aliases = [name]
        detail.version.source = name
        detail.version.tags = [name: name]
        detail.version.deployments = [.init(endpoint: name, since: now, by: name)]
        detail.files = [.init(path: name, digest: name, bytes: 1, rows: nil)]
        detail.lineage.add(.init(id: name, title: name, detail: name, href: "/x\"onload=\(name)"))
        detail.lineage.link(name, to: "version")
        var model = WebFixtures.models[0]
        model.name = name
        model.versions = [detail.version]
        model.aliases = [.init(alias: name, version: 1, movedBy: name, movedAt: now)]
        model.gates = [.init(target: name, requires: [name], setBy: name, setAt: now)]
        let pages: [any ConsolePage] = [
            VersionPage(detail, now: now), ModelPage(model, lineage: detail.lineage, now: now),
            ModelsPage([model], now: now),
        ]
        for page in pages {
            let text = try PageRenderer().html(page, visitor: Visitor(name: name, hasSession: true))
            #expect(text.components(separatedBy: "<script").count == 2, "\(type(of: page))")
            #expect(!text.contains("\"onload=\""), "\(type(of: page))")
        }
    }
}
