import Primitives
import Storage

/// A schedule as it stands.
package struct ScheduleState: Sendable {
    /// The pipeline.
    package let pipeline: String
    /// The pipeline's newest version, which the next run will have.
    package let version: Int
    /// The rule.
    package let schedule: Schedule
    /// Who holds it still; nil when no command does.
    package let pausedBy: String?
    /// The next logical times; empty while it is paused.
    package let next: [Timestamp]
    /// The newest logical time that has a run, with the run; nil before the first.
    package let last: (time: Timestamp, run: String, state: RunState)?

    /// Whether it stands still, by its file or by a command.
    package var isPaused: Bool { schedule.isPaused || pausedBy != nil }
}

extension ScheduleStore {
    /// Every schedule, or those of one pipeline, by pipeline and name; at most 1,000.
    ///
    /// - Parameter count: how many next times of each.
    package func list(pipeline: String? = nil, next count: Int = 5) async throws -> [ScheduleState] {
        let now = clock.now()
        return try await database.read { reader in
            let rows = try reader.query(
                """
                SELECT s.*, (SELECT MAX(r.logical_time) FROM pipeline_schedule_run r
                    WHERE r.pipeline = s.pipeline AND r.schedule = s.name) AS last_time
                FROM pipeline_schedule s WHERE (? IS NULL OR s.pipeline = ?) ORDER BY s.pipeline, s.name LIMIT 1000
                """,
                [.optional(pipeline), .optional(pipeline)]
            )
            var definitions: [String: PipelineDefinition] = [:]
            return try rows.compactMap { columns in
                let row = try Row(columns)
                if definitions[row.pipeline] == nil {
                    definitions[row.pipeline] = try PipelineStore.version(of: row.pipeline, row.version, in: reader)?
                        .definition()
                }
                guard let schedule = definitions[row.pipeline]?.schedules.first(where: { $0.name == row.name }) else {
                    return nil
                }
                let last = try columns.optionalTime("last_time").flatMap { time in
                    try Self.run(of: row, at: time, in: reader).map { (time, $0.id, $0.state) }
                }
                let isPaused = schedule.isPaused || row.pausedBy != nil
                return ScheduleState(
                    pipeline: row.pipeline,
                    version: row.version,
                    schedule: schedule,
                    pausedBy: row.pausedBy,
                    next: isPaused ? [] : schedule.next(count, after: max(now, row.decided)),
                    last: last
                )
            }
        }
    }

    private static func run(of row: Row, at time: Timestamp, in reader: any SQLReader) throws -> RunRecord? {
        try reader.first(
            """
            SELECT p.* FROM pipeline_schedule_run r JOIN pipeline_run p ON p.id = r.run_id
            WHERE r.pipeline = ? AND r.schedule = ? AND r.logical_time = ?
            """,
            [.text(row.pipeline), .text(row.name), .time(time)]
        ).map(RunRecord.init)
    }
}

extension Schedule {
    /// The next logical times after a moment, at most so many.
    package func next(_ count: Int, after moment: Timestamp) -> [Timestamp] {
        var out: [Timestamp] = []
        var after = moment
        while out.count < count, let time = next(after: after) {
            out.append(time)
            after = time
        }
        return out
    }
}
