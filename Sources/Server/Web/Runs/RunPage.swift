import Foundation
import Primitives

/// One training run: what it was given, what it measured, what it read and wrote.
struct RunPage: ConsolePage {
    static let template = "run"
    static let section: PageFrame.Section? = .runs
    let heading: String
    let crumbs = [PageFrame.Crumb("Runs", "/runs")]
    let refreshSeconds: Int?

    struct File: Sendable, Hashable {
        let path: String
        let fileHref: String
        let size: String
    }

    struct Input: Sendable, Hashable {
        let dataset: String
        let datasetDigest: String
        let context: String
        let source: String
        let schema: String
    }

    struct Model: Sendable, Hashable {
        let direction: String
        let modelID: String
        let step: String
    }

    let runHref: String
    let badge: Badge
    let facts: [Fact]
    let controls: ComparePage.Controls
    let figures: [CurveFigure]
    let hasFigures: Bool
    let finals: [Fact]
    let hasFinals: Bool
    let parameters: [Fact]
    let hasParameters: Bool
    let tags: [Fact]
    let hasTags: Bool
    let inputs: [Input]
    let hasInputs: Bool
    let models: [Model]
    let hasModels: Bool
    let files: [File]
    let hasFiles: Bool
    let filesHref: String
    let hasMoreFiles: Bool

    /// Plots drawn on one page.
    static let maximumPlots = 40
    /// Points read of one metric; a drawing thins them further.
    static let pointsOfMetric = 1000

    init(_ detail: Console.RunDetail, options: CurveOptions = CurveOptions(), now: Timestamp) {
        let run = detail.run
        heading = run.name.isEmpty ? Wording.identifier(run.id) : run.name
        runHref = ConsolePath.run(run.id)
        refreshSeconds = run.endedAt == nil ? 2 : nil
        badge = Badge(state: run.status)
        let end = run.endedAt ?? now
        facts =
            [
                Fact("Experiment", run.experiment),
                Fact("Started", "\(Wording.moment(run.startedAt)) UTC"),
                Fact("Took", Wording.duration(milliseconds: end.milliseconds - run.startedAt.milliseconds)),
                Fact("By", run.user.isEmpty ? "–" : run.user),
                Fact("Run", run.id),
            ]
            + detail.versions.map {
                Fact("Registered as", "\($0.model) v\($0.version)", link: ConsolePath.version($0.model, $0.version))
            }
        controls = ComparePage.Controls(options)
        let plotted = detail.histories.filter { $0.points.count > 1 }.sorted { $0.metric < $1.metric }
        figures = plotted.prefix(Self.maximumPlots).map { history in
            let chart = CurveChart(
                title: history.metric,
                [(name: history.metric, index: 0, history: history)],
                options: options
            )
            return CurveFigure(
                chart,
                latest: history.points.last.map { "last \(NumberColumn([$0.value]).text($0.value))" }
            )
        }
        hasFigures = !figures.isEmpty
        let drawn = Set(plotted.prefix(Self.maximumPlots).map(\.metric))
        finals = run.metrics.filter { !drawn.contains($0.key) }.sorted { $0.key < $1.key }.map {
            Fact($0.key, NumberColumn([$0.value]).text($0.value))
        }
        hasFinals = !finals.isEmpty
        parameters = run.parameters.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) }
        hasParameters = !parameters.isEmpty
        tags = run.tags.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value, link: Self.link($0.key, $0.value)) }
        hasTags = !tags.isEmpty
        inputs = detail.datasets.map { dataset in
            Input(
                dataset: dataset.name,
                datasetDigest: dataset.digest,
                context: dataset.context ?? "",
                source: SVG.clip(dataset.source, to: 200),
                schema: dataset.columns.joined(separator: ", ")
            )
        }
        hasInputs = !inputs.isEmpty
        models = detail.models.map { model in
            Model(
                direction: model.isOutput ? "made" : "read",
                modelID: model.id,
                step: model.isOutput && model.step > 0 ? "at step \(Wording.count(model.step))" : ""
            )
        }
        hasModels = !models.isEmpty
        files = detail.artifacts.map {
            File(
                path: $0.path,
                fileHref: ConsolePath.artifact(run.id, $0.path),
                size: $0.bytes.map(Wording.bytes) ?? "folder"
            )
        }
        hasFiles = !files.isEmpty
        filesHref = ConsolePath.artifact(run.id, "")
        hasMoreFiles = detail.hasMoreArtifacts
    }

    private static func link(_ tag: String, _ value: String) -> String? {
        tag == "aku.pipeline_run" ? ConsolePath.pipelineRun(value) : nil
    }
}
