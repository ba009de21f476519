import Foundation
import Primitives
import Testing
import WireAPI

@testable import Server

/// Pages as plain values, and the templates that write them.
struct WebPageTests {
    private let now = WebFixtures.now

    private var pages: [any ConsolePage] {
        let fixtures = WebFixtures.self
        return [
            OverviewPage(
                endpoints: [fixtures.endpoint],
                alerts: [fixtures.alert],
                pipelines: [fixtures.pipeline],
                models: fixtures.models,
                events: fixtures.journal,
                checkpoint: fixtures.checkpoint,
                now: now
            ),
            OverviewPage(endpoints: [], alerts: [], pipelines: [], models: [], events: [], checkpoint: nil, now: now),
            PipelinesPage([fixtures.pipeline], now: now), PipelinesPage([], now: now),
            PipelinePage(fixtures.pipeline, canRun: true, now: now),
            PipelineRunPage(fixtures.pipelineRun, log: fixtures.log, canRun: true, now: now),
            PipelineRunPage(fixtures.failedRun, log: nil, canRun: false, now: now),
            TaskInstancesPage(fixtures.instances, .init(state: "failed"), log: fixtures.log, now: now),
            RunsPage(
                Console.RunList(experiments: [.init(id: "1", name: "intent")], runs: [fixtures.run], nextToken: "x"),
                RunsQuery(FormFields("filter=metrics.loss+%3C+1&experiment=1&sort=metrics.loss")),
                problem: nil,
                views: fixtures.views,
                canSave: true,
                now: now
            ),
            RunsPage(
                Console.RunList(experiments: [], runs: [], nextToken: nil),
                RunsQuery(),
                problem: "It cannot be read.",
                views: [],
                canSave: false,
                now: now
            ),
            RunPage(fixtures.runDetail, now: now), fixtures.comparison(3, CompareQuery(FormFields("run=a,b,c"))),
            fixtures.comparison(50, CompareQuery(FormFields("log=y&smooth=0.9"))),
            ComparePage([], CompareQuery(FormFields("")), histories: [], now: now), fixtures.artifacts,
            ModelsPage(fixtures.models, now: now), ModelsPage([], now: now),
            ModelPage(fixtures.models[0], lineage: fixtures.lineage, now: now),
            ModelPage(.init(name: "new", description: "", versions: []), lineage: nil, now: now),
            VersionPage(fixtures.versionDetail, now: now),
            EndpointsPage([fixtures.endpoint]), EndpointPage(fixtures.endpointDetail, now: now),
            DatasetsPage([fixtures.dataset], now: now), DatasetPage(fixtures.dataset),
            JournalPage(
                fixtures.journal,
                before: nil,
                kind: "",
                subject: "",
                checkpoint: fixtures.checkpoint,
                now: now
            ),
            JournalEntryPage(fixtures.journal[0]), TracePage(fixtures.trace),
            FailurePage(ConsoleData.missing("endpoint", "x"), status: 404), SignInPage(problem: "No."),
        ]
    }

    private func html(_ page: some ConsolePage) throws -> String {
        try PageRenderer().html(page, visitor: Visitor(name: "developer", hasSession: true))
    }

    @Test func `Every page has one first heading, landmarks, a title and a language`() throws {
        for page in pages {
            let text = try html(page)
            #expect(text.components(separatedBy: "<h1>").count == 2, "\(page.heading)")
            for part in ["<html lang=\"en\">", "<main id=\"content\"", "<nav aria-label=\"Main\">", " · Aku</title>"] {
                #expect(text.contains(part), "\(page.heading) lacks \(part)")
            }
        }
    }

    @Test func `No page has inline script, inline style, an outside address or an unfilled tag`() throws {
        for page in pages {
            let text = try html(page)
            for bad in [
                " style=", "<style", " onclick", " onload", "javascript:", "http://", "https://", "{{", "}}",
                "Optional(",
            ] {
                #expect(!text.contains(bad), "\(page.heading) contains \(bad)")
            }
            #expect(text.components(separatedBy: "<script").count == 2)
        }
    }

    @Test func `Every identifier on a page is there once, and every aria-labelledby points at one`() throws {
        for page in pages {
            let text = try html(page)
            let ids = text.matches(of: /\ id="([^"]*)"/).map { String($0.output.1) }
            #expect(Set(ids).count == ids.count, "\(page.heading): \(ids.filter { id in ids.count { $0 == id } > 1 })")
            for match in text.matches(of: /\ aria-labelledby="([^"]*)"/) {
                #expect(ids.contains(String(match.output.1)), "\(page.heading): \(match.output.1)")
            }
        }
    }

    @Test func `A page of instances names each, leads to its log, and to the next page of the same state`() throws {
        let text = try html(
            TaskInstancesPage(WebFixtures.instances, .init(state: "failed"), log: nil, now: WebFixtures.now)
        )
        #expect(text.contains("score[17]"))
        #expect(text.contains("\(Wording.duration(milliseconds: 250)) cpu, \(Wording.bytes(64_000_000))"))
        #expect(
            text.contains("state=failed&amp;log=score%5B17%5D#log")
                || text.contains("state=failed&log=score%5B17%5D#log")
        )
        #expect(text.contains("state=failed&amp;after=17") || text.contains("state=failed&after=17"))
    }

    @Test func `Names from users never become markup`() throws {
        let name = "<script>alert(1)</script>\"' onload=x"
        var run = WebFixtures.pipelineRun
        run.pipeline = name
        run.reason = name
        run.parameters = .object([name: .string(name)])
        run.tasks = run.tasks.map { task in
            var task = task
            task.name = name + task.name
            task.errorMessage = name
            task.outputs = [.init(name: name, digest: name, bytes: 1)]
            return task
        }
        var training = WebFixtures.runDetail
        training.run.name = name
        training.run.tags = [name: name]
        training.histories[0].metric = name
        var detail = WebFixtures.endpointDetail
        detail.endpoint.name = name
        detail.drift[0].feature = name
        detail.drift[0].bins = [.init(name, reference: 0.5, current: 0.5)]
        detail.alerts[0].message = name
        let trace = TraceReply(
            id: name,
            nodes: [.init(kind: name, id: name, title: name, facts: [.init(name, name)])],
            gaps: [name]
        )
        let hostile: [any ConsolePage] = [
            PipelineRunPage(run, log: .init(task: name, text: name, isCut: false), canRun: true, now: now),
            PipelinePage(.init(name: name, description: name, version: 1, runs: [run]), canRun: true, now: now),
            RunPage(training, now: now),
            RunsPage(
                .init(experiments: [.init(id: name, name: name)], runs: [training.run], nextToken: name),
                RunsQuery(FormFields("filter=\(Wording.segment(name))&sort=metrics.\(Wording.segment(name))")),
                problem: name,
                views: [.init(name: name, query: name, savedBy: name, savedAt: now)],
                canSave: true,
                now: now
            ),
            EndpointPage(detail, now: now), TracePage(trace),
            JournalPage([], before: nil, kind: name, subject: name, checkpoint: nil, now: now),
            FailurePage(PlatformError(.notFound, name, nextStep: name, context: [name: name]), status: 404),
            SignInPage(problem: name),
        ]
        for page in hostile {
            let text = try html(page)
            #expect(text.components(separatedBy: "<script").count == 2, "\(type(of: page))")
            #expect(!text.contains("<script>alert"), "\(type(of: page))")
            #expect(!text.contains("\" onload=x"), "\(type(of: page))")
        }
    }

    @Test func `Only drawings are written unescaped`() throws {
        let allowed: Set<String> = [
            "body", "mark", "drawing", "spark", "graph", "timeline", "grid", "distribution", "cells", "head",
            "differing",
            "same",
            "parallel", "scatter", "table", "details", "document",
        ]
        for (name, text) in ConsoleTemplates.texts {
            for match in text.matches(of: /\{\{\{([a-zA-Z]*)\}\}\}/) {
                #expect(allowed.contains(String(match.output.1)), "\(name) writes \(match.output.1) unescaped")
            }
            #expect(!text.contains("{{&"), "\(name)")
        }
    }

    @Test func `The overview counts what runs and what is open`() {
        let page = OverviewPage(
            endpoints: [WebFixtures.endpoint],
            alerts: [WebFixtures.alert],
            pipelines: [WebFixtures.pipeline],
            models: WebFixtures.models,
            events: WebFixtures.journal,
            checkpoint: WebFixtures.checkpoint,
            now: now
        )
        #expect(
            page.facts == [
                Fact("Endpoints", "1"), Fact("Requests", "25\u{202F}118"), Fact("Failed requests", "12"),
                Fact("Runs in progress", "1"), Fact("Open alerts", "1"),
                Fact("Journal entries", "1\u{202F}284", link: "/journal"),
            ]
        )
        #expect(page.models.map(\.champion) == ["v1"])
        #expect(page.models.map(\.challenger) == ["v2"])
        #expect(page.models.map(\.verdict) == [Badge("failed", .bad)])
        #expect(
            page.pipelineRuns.map(\.badge) == [Badge("running", .live), Badge("succeeded", .ok), Badge("failed", .bad)]
        )
    }

    @Test func `A run page is live until the run ends`() {
        #expect(PipelineRunPage(WebFixtures.pipelineRun, log: nil, canRun: false, now: now).refreshSeconds == 2)
        #expect(PipelineRunPage(WebFixtures.finishedRun, log: nil, canRun: false, now: now).refreshSeconds == nil)
    }

    @Test func `The log shown first is that of the task that failed or runs`() {
        #expect(PipelineRunPage.interestingTask(WebFixtures.pipelineRun) == "package")
        #expect(PipelineRunPage.interestingTask(WebFixtures.failedRun) == "train")
    }

    @Test func `A journal page leads to older entries only while there are some`() {
        let entries = (0...JournalPage.pageSize).map { _ in WebFixtures.journal[0] }
        let full = JournalPage(entries, before: nil, kind: "drift.", subject: "", checkpoint: nil, now: now)
        #expect(full.entries.count == JournalPage.pageSize)
        #expect(full.olderHref == "/journal?kind=drift.&before=1284")
        let last = JournalPage(WebFixtures.journal, before: 9, kind: "", subject: "", checkpoint: nil, now: now)
        #expect(last.olderHref == nil)
        #expect(last.newestHref == "/journal")
    }

    @Test func `Quantities are written in one form`() {
        #expect(Wording.number(0.98764) == "0.9876")
        #expect(Wording.number(8.33e-7) == "8.33e-7")
        #expect(Wording.number(12_345) == "12.35k")
        #expect(Wording.number(.nan) == "nan")
        #expect(Wording.percent(0.00048) == "0.05 %")
        #expect(Wording.duration(milliseconds: 999) == "999 ms")
        #expect(Wording.duration(milliseconds: 120_000) == "2 min")
        #expect(Wording.duration(milliseconds: 3_725_000) == "1 h 2 min")
        #expect(Wording.bytes(90_868_370) == "86.7 MiB")
        #expect(Wording.latency(microseconds: 2149) == "2.1 ms")
        #expect(Wording.segment("a/b ü?#..") == "a%2Fb%20%C3%BC%3F%23..")
    }
}
