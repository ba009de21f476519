import Primitives
import Storage

extension PipelineStore {
    /// The most instances of one page.
    package static let maximumInstancePage = 1_000

    /// Instances of a mapped task that have begun, in order.
    ///
    /// - Parameters:
    ///   - state: of this state only.
    ///   - after: the index at the end of the page before.
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`.
    package func instances(
        run: String,
        task: String,
        state: String? = nil,
        after: Int? = nil,
        limit: Int = 100
    ) async throws -> Page<InstanceRecord> {
        _ = try await self.task(run: run, task)
        let rows = try await database.read { reader in
            let rows = try reader.query(
                """
                SELECT * FROM pipeline_task WHERE run_id = ? AND parent = ? AND map_index > ?
                    AND (? IS NULL OR state = ?) ORDER BY map_index LIMIT ?
                """,
                [
                    .text(run), .text(task), .integer(Int64(after ?? -1)), .optional(state), .optional(state),
                    .integer(Int64(limit) + 1),
                ]
            )
            return try rows.map { row in
                let record = try TaskRecord(row)
                return InstanceRecord(
                    index: Int(try row.integer("map_index")),
                    task: record,
                    outputs: try Self.outputs(of: run, task: record.task, in: reader)[record.task] ?? []
                )
            }
        }
        let page = Array(rows.prefix(limit))
        return Page(elements: page, nextToken: rows.count > limit ? page.last.map { String($0.index) } : nil)
    }

    /// One task, or one instance of a mapped task.
    ///
    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`.
    package func task(run: String, _ name: String) async throws -> TaskRecord {
        let record = try await database.read { reader in
            try reader.first("SELECT * FROM pipeline_task WHERE run_id = ? AND task = ?", [.text(run), .text(name)])
                .map(TaskRecord.init)
        }
        if let record { return record }
        let detail = try await self.run(run)
        throw PlatformError(
            .pipelineTaskNotFound,
            "Run '\(run)' has no task '\(name.prefix(128))'.",
            nextStep: Suggestion.phrase(for: name, among: detail.tasks.map(\.task)),
            context: ["run_id": run, "task": name]
        )
    }

    /// The task of a run that executed an identity; an instance may be linked to one of another index.
    func origin(of identity: Digest, in run: String) async throws -> String? {
        try await database.read { reader in
            try reader.first(
                "SELECT task FROM pipeline_task WHERE identity = ? AND run_id = ? AND state = 'succeeded' ORDER BY task",
                [.digest(identity), .text(run)]
            )?.text("task")
        }
    }

    /// The instances of a run's mapped tasks that are under way, for an engine that goes on with it.
    func maps(of detail: RunDetail) async throws -> [String: (count: Int, instances: [Int: TaskStatus])] {
        var out: [String: (count: Int, instances: [Int: TaskStatus])] = [:]
        for task in detail.tasks where task.status.state == .running {
            guard let count = task.mapSize else { continue }
            let states = try await database.read { reader in
                try reader.query(
                    """
                    SELECT map_index, state, attempt, losses, retry_at, excused FROM pipeline_task
                    WHERE run_id = ? AND parent = ?
                    """,
                    [.text(detail.run.id), .text(task.task)]
                ).map { row in (Int(try row.integer("map_index")), try TaskRecord.status(row)) }
            }
            out[task.task] = (count, Dictionary(states, uniquingKeysWith: { first, _ in first }))
        }
        return out
    }

    /// Tasks with what their instances took.
    static func measured(_ run: String, _ tasks: [TaskRecord], in reader: any SQLReader) throws -> [TaskRecord] {
        guard tasks.contains(where: { $0.mapSize != nil }) else { return tasks }
        let rows = try reader.query(
            """
            SELECT parent, SUM(cpu_ms) AS cpu_ms, MAX(peak_memory_bytes) AS peak_memory_bytes FROM pipeline_task
            WHERE run_id = ? AND parent IS NOT NULL GROUP BY parent
            """,
            [.text(run)]
        )
        var usages: [String: TaskUsage] = [:]
        for row in rows { usages[try row.text("parent")] = try TaskUsage(row) }
        return tasks.map { task in
            var task = task
            task.usage = usages[task.task] ?? task.usage
            return task
        }
    }

    static func instanceCounts(of run: String, _ tasks: [SQLRow], in reader: any SQLReader) throws
        -> [String: [String: Int]]
    {
        guard try tasks.contains(where: { try $0.optionalInteger("map_size") != nil }) else { return [:] }
        let rows = try reader.query(
            """
            SELECT parent, state, COUNT(*) AS instances FROM pipeline_task
            WHERE run_id = ? AND parent IS NOT NULL GROUP BY parent, state
            """,
            [.text(run)]
        )
        var out: [String: [String: Int]] = [:]
        for row in rows {
            out[try row.text("parent"), default: [:]][try row.text("state")] = Int(try row.integer("instances"))
        }
        return out
    }
}

/// One instance of a mapped task as it is stored.
package struct InstanceRecord: Sendable, Hashable {
    /// From 0.
    package let index: Int
    /// Its row; its name is `TASK[INDEX]`.
    package let task: TaskRecord
    /// What it wrote.
    package let outputs: [TaskOutput]
}
