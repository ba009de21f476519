import Foundation
import Primitives
import Storage

/// A run that is not over, as the loop holds it. A value: a step works on a copy, which counts only once it is durable.
struct ActiveRun: Sendable {
    let id: String
    let definition: PipelineDefinition
    let version: PipelineVersion
    let parameters: [String: JSONValue]
    let useCache: Bool
    /// Tasks that are executed whatever the cache has.
    let fresh: Set<String>
    let scheduled: ScheduledTime?
    var machine: RunMachine
    var outputs: [String: [TaskOutput]]
    /// Components of ready tasks that were looked up in the cache.
    var components: [String: (value: TaskComponents, identity: Digest)] = [:]
    /// What mapped tasks that have begun are executed for.
    var items: [String: MapItems] = [:]
    /// What was read for ready tasks, until it is used.
    var answers: [String: StepReading.Answer] = [:]
    /// Tasks for which something is being read.
    var asked: Set<String> = []
    /// Tasks whose condition holds.
    var decided: Set<String> = []
    /// Whether it makes up for a time of the past, and so waits for other runs.
    var isBackfill: Bool { scheduled?.backfill != nil }
    /// Tasks by name.
    let tasks: [String: TaskDefinition]
    /// The priorities that its tasks have.
    let priorities: Set<Int>
    /// Whether a task needs a slot of a pool.
    let hasPools: Bool
    /// When its tasks must be over, or nil.
    let deadline: Timestamp?

    /// - Parameter maps: of mapped tasks under way, how many instances they have and the states of those that have begun.
    init(
        _ detail: RunDetail,
        _ version: PipelineVersion,
        maps: [String: (count: Int, instances: [Int: TaskStatus])] = [:]
    ) throws {
        id = detail.run.id
        definition = try version.definition()
        self.version = version
        parameters = detail.run.parameters
        useCache = detail.run.useCache
        fresh = Set(detail.run.freshTasks)
        scheduled = detail.run.scheduled
        outputs = detail.outputs
        tasks = Dictionary(definition.tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        priorities = Set(definition.tasks.map(\.priority))
        hasPools = definition.tasks.contains { $0.pool != nil }
        deadline = definition.deadlineSeconds.map {
            detail.run.createdAt.advanced(byMilliseconds: Int64($0) * 1000)
        }
        machine = RunMachine(
            plan: RunPlan(definition),
            statuses: Dictionary(detail.tasks.map { ($0.task, $0.status) }, uniquingKeysWith: { first, _ in first }),
            maps: maps,
            isCancelling: detail.run.cancelActor != nil,
            isExpired: detail.run.failureCode != nil,
            seed: Self.seed(detail.run.id)
        )
        for task in detail.tasks where task.status.state == .running {
            guard let value = task.components, let identity = task.identity else { continue }
            components[task.task] = (value, identity)
        }
    }

    /// The inputs of a task whose upstream is over.
    func inputs(of task: TaskDefinition, item: MapItem? = nil) -> [String: TaskOutput] {
        var out: [String: TaskOutput] = [:]
        if let shard = item?.shard { out[MapRule.shardInput] = shard }
        for input in task.inputs {
            out[input.name] = outputs[input.task]?.first { $0.name == input.output }
        }
        return out
    }

    /// The attempt to run for a task, or an instance of one, that was just started.
    func order(_ task: TaskDefinition, item: MapItem? = nil) -> AttemptOrder {
        let name = item.map { InstanceName.text(task.name, $0.index) } ?? task.name
        var order = AttemptOrder(
            run: id,
            pipeline: definition.name,
            task: name,
            attempt: machine[name]?.attempt ?? 1,
            command: task.run.render(parameters: parameters, item: item),
            code: version.trees[task.name],
            inputs: inputs(of: task, item: item),
            outputs: task.outputs,
            environment: environment(of: task),
            timeoutSeconds: task.timeoutSeconds
        )
        let bound = task.inputs.map(\.name)
        order.inputOrder = order.inputs.keys.filter { !bound.contains($0) }.sorted() + bound
        order.builtin = task.builtin?.call(parameters: parameters, item: item)
        order.python = python(of: task)
        order.network = definition.network(of: task)
        order.placement = task.placement
        return order
    }

    /// The logical time is no part of a task's identity, so only a task that is never linked may see it.
    private func environment(of task: TaskDefinition) -> [String: String] {
        if task.cache { return task.environment }
        var ours: [String: String] = [:]
        if let scheduled { ours["AKU_LOGICAL_TIME"] = scheduled.time.description }
        if task.isForFailure {
            ours["AKU_FAILED_TASKS"] = machine.failed.joined(separator: ",")
            ours["AKU_RUN_ERROR"] = (machine.isExpired ? ErrorCode.pipelineDeadlineExceeded : .taskFailed).name
        }
        return task.environment.merging(ours) { _, ours in ours }
    }

    /// From the run's id, so that a replay of the run has the same delays.
    private static func seed(_ id: String) -> UInt64 {
        Digest.sha256(of: Data(id.utf8)).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
