import Primitives
import Storage

/// A run as it is stored.
package struct RunRecord: Sendable, Hashable {
    /// Its id.
    package let id: String
    /// The pipeline.
    package let pipeline: String
    /// The version that it keeps.
    package let version: Int
    /// Values of all parameters.
    package let parameters: [String: JSONValue]
    /// Why it was started.
    package let reason: String
    /// Who started it.
    package let actor: String
    /// Where it stands.
    package let state: RunState
    /// Whether earlier executions may be linked.
    package let useCache: Bool
    /// Who cancelled it, or nil.
    package let cancelActor: String?
    /// Who starts its tasks: `aku`, or another engine's name.
    package let engine: String
    /// What the other engine calls it, or nil.
    package let externalID: String?
    /// Why it failed, where that is not that a task did: `deadline_exceeded`, or nil.
    package let failureCode: String?
    /// When it was accepted.
    package let createdAt: Timestamp
    /// When it was over, or nil.
    package let finishedAt: Timestamp?
    /// The time of a schedule that it stands for, or nil.
    package let scheduled: ScheduledTime?
    /// The run of which it runs a part again, or nil.
    package let rerunOf: String?
    /// Tasks that are executed whatever the cache has; of a run that is a rerun.
    package let freshTasks: [String]

    init(_ row: SQLRow) throws {
        id = try row.text("id")
        scheduled = try ScheduledTime(row)
        pipeline = try row.text("pipeline")
        version = Int(try row.integer("version"))
        parameters = try row.json("parameters", as: [String: JSONValue].self)
        reason = try row.text("reason")
        actor = try row.text("actor")
        state = RunState(rawValue: try row.text("state")) ?? .failed
        useCache = try row.bool("use_cache")
        cancelActor = try row.optionalText("cancel_actor")
        engine = try row.text("engine")
        externalID = try row.optionalText("external_id")
        failureCode = try row.optionalText("failure_code")
        createdAt = try row.time("created_at")
        finishedAt = try row.optionalTime("finished_at")
        rerunOf = try row.optionalText("rerun_of")
        freshTasks = try row.optionalText("fresh_tasks") == nil ? [] : row.json("fresh_tasks", as: [String].self)
    }
}

/// A task of a run as it is stored.
package struct TaskRecord: Sendable, Hashable {
    /// Its name.
    package let task: String
    /// State and counters.
    package let status: TaskStatus
    /// What decided its outputs; nil before it was ready.
    package let components: TaskComponents?
    /// The digest of the components; nil before it was ready.
    package let identity: Digest?
    /// The run that executed it when its outputs are linked.
    package let cachedFrom: String?
    /// When its latest attempt began.
    package let startedAt: Timestamp?
    /// When it was over.
    package let finishedAt: Timestamp?
    /// Why the latest attempt ended badly: code, message with the last log lines, next step.
    package let failure: TaskFailure?
    /// How many instances a mapped task has; nil before it has begun, and for other tasks.
    package let mapSize: Int?
    /// Why a skipped task was skipped, in one sentence.
    package let skipReason: String?
    /// What all its attempts took of the machine, and for a mapped task those of its instances; nil where none was measured.
    package internal(set) var usage: TaskUsage?

    init(_ row: SQLRow) throws {
        task = try row.text("task")
        status = try Self.status(row)
        mapSize = try row.optionalInteger("map_size").map { Int($0) }
        components = try row.optionalText("components").map { _ in try row.json("components", as: TaskComponents.self) }
        identity = try row.optionalDigest("identity")
        cachedFrom = try row.optionalText("cached_from")
        startedAt = try row.optionalTime("started_at")
        finishedAt = try row.optionalTime("finished_at")
        skipReason = try row.optionalText("skip_reason")
        usage = try TaskUsage(row)
        failure = try row.optionalText("error_code").map { code in
            TaskFailure(code: code, message: try row.text("error_message"), nextStep: try row.text("next_step"))
        }
    }
}

extension TaskRecord {
    /// State and counters of a row.
    static func status(_ row: SQLRow) throws -> TaskStatus {
        let name = try row.text("state")
        let retryAt = try row.optionalTime("retry_at"), isExcused = try row.bool("excused")
        guard let state = TaskState(name: name, retryAt: retryAt, isExcused: isExcused) else {
            throw PlatformError(.internalError, "A task has the unknown state '\(name)'.")
        }
        return TaskStatus(
            state: state,
            attempt: Int(try row.integer("attempt")),
            losses: Int(try row.integer("losses"))
        )
    }
}

/// Why an attempt ended badly.
package struct TaskFailure: Sendable, Hashable {
    /// The stable code, for example `task_failed`.
    package let code: String
    /// What happened, and the last lines of the log.
    package let message: String
    /// What to do.
    package let nextStep: String
}

/// A run with its tasks in file order, and what they wrote.
package struct RunDetail: Sendable, Hashable {
    /// The run.
    package let run: RunRecord
    /// In file order.
    package let tasks: [TaskRecord]
    /// Outputs by task, sorted by name.
    package let outputs: [String: [TaskOutput]]
    /// Of mapped tasks, how many instances are in which state; those that have not begun are in none.
    package var instances: [String: [String: Int]] = [:]
}

/// The execution that wrote an object: a link in the chain from a prediction back to the data.
package struct TaskExecution: Sendable, Hashable, Codable {
    /// The run.
    package let runID: String
    /// Its pipeline.
    package let pipeline: String
    /// The pipeline's version.
    package let version: Int
    /// The task.
    package let task: String
    /// The digest of its components.
    package let identity: Digest
    /// The tree of its code, or nil.
    package let code: Digest?
    /// The values of the parameters that it used.
    package let parameters: [String: JSONValue]
    /// What it read, by name.
    package let inputs: [String: Digest]
    /// What it wrote.
    package let outputs: [TaskOutput]
    /// When its last attempt began.
    package let startedAt: Timestamp?
    /// When its outputs were committed.
    package let finishedAt: Timestamp?
}
