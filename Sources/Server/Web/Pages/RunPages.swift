import Foundation
import Primitives

/// Training runs, filtered with MLflow's filter language.
struct RunsPage: ConsolePage {
    static let template = "runs"
    static let section: PageFrame.Section? = .runs
    let heading = "Runs"

    struct Choice: Sendable, Hashable {
        let id: String
        let name: String
        let selected: Bool
    }

    struct Row: Sendable, Hashable {
        let name: String
        let href: String
        let short: String
        let badge: Badge
        let experiment: String
        let took: String
        let when: Moment
        let values: [String]
    }

    let filter: String
    let experiments: [Choice]
    let columns: [String]
    let rows: [Row]
    let isEmpty: Bool
    let problem: String?
    let nextHref: String?

    /// Metric columns shown: the ones that most runs of the page share.
    static let maximumColumns = 5

    init(_ list: Console.RunList, filter: String, experiment: String?, problem: String?, now: Timestamp) {
        self.filter = filter
        self.problem = problem
        experiments = list.experiments.map { Choice(id: $0.id, name: $0.name, selected: $0.id == experiment) }
        let shared = Self.columns(list.runs)
        columns = shared
        rows = list.runs.map { run in
            let end = run.endedAt ?? now
            return Row(
                name: run.name.isEmpty ? Wording.identifier(run.id) : run.name,
                href: ConsolePath.run(run.id),
                short: Wording.identifier(run.id),
                badge: Badge(state: run.status),
                experiment: run.experiment,
                took: Wording.duration(milliseconds: end.milliseconds - run.startedAt.milliseconds),
                when: Moment(run.startedAt, now: now),
                values: shared.map { run.metrics[$0].map(Wording.number) ?? "–" }
            )
        }
        isEmpty = rows.isEmpty
        nextHref = list.nextToken.map {
            ConsolePath.with("/runs", [("filter", filter), ("experiment", experiment), ("page", $0)])
        }
    }

    private static func columns(_ runs: [Console.Run]) -> [String] {
        var counts: [String: Int] = [:]
        for key in runs.flatMap(\.metrics.keys) { counts[key, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(maximumColumns).map(\.key)
    }
}

/// One training run: what it was given, what it measured, what it wrote.
struct RunPage: ConsolePage {
    static let template = "run"
    static let section: PageFrame.Section? = .runs
    let heading: String
    let crumbs = [PageFrame.Crumb("Runs", "/runs")]
    let refreshSeconds: Int?

    struct File: Sendable, Hashable {
        let path: String
        let size: String
    }

    let badge: Badge
    let facts: [Fact]
    let figures: [Figure]
    let hasFigures: Bool
    let finals: [Fact]
    let hasFinals: Bool
    let parameters: [Fact]
    let hasParameters: Bool
    let tags: [Fact]
    let hasTags: Bool
    let files: [File]
    let hasFiles: Bool

    /// Plots drawn on one page.
    static let maximumPlots = 40

    init(_ detail: Console.RunDetail, now: Timestamp) {
        let run = detail.run
        heading = run.name.isEmpty ? Wording.identifier(run.id) : run.name
        refreshSeconds = run.endedAt == nil ? 2 : nil
        badge = Badge(state: run.status)
        let end = run.endedAt ?? now
        facts = [
            Fact("Experiment", run.experiment),
            Fact("Started", "\(Wording.moment(run.startedAt)) UTC"),
            Fact("Took", Wording.duration(milliseconds: end.milliseconds - run.startedAt.milliseconds)),
            Fact("By", run.user.isEmpty ? "–" : run.user),
            Fact("Run", run.id),
        ]
        let plotted = detail.histories.filter { $0.points.count > 1 }.sorted { $0.metric < $1.metric }
        figures = plotted.prefix(Self.maximumPlots).map { history in
            let points = history.points.map { LineChart.Point(Double($0.step), $0.value) }
            let chart = LineChart(title: history.metric, series: [.init(history.metric, points)])
            return Figure(chart, latest: history.points.last.map { "last \(Wording.number($0.value))" })
        }
        hasFigures = !figures.isEmpty
        let drawn = Set(plotted.prefix(Self.maximumPlots).map(\.metric))
        finals = run.metrics.filter { !drawn.contains($0.key) }.sorted { $0.key < $1.key }.map {
            Fact($0.key, Wording.number($0.value))
        }
        hasFinals = !finals.isEmpty
        parameters = run.parameters.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) }
        hasParameters = !parameters.isEmpty
        tags = run.tags.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value, link: Self.link($0.key, $0.value)) }
        hasTags = !tags.isEmpty
        files = detail.artifacts.map { File(path: $0.path, size: $0.bytes.map(Wording.bytes) ?? "folder") }
        hasFiles = !files.isEmpty
    }

    private static func link(_ tag: String, _ value: String) -> String? {
        tag == "aku.pipeline_run" ? ConsolePath.pipelineRun(value) : nil
    }
}
