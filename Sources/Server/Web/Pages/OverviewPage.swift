import Primitives
import Storage

/// What is running, what ran last, and what needs a look.
struct OverviewPage: ConsolePage {
    static let template = "overview"
    static let section: PageFrame.Section? = .overview
    let heading = "Overview"
    let refreshSeconds: Int? = 5

    struct EndpointRow: Sendable, Hashable {
        let name: String
        let href: String
        let badge: Badge
        let serves: String
        let servesHref: String
        let spark: Markup
        let rate: String
        let p99: String
        let failures: String
    }

    struct ModelRow: Sendable, Hashable {
        let name: String
        let href: String
        let champion: String
        let challenger: String
        let verdict: Badge?
        let why: String
    }

    struct AlertRow: Sendable, Hashable {
        let badge: Badge
        let endpoint: String
        let href: String
        let message: String
        let when: Moment
    }

    let endpoints: [EndpointRow]
    let hasEndpoints: Bool
    let alerts: [AlertRow]
    let hasAlerts: Bool
    let pipelineRuns: [PipelineRunRow]
    let hasPipelineRuns: Bool
    let models: [ModelRow]
    let hasModels: Bool
    let events: [JournalLine]
    let hasEvents: Bool
    let facts: [Fact]

    /// Gathers the page from what the features report.
    init(
        endpoints: [Console.Endpoint],
        alerts: [Console.Alert],
        pipelines: [Console.Pipeline],
        models: [Console.Model],
        events: [JournalEntry],
        checkpoint: Console.Checkpoint?,
        now: Timestamp
    ) {
        self.endpoints = endpoints.map(Self.row)
        hasEndpoints = !endpoints.isEmpty
        self.alerts = alerts.prefix(20).map { alert in
            AlertRow(
                badge: Badge(state: alert.state),
                endpoint: alert.endpoint,
                href: ConsolePath.endpoint(alert.endpoint),
                message: alert.message,
                when: Moment(alert.openedAt, now: now)
            )
        }
        hasAlerts = !alerts.isEmpty
        let runs = pipelines.flatMap(\.runs).sorted { $0.createdAt > $1.createdAt }
        pipelineRuns = runs.prefix(8).map { PipelineRunRow($0, now: now) }
        hasPipelineRuns = !runs.isEmpty
        self.models = models.map(Self.row)
        hasModels = !models.isEmpty
        self.events = events.map { JournalLine($0, now: now) }
        hasEvents = !events.isEmpty
        let requests = endpoints.map(\.requests).reduce(0, +), errors = endpoints.map(\.errors).reduce(0, +)
        facts = [
            Fact("Endpoints", String(endpoints.count)),
            Fact("Requests", Wording.count(requests)),
            Fact("Failed requests", Wording.count(errors)),
            Fact("Runs in progress", String(runs.count { $0.finishedAt == nil })),
            Fact("Open alerts", String(alerts.count)),
            Fact("Journal entries", Wording.count(checkpoint?.size ?? events.first?.sequence ?? 0), link: "/journal"),
        ]
    }

    static func row(_ endpoint: Console.Endpoint) -> EndpointRow {
        let rates = endpoint.windows.map { Double($0.requests) / max($0.seconds, 0.001) }
        let last = endpoint.windows.last
        return EndpointRow(
            name: endpoint.name,
            href: ConsolePath.endpoint(endpoint.name),
            badge: Badge(state: endpoint.state),
            serves: "\(endpoint.model) v\(endpoint.version) \(endpoint.variant)",
            servesHref: ConsolePath.model(endpoint.model),
            spark: Sparkline.svg(rates, label: "Requests a second of \(endpoint.name)"),
            rate: rates.last.map(Wording.rate) ?? "–",
            p99: last?.p99.map { Wording.latency(microseconds: $0) } ?? "–",
            failures: Wording.count(endpoint.errors)
        )
    }

    /// What failed; when nothing did, how many rules were checked.
    private static func why(_ attestation: Console.Attestation) -> String {
        let rules = attestation.reasons.count
        if attestation.passed { return "\(attestation.kind): \(rules) \(rules == 1 ? "rule" : "rules") checked" }
        return "\(attestation.kind): " + attestation.reasons.filter { !$0.hasPrefix("passed:") }.joined(separator: " ")
    }

    private static func row(_ model: Console.Model) -> ModelRow {
        func version(_ alias: String) -> Console.ModelVersion? {
            model.versions.first { $0.aliases.contains(alias) }
        }
        let challenger = version("challenger")
        let newest = (challenger ?? version("champion"))?.attestations.max { $0.madeAt < $1.madeAt }
        return ModelRow(
            name: model.name,
            href: ConsolePath.model(model.name),
            champion: version("champion").map { "v\($0.version)" } ?? "–",
            challenger: challenger.map { "v\($0.version)" } ?? "–",
            verdict: newest.map { Badge(state: $0.passed ? "passed" : "failed") },
            why: newest.map(why) ?? "not tested yet"
        )
    }
}

/// A pipeline run in a list.
struct PipelineRunRow: Sendable, Hashable {
    /// One task as a coloured cell.
    struct Cell: Sendable, Hashable {
        let tone: String
        let words: String
        let cellHref: String
    }

    let short: String
    let href: String
    let pipeline: String
    let pipelineHref: String
    let badge: Badge
    let cells: [Cell]
    let cellWords: String
    let took: String
    let cached: String
    let reason: String
    let when: Moment

    init(_ run: Console.PipelineRun, now: Timestamp) {
        short = Wording.identifier(run.id)
        href = ConsolePath.pipelineRun(run.id)
        pipeline = run.pipeline
        pipelineHref = ConsolePath.pipeline(run.pipeline)
        badge = Badge(state: run.state)
        cells = run.tasks.map { task in
            Cell(
                tone: Badge(state: task.state).tone,
                words: "\(task.name): \(Badge(state: task.state).word)",
                cellHref: "\(ConsolePath.pipelineRun(run.id))#task-\(Wording.segment(task.name))"
            )
        }
        let end = run.finishedAt ?? now
        took = Wording.duration(milliseconds: end.milliseconds - run.createdAt.milliseconds)
        let reused = run.tasks.count { $0.state == "cached" }
        cached = reused == 0 ? "–" : "\(reused) of \(run.tasks.count)"
        cellWords = "\(run.tasks.count) tasks"
        reason = run.reason
        when = Moment(run.createdAt, now: now)
    }
}
