import Primitives
import Storage

/// Why a task of a run was, or was not, served from the cache.
package struct TaskExplanation: Sendable, Hashable {
    /// What became of the question to the cache.
    package enum Verdict: String, Sendable, Hashable {
        /// An equal execution's outputs are linked.
        case hit
        /// There was none, or its outputs are gone.
        case miss
        /// The task or the run does not ask.
        case off
        /// The task was not ready yet.
        case none
    }

    /// The task.
    package let task: String
    /// Its state's name.
    package let state: String
    /// Hit or miss.
    package let verdict: Verdict
    /// The digest of its components; nil before it was ready.
    package let identity: Digest?
    /// The earlier run that it is compared with; nil when there is none.
    package let comparedWith: String?
    /// What differs; empty when nothing does.
    package let differences: [TaskComponents.Difference]
    /// The run that executed it, for a linked task.
    package let cachedFrom: String?
}

extension PipelineStore {
    /// For each task, which part of its identity differs from the pipeline's last earlier run that had one. Where
    /// installed packages differ, each is named.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`.
    package func explain(_ id: String, task wanted: String? = nil) async throws -> [TaskExplanation] {
        let explanations = try await database.read { reader -> [TaskExplanation]? in
            guard let detail = try Self.detail(id, in: reader) else { return nil }
            let version = try Self.version(of: detail.run.pipeline, detail.run.version, in: reader)
            let definition = try version?.definition()
            return try detail.tasks.filter { wanted == nil || $0.task == wanted }.map { task in
                let asks =
                    detail.run.useCache && definition?.task(task.task)?.cache == true
                    && !detail.run.freshTasks.contains(task.task)
                return try Self.explanation(of: task, in: detail.run, asks: asks, reader)
            }
        }
        guard let explanations else { throw Self.runNotFound(id) }
        if explanations.isEmpty, let wanted { throw Self.taskNotFound(wanted, run: id) }
        return explanations
    }

    static func taskNotFound(_ task: String, run: String) -> PlatformError {
        PlatformError(
            .pipelineTaskNotFound,
            "Run '\(run.prefix(64))' has no task '\(task.prefix(128))'.",
            nextStep: "List its tasks with 'aku pipelines watch \(run.prefix(64))'.",
            context: ["run_id": run, "task": task]
        )
    }

    private static func explanation(
        of task: TaskRecord,
        in run: RunRecord,
        asks: Bool,
        _ reader: any SQLReader
    ) throws -> TaskExplanation {
        let earlier = try reader.first(
            """
            SELECT t.* FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
            WHERE r.pipeline = ? AND t.task = ? AND r.id < ? AND t.identity IS NOT NULL
            ORDER BY r.id DESC LIMIT 1
            """,
            [.text(run.pipeline), .text(task.task), .text(run.id)]
        )
        let before = try earlier.flatMap { try TaskRecord($0).components }
        var differences = before.flatMap { before in task.components?.differences(from: before) } ?? []
        differences += try packages(differences, reader)
        return TaskExplanation(
            task: task.task,
            state: task.status.state.name,
            verdict: task.cachedFrom != nil ? .hit : task.identity == nil ? .none : asks ? .miss : .off,
            identity: task.identity,
            comparedWith: try earlier?.text("run_id"),
            differences: differences,
            cachedFrom: task.cachedFrom
        )
    }

    /// Of two lists of packages that differ, each package that does.
    static func packages(_ differences: [TaskComponents.Difference], _ reader: any SQLReader) throws
        -> [TaskComponents.Difference]
    {
        guard let change = differences.first(where: { $0.part == "python.packages" }),
            let before = try Interpreter.packages(change.before, in: reader),
            let now = try Interpreter.packages(change.now, in: reader)
        else { return [] }
        return Set(before.keys).union(now.keys).sorted().compactMap { name in
            before[name] == now[name]
                ? nil
                : .init(part: "python.packages.\(name)", before: before[name] ?? "", now: now[name] ?? "")
        }
    }
}
