import Primitives

/// Every pipeline with the state of its last runs.
struct PipelinesPage: ConsolePage {
    static let template = "pipelines"
    static let section: PageFrame.Section? = .pipelines
    let heading = "Pipelines"
    let refreshSeconds: Int? = 5

    struct Row: Sendable, Hashable {
        let name: String
        let href: String
        let description: String
        let version: String
        let lastRun: PipelineRunRow?
    }

    let rows: [Row]
    let isEmpty: Bool

    init(_ pipelines: [Console.Pipeline], now: Timestamp) {
        rows = pipelines.map { pipeline in
            Row(
                name: pipeline.name,
                href: ConsolePath.pipeline(pipeline.name),
                description: pipeline.description,
                version: String(pipeline.version),
                lastRun: pipeline.runs.first.map { PipelineRunRow($0, now: now) }
            )
        }
        isEmpty = rows.isEmpty
    }
}

/// One pipeline: its runs as a list and as a grid, its schedules, and the forms that start something.
struct PipelinePage: ConsolePage {
    static let template = "pipeline"
    static let section: PageFrame.Section? = .pipelines
    let heading: String
    let crumbs = [PageFrame.Crumb("Pipelines", "/pipelines")]
    let refreshSeconds: Int? = 5
    let description: String
    let version: String
    let runs: [PipelineRunRow]
    let isEmpty: Bool
    let graph: Markup
    let hasGraph: Bool
    let grid: Markup
    let hasGrid: Bool
    let canRun: Bool
    let start: StartForm
    let schedules: [ScheduleRow]
    let hasSchedules: Bool
    let backfills: [BackfillRow]
    let hasBackfills: Bool
    let backfillHref: String

    init(_ pipeline: Console.Pipeline, canRun: Bool, now: Timestamp) {
        heading = pipeline.name
        description = pipeline.description
        version = String(pipeline.version)
        runs = pipeline.runs.map { PipelineRunRow($0, now: now) }
        isEmpty = runs.isEmpty
        graph = pipeline.runs.first.map { PipelineRunPage.graph($0, now: now) } ?? Markup("")
        hasGraph = !graph.html.isEmpty
        grid = GridDrawing.svg(pipeline.runs, now: now, label: "Tasks of the last runs of \(pipeline.name)")
        hasGrid = pipeline.runs.count > 1
        self.canRun = canRun
        start = StartForm(pipeline)
        schedules = pipeline.schedules.map { ScheduleRow($0, pipeline: pipeline.name) }
        hasSchedules = !schedules.isEmpty
        backfills = pipeline.backfills.map { BackfillRow($0, now: now) }
        hasBackfills = !backfills.isEmpty
        backfillHref = "\(ConsolePath.pipeline(pipeline.name))/backfill"
    }
}
