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
