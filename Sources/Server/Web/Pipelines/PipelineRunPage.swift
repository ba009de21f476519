import Primitives

/// One pipeline run: its graph with live states, when each task ran, what it wrote, and the end of its log.
struct PipelineRunPage: ConsolePage {
    static let template = "pipeline-run"
    static let section: PageFrame.Section? = .pipelines
    let heading: String
    let crumbs: [PageFrame.Crumb]
    let refreshSeconds: Int?

    struct TaskRow: Sendable, Hashable {
        let name: String
        let anchor: String
        let logHref: String
        let badge: Badge
        let attempt: String?
        let took: String
        let cost: String?
        let instances: String?
        let instancesHref: String
        let note: String?
        let reason: String?
        let cachedHref: String?
        let identity: DigestLabel?
        let outputs: [OutputLine]
    }

    struct OutputLine: Sendable, Hashable {
        let output: String
        let digest: DigestLabel
        let size: String
    }

    let badge: Badge
    let facts: [Fact]
    let graph: Markup
    let hasGraph: Bool
    let timeline: Markup
    let hasTimeline: Bool
    let tasks: [TaskRow]
    let parameters: [Fact]
    let hasParameters: Bool
    let logTask: String?
    let log: String?
    let logIsCut: Bool
    let followHref: String?
    let canCancel: Bool
    let cancelAction: String
    let canRerun: Bool
    let rerunAction: String
    let hasFailures: Bool
    let choices: [String]

    init(_ run: Console.PipelineRun, log: Console.Log?, canRun: Bool, now: Timestamp) {
        heading = "\(run.pipeline) · run \(Wording.identifier(run.id))"
        crumbs = [.init("Pipelines", "/pipelines"), .init(run.pipeline, ConsolePath.pipeline(run.pipeline))]
        refreshSeconds = run.finishedAt == nil ? 2 : nil
        badge = Badge(state: run.state)
        let end = run.finishedAt ?? now
        facts =
            [
                Fact("Started", "\(Wording.moment(run.createdAt)) UTC"),
                Fact("Took", Wording.duration(milliseconds: end.milliseconds - run.createdAt.milliseconds)),
                Fact(
                    "Tasks done",
                    "\(run.tasks.count { ["succeeded", "cached"].contains($0.state) }) of \(run.tasks.count)"
                ),
                Fact("From cache", String(run.tasks.count { $0.state == "cached" })),
                Fact("Definition", "version \(run.version)", link: ConsolePath.pipeline(run.pipeline)),
                Fact("Reason", run.reason.isEmpty ? "started by \(run.actor)" : run.reason),
            ] + Self.bounds(run) + Self.origin(run)
        graph = Self.graph(run, now: now)
        hasGraph = !graph.html.isEmpty
        timeline = TimelineDrawing.svg(Self.bars(run, now: now), label: "When each task of the run was at work")
        hasTimeline = !timeline.html.isEmpty
        tasks = run.tasks.map { Self.row($0, run: run, now: now) }
        parameters = DatasetPage.flatten(run.parameters, "")
        hasParameters = !parameters.isEmpty
        logTask = log?.task
        self.log = log?.text
        logIsCut = log?.isCut ?? false
        let open = log.flatMap { log in run.tasks.first { $0.name == log.task && $0.finishedAt == nil } }
        followHref = log.flatMap { log in
            guard open != nil else { return nil }
            let run = Wording.segment(run.id), task = Wording.segment(log.task)
            return "/api/v1/pipeline-runs/\(run)/tasks/\(task)/log/stream?offset=\(log.end)"
        }
        let isOurs = run.engine == "aku", isOver = run.finishedAt != nil
        canCancel = canRun && !isOver
        cancelAction = "/console\(ConsolePath.pipelineRun(run.id))/cancel"
        canRerun = canRun && isOver && isOurs
        rerunAction = "/console\(ConsolePath.pipelineRun(run.id))/reruns"
        hasFailures = run.tasks.contains { !["succeeded", "cached"].contains($0.state) }
        choices = run.tasks.map(\.name)
    }

    /// Its deadline, and what its tasks took of the machine.
    private static func bounds(_ run: Console.PipelineRun) -> [Fact] {
        var facts: [Fact] = []
        if let deadline = run.deadline {
            let passed = run.failureCode == nil ? "" : ", which it passed (\(run.failureCode ?? ""))"
            facts.append(Fact("Deadline", "\(Wording.moment(deadline)) UTC\(passed)"))
        }
        let cpu = run.tasks.compactMap(\.cpuMilliseconds)
        if !cpu.isEmpty {
            facts.append(Fact("Processor time", Wording.duration(milliseconds: cpu.reduce(0, +))))
            facts.append(Fact("Most memory", Wording.bytes(run.tasks.compactMap(\.peakMemoryBytes).max() ?? 0)))
        }
        return facts
    }

    /// Processor time and memory of a task; nil where nothing was measured.
    static func cost(_ task: Console.Task) -> String? {
        task.cpuMilliseconds.map {
            "\(Wording.duration(milliseconds: $0)) cpu, \(Wording.bytes(task.peakMemoryBytes ?? 0))"
        }
    }

    /// `17 of 20 instances, 2 failed`; nil for a task that is not mapped.
    static func instances(_ task: Console.Task) -> String? {
        task.instances.map { count in
            let states = task.instanceStates
            let good = (states["succeeded"] ?? 0) + (states["cached"] ?? 0)
            return "\(good) of \(count) instances" + (states["failed"].map { ", \($0) failed" } ?? "")
        }
    }

    /// What leads the run when another engine does, and what it repeats.
    private static func origin(_ run: Console.PipelineRun) -> [Fact] {
        var facts: [Fact] = []
        if run.engine != "aku" {
            facts.append(Fact("Engine", [run.engine, run.externalID].compactMap(\.self).joined(separator: " ")))
        }
        if let origin = run.rerunOf {
            facts.append(
                Fact("Part of", "run \(Wording.identifier(origin)) again", link: ConsolePath.pipelineRun(origin))
            )
        }
        return facts
    }

    /// The task whose log a reader most likely wants: the failed one, the running one, or the last that ran.
    static func interestingTask(_ run: Console.PipelineRun) -> String? {
        let order = ["failed", "running", "retrying"]
        for state in order {
            if let task = run.tasks.first(where: { $0.state == state }) { return task.name }
        }
        let ran = run.tasks.filter { $0.startedAt != nil && $0.state != "cached" }
        return ran.max { ($0.startedAt?.milliseconds ?? 0) < ($1.startedAt?.milliseconds ?? 0) }?.name
    }

    static func graph(_ run: Console.PipelineRun, now: Timestamp) -> Markup {
        let nodes = run.tasks.map { task in
            GraphDrawing.Node(
                name: task.name,
                badge: Badge(state: task.state),
                detail: detail(task, now: now),
                needs: task.needs
            )
        }
        return GraphDrawing.svg(nodes, label: "Tasks of \(run.pipeline)")
    }

    private static func detail(_ task: Console.Task, now: Timestamp) -> String {
        if task.state == "cached" { return "cached" }
        let badge = Badge(state: task.state)
        let took = took(task, now: now)
        let attempt = task.attempt > 1 ? " · try \(task.attempt)" : ""
        return took.isEmpty
            ? "\(badge.word)\(attempt)" : "\(badge.word == "succeeded" ? "" : "\(badge.word) ")\(took)\(attempt)"
    }

    static func took(_ task: Console.Task, now: Timestamp) -> String {
        guard let start = task.startedAt, task.state != "cached" else { return "" }
        let end = task.finishedAt ?? now
        return Wording.duration(milliseconds: end.milliseconds - start.milliseconds)
    }

    private static func bars(_ run: Console.PipelineRun, now: Timestamp) -> [TimelineDrawing.Bar] {
        run.tasks.compactMap { task in
            guard let start = task.startedAt else { return nil }
            return TimelineDrawing.Bar(
                name: task.name,
                badge: Badge(state: task.state),
                start: start,
                end: task.finishedAt ?? max(start, now)
            )
        }
    }

    private static func row(_ task: Console.Task, run: Console.PipelineRun, now: Timestamp) -> TaskRow {
        let note = [task.errorCode.map { "\($0):" }, task.errorMessage, task.nextStep].compactMap(\.self)
        return TaskRow(
            name: task.name,
            anchor: "task-\(Wording.segment(task.name))",
            logHref: ConsolePath.with(ConsolePath.pipelineRun(run.id), [("log", task.name)]) + "#log",
            badge: Badge(state: task.state),
            attempt: task.attempt > 1 ? "attempt \(task.attempt)" : nil,
            took: took(task, now: now).isEmpty ? "–" : took(task, now: now),
            cost: cost(task),
            instances: instances(task),
            instancesHref: ConsolePath.taskInstances(run.id, task.name),
            note: note.isEmpty ? nil : note.joined(separator: " "),
            reason: task.cacheReason,
            cachedHref: task.state == "cached" ? task.cachedFrom.map(ConsolePath.pipelineRun) : nil,
            identity: task.identity.map { DigestLabel($0) },
            outputs: task.outputs.map {
                OutputLine(output: $0.name, digest: DigestLabel($0.digest), size: Wording.bytes($0.bytes))
            }
        )
    }
}
