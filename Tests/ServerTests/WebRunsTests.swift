import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Server

/// The runs table: its address, its columns, its cells, its saved views.
struct WebRunsTests {
    private let now = WebFixtures.now

    private func page(_ query: String, _ runs: [Console.Run], next: String? = nil) -> RunsPage {
        RunsPage(
            .init(experiments: [.init(id: "1", name: "intent")], runs: runs, nextToken: next),
            RunsQuery(FormFields(query)),
            problem: nil,
            views: WebFixtures.views,
            canSave: true,
            now: now
        )
    }

    @Test(arguments: [
        "", "filter=metrics.loss%20%3C%201&experiment=3&stage=all", "sort=metrics.loss&order=asc",
        "sort=params.%60a%20b&size=200&column=metrics.val%2Facc&column=params.a.b&column=attributes.user_id",
    ])
    func `An address reads back as the table that it was made of`(text: String) {
        #expect(RunsQuery(FormFields(text)).text == text)
    }

    @Test func `What an address cannot mean is left out`() {
        let query = RunsQuery(
            FormFields("experiment=x&stage=odd&size=7&sort=rows.a&column=attributes.password&column=nothing&before=-3")
        )
        #expect(query == RunsQuery())
        let many = (0..<60).map { "column=metrics.m\($0)" }.joined(separator: "&")
        #expect(RunsQuery(FormFields(many)).columns.count == RunsQuery.maximumColumns)
    }

    @Test func `A column's head asks for the other order when the table is sorted by it`() {
        let loss = RunColumn(.metric, "loss")
        #expect(RunsQuery().sorted(by: loss).order == ["metrics.loss DESC"])
        #expect(RunsQuery().sorted(by: loss).sorted(by: loss).order == ["metrics.loss ASC"])
        #expect(RunsQuery().sorted(by: .name).order == ["attributes.run_name ASC"])
    }

    @Test func `Keys with signs are quoted in the ordering, and one with both quotes has none`() {
        #expect(RunColumn(.metric, "val/acc").field == "metrics.`val/acc`")
        #expect(RunColumn(.tag, "a`b").field == "tags.\"a`b\"")
        #expect(RunColumn(.tag, "a`\"b").field == nil)
        #expect(RunColumn.duration.field == nil)
    }

    @Test func `A page leads to the next with its token, and back to the first`() {
        let page = page("sort=metrics.loss&page=abc&before=50", WebFixtures.runs(50), next: "t/k=")
        #expect(page.nextHref == "/runs?sort=metrics.loss&page=t%2Fk%3D&before=100")
        #expect(page.firstHref == "/runs?sort=metrics.loss")
        #expect(page.range == "Rows 51–100")
    }

    @Test func `The numbers of a column stand under each other`() {
        #expect(["0.9000", "0.0120"] == [0.9, 0.012].map(NumberColumn([0.9, 0.012]).text))
        #expect(["1\u{202F}024", "7"] == [1024, 7].map(NumberColumn([1024, 7]).text))
        #expect(["1e-7", "0.5"] == [1e-7, 0.5].map(NumberColumn([1e-7, 0.5]).text))
        #expect(["NaN", "∞", "−∞"] == [Double.nan, .infinity, -.infinity].map(NumberColumn([1]).text))
    }

    @Test func `Without a choice the table shows shared metrics and params that differ`() {
        let columns = RunsTable.ownColumns(WebFixtures.runs(4), several: false)
        #expect(columns.contains(RunColumn(.metric, "accuracy")))
        #expect(columns.contains(RunColumn(.parameter, "seed")))
        #expect(!columns.contains(RunColumn(.parameter, "epochs")))
        #expect(!columns.contains(.experiment))
    }

    @Test func `The view that is shown is marked`() {
        #expect(page("filter=metrics.loss+<+1&sort=metrics.loss&order=asc", []).views.map(\.isHere) == [true])
        #expect(page("", []).views.map(\.isHere) == [false])
    }

    @Test func `Saving, replacing and deleting a view are journal events`() async throws {
        let database = try TestDatabase.make()
        let store = SavedViewStore(database: database, time: TimeSource { WebFixtures.now })
        try await store.save(name: "best <b>", query: "sort=metrics.loss", actor: "ana")
        try await store.save(name: "best <b>", query: "sort=metrics.f1", actor: "ben")
        let expected = Console.SavedView(name: "best <b>", query: "sort=metrics.f1", savedBy: "ben", savedAt: now)
        #expect(try await store.all() == [expected])
        try await store.delete(name: "best <b>", actor: "ana")
        #expect(try await store.all().isEmpty)
        await #expect(throws: PlatformError.self) { try await store.delete(name: "best <b>", actor: "ana") }
        let events = try await Journal(database: database).entries(
            after: 0,
            limit: 10,
            kindPrefix: "console.",
            subject: nil
        )
        #expect(events.map(\.event.kind) == ["console.view.saved", "console.view.saved", "console.view.deleted"])
        #expect(events.map(\.event.actor) == ["ana", "ben", "ana"])
    }

    @Test func `A view without a usable name, or one too many, is refused and nothing is written`() async throws {
        let store = SavedViewStore(database: try TestDatabase.make())
        for name in ["", String(repeating: "x", count: 81), "a\u{7}b"] {
            await #expect(throws: PlatformError.self) { try await store.save(name: name, query: "", actor: "ana") }
        }
        let long = String(repeating: "x", count: SavedViewStore.maximumQueryBytes + 1)
        await #expect(throws: PlatformError.self) { try await store.save(name: "long", query: long, actor: "ana") }
        for number in 0..<SavedViewStore.maximumViews {
            try await store.save(name: "view \(number)", query: "", actor: "ana")
        }
        await #expect(throws: PlatformError.self) { try await store.save(name: "one more", query: "", actor: "ana") }
        #expect(try await store.all().count == SavedViewStore.maximumViews)
    }
}
