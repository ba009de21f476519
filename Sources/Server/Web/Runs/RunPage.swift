import Foundation
import Primitives

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
