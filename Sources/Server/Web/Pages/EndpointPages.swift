import Primitives

/// Every endpoint and how it does.
struct EndpointsPage: ConsolePage {
    static let template = "endpoints"
    static let section: PageFrame.Section? = .endpoints
    let heading = "Endpoints"
    let refreshSeconds: Int? = 5
    let endpoints: [OverviewPage.EndpointRow]
    let hasEndpoints: Bool

    init(_ endpoints: [Console.Endpoint]) {
        self.endpoints = endpoints.map(OverviewPage.row)
        hasEndpoints = !endpoints.isEmpty
    }
}

/// One endpoint: latency, requests and errors over time, the evidence of drift, and its alerts.
struct EndpointPage: ConsolePage {
    static let template = "endpoint"
    static let section: PageFrame.Section? = .endpoints
    let heading: String
    let crumbs = [PageFrame.Crumb("Endpoints", "/endpoints")]
    let refreshSeconds: Int? = 2

    struct DriftBlock: Sendable, Hashable {
        let feature: String
        let badge: Badge
        let evidence: String
        let figure: Figure?
        let distribution: Markup
        let hasDistribution: Bool
    }

    struct AlertRow: Sendable, Hashable {
        let badge: Badge
        let kind: String
        let message: String
        let when: Moment
        let closed: String
    }

    let badge: Badge
    let facts: [Fact]
    let figures: [Figure]
    let drift: [DriftBlock]
    let hasDrift: Bool
    let alerts: [AlertRow]
    let hasAlerts: Bool
    let policy: [Console.PolicyRow]
    let hasPolicy: Bool

    init(_ detail: Console.EndpointDetail, now: Timestamp) {
        let endpoint = detail.endpoint
        heading = endpoint.name
        badge = Badge(state: endpoint.state)
        let last = endpoint.windows.last
        let share = endpoint.requests == 0 ? 0 : Double(endpoint.errors) / Double(endpoint.requests)
        facts = [
            Fact(
                "Serves",
                "\(endpoint.model) v\(endpoint.version)",
                link: ConsolePath.version(endpoint.model, endpoint.version)
            ),
            Fact("Variant", endpoint.variant),
            Fact("Requests", Wording.count(endpoint.requests)),
            Fact("Failed", "\(Wording.count(endpoint.errors)) (\(Wording.percent(share)))"),
            Fact("p50", last?.p50.map { Wording.latency(microseconds: $0) } ?? "–"),
            Fact("p99", last?.p99.map { Wording.latency(microseconds: $0) } ?? "–"),
            Fact("Since", Wording.ago(endpoint.since, now: now)),
        ]
        let marks =
            detail.alerts.map { LineChart.Mark("\($0.kind) alert opened", Double($0.openedAt.milliseconds)) }
            + [.init("v\(endpoint.version) took over", Double(endpoint.since.milliseconds), .live)]
        figures = [Self.latency(endpoint.windows, marks), Self.traffic(endpoint.windows, marks)]
        drift = detail.drift.map { Self.block($0, marks) }
        hasDrift = !drift.isEmpty
        alerts = detail.alerts.prefix(50).map { alert in
            AlertRow(
                badge: Badge(state: alert.state),
                kind: alert.kind,
                message: alert.message,
                when: Moment(alert.openedAt, now: now),
                closed: alert.closedAt.map { "\(Wording.moment($0)) UTC" } ?? "–"
            )
        }
        hasAlerts = !alerts.isEmpty
        policy = detail.policy
        hasPolicy = !policy.isEmpty
    }

    private static func latency(_ windows: [Console.Window], _ marks: [LineChart.Mark]) -> Figure {
        func line(_ name: String, _ quantile: (Console.Window) -> Double?) -> LineChart.Series {
            LineChart.Series(name, windows.map { .init(Double($0.start.milliseconds), (quantile($0) ?? .nan) / 1000) })
        }
        var chart = LineChart(title: "Latency", series: [line("p50", \.p50), line("p95", \.p95), line("p99", \.p99)])
        chart.unit = "ms"
        chart.across = .time
        chart.includeZero = true
        chart.marks = marks
        return Figure(chart, latest: "milliseconds")
    }

    private static func traffic(_ windows: [Console.Window], _ marks: [LineChart.Mark]) -> Figure {
        func line(_ name: String, _ count: (Console.Window) -> Int64) -> LineChart.Series {
            LineChart.Series(
                name,
                windows.map { .init(Double($0.start.milliseconds), Double(count($0)) / max($0.seconds, 0.001)) }
            )
        }
        var chart = LineChart(title: "Traffic", series: [line("requests", \.requests), line("errors", \.errors)])
        chart.unit = "/s"
        chart.across = .time
        chart.includeZero = true
        chart.marks = marks
        return Figure(chart, latest: "a second")
    }

    private static func block(_ drift: Console.Drift, _ marks: [LineChart.Mark]) -> DriftBlock {
        var chart = LineChart(
            title: "\(drift.statistic) over time",
            series: [.init(drift.statistic, drift.history.map { .init(Double($0.at.milliseconds), $0.value) })]
        )
        chart.across = .time
        chart.includeZero = true
        if let threshold = drift.threshold, threshold > 0 {
            chart.thresholds = [.init("threshold", threshold)]
            // Evidence goes on growing after an alarm; four thresholds show how it got there.
            chart.shown = -threshold...(4 * threshold)
        }
        chart.marks = marks
        let value = drift.value.map(Wording.number) ?? "no value yet"
        let limit = drift.threshold.map { ", alarm at \(Wording.number($0))" } ?? ""
        return DriftBlock(
            feature: drift.feature,
            badge: Badge(state: drift.state),
            evidence: "\(drift.statistic) \(value)\(limit)",
            figure: drift.history.isEmpty ? nil : Figure(chart, latest: "\(value)\(limit)"),
            distribution: DistributionChart.svg(
                drift.bins,
                label: "Reference and present distribution of \(drift.feature)"
            ),
            hasDistribution: !drift.bins.isEmpty
        )
    }
}
