import Primitives
import Storage

extension PipelineStore {
    /// The execution that wrote an object or tree as an output: the earliest, since later ones with the same identity
    /// are
    /// linked to it. Nil when no task wrote it.
    package func producer(of digest: Digest) async throws -> TaskExecution? {
        try await database.read { reader in
            let row = try reader.first(
                """
                SELECT o.run_id, o.task FROM pipeline_output o
                JOIN pipeline_task t ON t.run_id = o.run_id AND t.task = o.task
                WHERE o.digest = ?
                ORDER BY CASE t.state WHEN 'succeeded' THEN 0 ELSE 1 END, t.finished_at, o.run_id LIMIT 1
                """,
                [.digest(digest)]
            )
            return try row.flatMap { try Self.execution(run: $0.text("run_id"), task: $0.text("task"), in: reader) }
        }
    }

    /// One execution of a task; nil when the run or task is not there or has no identity yet.
    package func execution(run: String, task: String) async throws -> TaskExecution? {
        try await database.read { reader in try Self.execution(run: run, task: task, in: reader) }
    }

    private static func execution(run: String, task: String, in reader: any SQLReader) throws -> TaskExecution? {
        let row = try reader.first(
            """
            SELECT t.*, r.pipeline, r.version FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
            WHERE t.run_id = ? AND t.task = ?
            """,
            [.text(run), .text(task)]
        )
        guard let row else { return nil }
        let record = try TaskRecord(row)
        guard let components = record.components, let identity = record.identity else { return nil }
        return TaskExecution(
            runID: run,
            pipeline: try row.text("pipeline"),
            version: Int(try row.integer("version")),
            task: task,
            identity: identity,
            code: components.code,
            parameters: components.parameters,
            inputs: components.inputs,
            outputs: try outputs(of: run, task: task, in: reader)[task] ?? [],
            startedAt: record.startedAt,
            finishedAt: record.finishedAt
        )
    }
}

/// Why a task of a run was, or was not, served from the cache.
package struct TaskExplanation: Sendable, Hashable {
    /// The task.
    package let task: String
    /// Its state's name.
    package let state: String
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
    /// For each task, which part of its identity differs from the pipeline's last earlier run that had one.
    ///
    /// - Throws: `pipeline_run_not_found`.
    package func explain(_ id: String) async throws -> [TaskExplanation] {
        let explanations = try await database.read { reader -> [TaskExplanation]? in
            guard let detail = try Self.detail(id, in: reader) else { return nil }
            return try detail.tasks.map { task in
                let earlier = try reader.first(
                    """
                    SELECT t.* FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
                    WHERE r.pipeline = ? AND t.task = ? AND r.id < ? AND t.identity IS NOT NULL
                    ORDER BY r.id DESC LIMIT 1
                    """,
                    [.text(detail.run.pipeline), .text(task.task), .text(id)]
                )
                let components = try earlier.flatMap { try TaskRecord($0).components }
                return TaskExplanation(
                    task: task.task,
                    state: task.status.state.name,
                    identity: task.identity,
                    comparedWith: try earlier?.text("run_id"),
                    differences: components.flatMap { earlier in task.components?.differences(from: earlier) } ?? [],
                    cachedFrom: task.cachedFrom
                )
            }
        }
        guard let explanations else { throw Self.runNotFound(id) }
        return explanations
    }
}
