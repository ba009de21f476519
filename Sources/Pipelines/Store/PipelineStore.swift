import Foundation
import Primitives
import Storage

/// Reads what the engine wrote: pipelines, versions, runs, tasks, lineage.
package struct PipelineStore: Sendable {
    let database: any Database

    /// Over a migrated database.
    package init(database: any Database) {
        self.database = database
    }

    /// Every pipeline by name; at most 1,000.
    package func pipelines() async throws -> [PipelineSummary] {
        try await database.read { reader in
            try reader.query(
                "SELECT name, latest_version, description, created_at FROM pipeline ORDER BY name LIMIT 1000"
            ).map { row in
                PipelineSummary(
                    name: try row.text("name"),
                    latestVersion: Int(try row.integer("latest_version")),
                    summary: try row.text("description"),
                    createdAt: try row.time("created_at")
                )
            }
        }
    }

    /// A version of a pipeline; the newest when none is named.
    ///
    /// - Throws: `pipeline_not_found`.
    package func version(of pipeline: String, _ number: Int? = nil) async throws -> PipelineVersion {
        let version = try await database.read { reader in
            try Self.version(of: pipeline, number, in: reader)
        }
        guard let version else { throw Self.notFound(pipeline, number) }
        return version
    }

    /// The newest runs first.
    ///
    /// - Parameters:
    ///   - pipeline: of this pipeline only.
    ///   - before: the id at the end of the page before; ids sort by age.
    package func runs(pipeline: String? = nil, before: String? = nil, limit: Int = 50) async throws -> Page<RunRecord> {
        let runs = try await database.read { reader in
            try reader.query(
                """
                SELECT * FROM pipeline_run WHERE (? IS NULL OR pipeline = ?) AND (? IS NULL OR id < ?)
                ORDER BY id DESC LIMIT ?
                """,
                [
                    .optional(pipeline), .optional(pipeline), .optional(before), .optional(before),
                    .integer(Int64(limit) + 1),
                ]
            ).map(RunRecord.init)
        }
        let page = Array(runs.prefix(limit))
        return Page(elements: page, nextToken: runs.count > limit ? page.last?.id : nil)
    }

    /// A run with its tasks.
    ///
    /// - Throws: `pipeline_run_not_found`.
    package func run(_ id: String) async throws -> RunDetail {
        let detail = try await database.read { reader in try Self.detail(id, in: reader) }
        guard let detail else { throw Self.runNotFound(id) }
        return detail
    }

    /// A run with its tasks, and the definition that it keeps.
    ///
    /// - Throws: `pipeline_run_not_found`.
    package func runWithDefinition(_ id: String) async throws -> (detail: RunDetail, definition: PipelineDefinition) {
        let detail = try await run(id)
        return (detail, try await version(of: detail.run.pipeline, detail.run.version).definition())
    }

    // MARK: - Inside a transaction

    static func version(of pipeline: String, _ number: Int?, in reader: any SQLReader) throws -> PipelineVersion? {
        try reader.first(
            """
            SELECT v.* FROM pipeline_version v JOIN pipeline p ON p.name = v.pipeline
            WHERE v.pipeline = ? AND v.version = COALESCE(?, p.latest_version)
            """,
            [.text(pipeline), .optional(number.map(Int64.init))]
        ).map(PipelineVersion.init)
    }

    static func detail(_ id: String, in reader: any SQLReader) throws -> RunDetail? {
        guard let run = try reader.first("SELECT * FROM pipeline_run WHERE id = ?", [.text(id)]) else { return nil }
        let tasks = try reader.query(
            "SELECT * FROM pipeline_task WHERE run_id = ? AND parent IS NULL ORDER BY position",
            [.text(id)]
        )
        return RunDetail(
            run: try RunRecord(run),
            tasks: try measured(id, tasks.map(TaskRecord.init), in: reader),
            outputs: try outputs(of: id, in: reader),
            instances: try instanceCounts(of: id, tasks, in: reader)
        )
    }

    static func outputs(of run: String, task: String? = nil, in reader: any SQLReader) throws -> [String: [TaskOutput]]
    {
        let rows =
            if let task {
                try reader.query(
                    "SELECT * FROM pipeline_output WHERE run_id = ? AND task = ? ORDER BY name",
                    [.text(run), .text(task)]
                )
            } else {
                try reader.query(
                    """
                    SELECT o.* FROM pipeline_task t JOIN pipeline_output o ON o.run_id = t.run_id AND o.task = t.task
                    WHERE t.run_id = ? AND t.parent IS NULL ORDER BY o.task, o.name
                    """,
                    [.text(run)]
                )
            }
        var out: [String: [TaskOutput]] = [:]
        for row in rows {
            out[try row.text("task"), default: []].append(
                TaskOutput(
                    name: try row.text("name"),
                    digest: try row.digest("digest"),
                    kind: OutputKind(rawValue: try row.text("kind")) ?? .file,
                    bytes: try row.integer("bytes")
                )
            )
        }
        return out
    }

    /// Writes what a task of a run wrote; the task's row is there.
    static func write(
        _ outputs: [TaskOutput],
        of run: String,
        task: String,
        in transaction: any SQLTransaction
    ) throws {
        for output in outputs {
            try transaction.execute(
                "INSERT INTO pipeline_output (run_id, task, name, digest, kind, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .text(run), .text(task), .text(output.name), .digest(output.digest), .text(output.kind.rawValue),
                    .integer(output.bytes),
                ]
            )
        }
    }

    static func notFound(_ pipeline: String, _ number: Int? = nil) -> PlatformError {
        PlatformError(
            .pipelineNotFound,
            "There is no pipeline '\(pipeline.prefix(128))'\(number.map { " with version \($0)" } ?? "").",
            nextStep: "List them with 'aku pipelines list', or register one with 'aku pipelines apply FILE'.",
            context: ["pipeline": pipeline]
        )
    }

    static func runNotFound(_ id: String) -> PlatformError {
        PlatformError(
            .pipelineRunNotFound,
            "There is no pipeline run '\(id.prefix(64))'.",
            nextStep: "List them with 'aku pipelines runs'.",
            context: ["run_id": id]
        )
    }
}
