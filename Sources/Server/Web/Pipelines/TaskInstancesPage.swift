import Primitives

/// Instances of a mapped task: a page of them, of one state where it is asked for, and the log of one.
struct TaskInstancesPage: ConsolePage {
    static let template = "task-instances"
    static let section: PageFrame.Section? = .pipelines
    let heading: String
    let crumbs: [PageFrame.Crumb]
    let refreshSeconds: Int?

    struct Choice: Sendable, Hashable {
        let value: String
        let word: String
        let isChosen: Bool
    }

    struct Row: Sendable, Hashable {
        let name: String
        let logHref: String
        let badge: Badge
        let attempt: String?
        let took: String
        let cost: String?
        let note: String?
        let cachedHref: String?
        let outputs: [PipelineRunPage.OutputLine]
    }

    let badge: Badge
    let facts: [Fact]
    let action: String
    let states: [Choice]
    let rows: [Row]
    let isEmpty: Bool
    let nextHref: String?
    let logTask: String?
    let log: String?
    let logIsCut: Bool

    init(_ page: Console.Instances, _ query: Console.InstanceQuery, log: Console.Log?, now: Timestamp) {
        let run = page.run, task = page.task
        heading = "\(task.name) · run \(Wording.identifier(run.id))"
        crumbs = [
            .init("Pipelines", "/pipelines"), .init(run.pipeline, ConsolePath.pipeline(run.pipeline)),
            .init("run \(Wording.identifier(run.id))", ConsolePath.pipelineRun(run.id)),
        ]
        refreshSeconds = task.finishedAt == nil ? 2 : nil
        badge = Badge(state: task.state)
        var facts = [Fact("Instances", task.instances.map(String.init) ?? "not known yet")]
        facts += task.instanceStates.sorted { $0.key < $1.key }.map { state, count in
            Fact(state.prefix(1).uppercased() + state.dropFirst(), String(count))
        }
        if let cost = PipelineRunPage.cost(task) { facts.append(Fact("Took", cost)) }
        self.facts = facts
        let path = ConsolePath.taskInstances(run.id, task.name)
        action = path
        states =
            [Choice(value: "", word: "any", isChosen: query.state == nil)]
            + task.instanceStates.keys.sorted().map {
                Choice(value: $0, word: $0, isChosen: $0 == query.state)
            }
        let here: [(String, String?)] = [("state", query.state), ("after", query.after.map(String.init))]
        rows = page.instances.map { Self.row($0, path, here, now: now) }
        isEmpty = rows.isEmpty
        nextHref = page.next.map { ConsolePath.with(path, [("state", query.state), ("after", $0)]) }
        logTask = log?.task
        self.log = log?.text
        logIsCut = log?.isCut ?? false
    }

    private static func row(
        _ instance: Console.Task,
        _ path: String,
        _ here: [(String, String?)],
        now: Timestamp
    ) -> Row {
        let note = [instance.errorCode.map { "\($0):" }, instance.errorMessage, instance.nextStep].compactMap(\.self)
        let took = PipelineRunPage.took(instance, now: now)
        return Row(
            name: instance.name,
            logHref: ConsolePath.with(path, here + [("log", instance.name)]) + "#log",
            badge: Badge(state: instance.state),
            attempt: instance.attempt > 1 ? "attempt \(instance.attempt)" : nil,
            took: took.isEmpty ? "–" : took,
            cost: PipelineRunPage.cost(instance),
            note: note.isEmpty ? nil : note.joined(separator: " "),
            cachedHref: instance.state == "cached" ? instance.cachedFrom.map(ConsolePath.pipelineRun) : nil,
            outputs: instance.outputs.map {
                .init(output: $0.name, digest: DigestLabel($0.digest), size: Wording.bytes($0.bytes))
            }
        )
    }
}
