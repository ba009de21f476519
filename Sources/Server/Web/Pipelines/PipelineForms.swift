import Primitives

/// The form that starts a run: a field a parameter.
struct StartForm: Sendable, Hashable {
    struct Field: Sendable, Hashable {
        let label: String
        let field: String
        let id: String
        let type: String
        let hint: String
        let placeholder: String
        let isRequired: Bool
    }

    let action: String
    let fields: [Field]
    let hasFields: Bool

    init(_ pipeline: Console.Pipeline) {
        action = "/console/pipelines/\(Wording.segment(pipeline.name))/runs"
        fields = pipeline.parameters.map { parameter in
            Field(
                label: parameter.name,
                field: ConsoleController.parameterPrefix + parameter.name,
                id: "p-\(Wording.segment(parameter.name))",
                type: parameter.type == "list" ? "list: a,b,c" : parameter.type,
                hint: parameter.summary,
                placeholder: parameter.standard ?? "",
                isRequired: parameter.standard == nil
            )
        }
        hasFields = !fields.isEmpty
    }
}

/// A schedule as a row, with the form that pauses it.
struct ScheduleRow: Sendable, Hashable {
    let schedule: String
    let cron: String
    let zone: String
    let badge: Badge
    let next: String
    let lastHref: String?
    let lastWord: String?
    let action: String
    let verb: String
    let verbWord: String

    init(_ schedule: Console.Schedule, pipeline: String) {
        self.schedule = schedule.name
        cron = schedule.cron
        zone = schedule.zone
        badge = Badge(state: schedule.isPaused ? "paused" : "active")
        next =
            schedule.isPaused
            ? schedule.pausedBy.map { "paused by \($0)" } ?? "paused by its file"
            : schedule.next.prefix(3).joined(separator: ", ")
        lastHref = schedule.lastRun.map(ConsolePath.pipelineRun)
        lastWord = schedule.lastState
        action = "/console/pipelines/\(Wording.segment(pipeline))/schedules"
        verb = schedule.isPaused ? "resume" : "pause"
        verbWord = schedule.isPaused ? "Resume" : "Pause"
    }
}

/// A backfill as a row.
struct BackfillRow: Sendable, Hashable {
    let badge: Badge
    let short: String
    let schedule: String
    let parallel: String
    let actor: String
    let when: Moment

    init(_ backfill: Console.Backfill, now: Timestamp) {
        badge = Badge(state: backfill.state)
        short = Wording.identifier(backfill.id)
        schedule = backfill.schedule
        parallel = String(backfill.parallel)
        actor = backfill.actor
        when = Moment(backfill.createdAt, now: now)
    }
}

/// What a backfill would run, before it is started.
struct BackfillPage: ConsolePage {
    static let template = "backfill"
    static let section: PageFrame.Section? = .pipelines
    /// Times shown.
    static let maximumTimes = 200

    let heading: String
    let crumbs: [PageFrame.Crumb]
    let action: String
    let schedule: String
    let from: String
    let to: String
    let parallel: String
    let again: String
    let facts: [Fact]
    let times: [String]
    let more: String?
    let canStart: Bool

    init(pipeline: String, _ request: Console.BackfillRequest, _ preview: Console.BackfillPreview, canRun: Bool) {
        heading = "Backfill of \(pipeline)"
        crumbs = [.init("Pipelines", "/pipelines"), .init(pipeline, ConsolePath.pipeline(pipeline))]
        action = "/console/pipelines/\(Wording.segment(pipeline))/backfills"
        schedule = preview.schedule
        from = request.from
        to = request.to
        parallel = String(request.parallel)
        again = request.again
        facts = [
            Fact("Schedule", preview.schedule),
            Fact("Runs to start", String(preview.times.count)),
            Fact("Times kept as they are", String(preview.kept)),
            Fact("At one time", String(request.parallel)),
        ]
        times = Array(preview.times.prefix(Self.maximumTimes))
        more =
            preview.times.count > Self.maximumTimes
            ? "and \(preview.times.count - Self.maximumTimes) more, the last \(preview.times.last ?? "")" : nil
        canStart = canRun && !preview.times.isEmpty
    }
}
