import Foundation
import Primitives
import Storage

/// Reads and writes what is known of schedules: how far each is decided, and the one run of each logical time.
package struct ScheduleStore: Sendable {
    let database: any Database
    let clock: TimeSource

    /// A schedule's row.
    struct Row: Sendable, Hashable {
        let pipeline: String
        let name: String
        let version: Int
        let rule: String
        /// Every logical time up to this one has its run, or was decided to have none.
        let decided: Timestamp
        let pausedBy: String?

        init(_ row: SQLRow) throws {
            pipeline = try row.text("pipeline")
            name = try row.text("name")
            version = Int(try row.integer("version"))
            rule = try row.text("rule")
            decided = try row.time("decided_through")
            pausedBy = try row.optionalText("paused_by")
        }
    }

    /// Over an engine's database and clock.
    package init(engine: PipelineEngine) {
        database = engine.database
        clock = engine.clock
    }

    /// Takes over the schedules of a new version of a pipeline. One whose rule is new begins now; one whose rule is the
    /// same goes on where it was; one that the version does not have any more is forgotten, its runs are not.
    static func register(
        _ definition: PipelineDefinition,
        version: Int,
        at now: Timestamp,
        in transaction: any SQLTransaction
    ) throws {
        let known = try transaction.query(
            "SELECT * FROM pipeline_schedule WHERE pipeline = ?",
            [.text(definition.name)]
        ).map(Row.init)
        for row in known where !definition.schedules.contains(where: { $0.name == row.name }) {
            try transaction.execute(
                "DELETE FROM pipeline_schedule WHERE pipeline = ? AND name = ?",
                [.text(row.pipeline), .text(row.name)]
            )
        }
        for schedule in definition.schedules {
            let earlier = known.first { $0.name == schedule.name }
            let goesOn = earlier?.rule == schedule.rule
            let decided = goesOn ? earlier?.decided ?? now : now
            try transaction.execute(
                """
                INSERT INTO pipeline_schedule (pipeline, name, version, rule, decided_through, paused_by)
                VALUES (?, ?, ?, ?, ?, NULL)
                ON CONFLICT (pipeline, name) DO UPDATE SET version = excluded.version, rule = excluded.rule,
                    decided_through = excluded.decided_through
                """,
                [
                    .text(definition.name), .text(schedule.name), .integer(Int64(version)), .text(schedule.rule),
                    .time(decided),
                ]
            )
        }
    }

    /// Holds a schedule still, until `resume`. Pausing twice is no error.
    ///
    /// - Throws: `pipeline_not_found`, `schedule_not_found`.
    package func pause(_ pipeline: String, _ name: String?, actor: String) async throws {
        try await change(pipeline, name) { _, row, transaction in
            guard row.pausedBy == nil else { return }
            try transaction.execute(
                "UPDATE pipeline_schedule SET paused_by = ? WHERE pipeline = ? AND name = ?",
                [.text(actor), .text(pipeline), .text(row.name)]
            )
            try Self.record("paused", row, actor, in: transaction)
        }
    }

    /// Lets a schedule go on from now: times that passed while it stood still are not made up for, which is what a
    /// backfill is for.
    ///
    /// - Throws: `pipeline_not_found`, `schedule_not_found`, `schedule_paused_in_file`.
    package func resume(_ pipeline: String, _ name: String?, actor: String) async throws {
        let now = clock.now()
        try await change(pipeline, name) { schedule, row, transaction in
            if schedule.isPaused {
                throw PlatformError(
                    .schedulePausedInFile,
                    "The file of pipeline '\(pipeline)' says that schedule '\(row.name)' is paused.",
                    nextStep: "Remove 'paused: true' and apply the file again.",
                    context: ["pipeline": pipeline, "schedule": row.name]
                )
            }
            guard row.pausedBy != nil else { return }
            try transaction.execute(
                """
                UPDATE pipeline_schedule SET paused_by = NULL, decided_through = ?
                WHERE pipeline = ? AND name = ?
                """,
                [.time(max(now, row.decided)), .text(pipeline), .text(row.name)]
            )
            try Self.record("resumed", row, actor, in: transaction)
        }
    }

    private func change(
        _ pipeline: String,
        _ name: String?,
        _ body: @escaping @Sendable (Schedule, Row, any SQLTransaction) throws -> Void
    ) async throws {
        try await database.write { transaction in
            guard let version = try PipelineStore.version(of: pipeline, nil, in: transaction) else {
                throw PipelineStore.notFound(pipeline)
            }
            let schedule = try version.definition().schedule(name)
            let row = try transaction.first(
                "SELECT * FROM pipeline_schedule WHERE pipeline = ? AND name = ?",
                [.text(pipeline), .text(schedule.name)]
            )
            guard let row else { throw Self.notFound(pipeline, schedule.name, []) }
            try body(schedule, Row(row), transaction)
        }
    }

    private static func record(_ what: String, _ row: Row, _ actor: String, in transaction: any SQLTransaction) throws {
        try transaction.record(
            JournalEvent(
                kind: "pipeline.schedule.\(what)",
                subject: "pipeline/\(row.pipeline)",
                actor: actor,
                body: ["schedule": .string(row.name)]
            )
        )
    }

    static func notFound(_ pipeline: String, _ name: String?, _ known: [String]) -> PlatformError {
        guard let name else {
            return PlatformError(
                .scheduleNotFound,
                known.isEmpty
                    ? "Pipeline '\(pipeline)' has no schedule."
                    : "Pipeline '\(pipeline)' has \(known.count) schedules, and none was named.",
                nextStep: known.isEmpty
                    ? "Write 'schedule:' in its file; with 'paused: true' it serves backfills alone."
                    : "Name one: \(known.joined(separator: ", ")).",
                context: ["pipeline": pipeline]
            )
        }
        return PlatformError(
            .scheduleNotFound,
            "Pipeline '\(pipeline)' has no schedule '\(name.prefix(128))'.",
            nextStep: Suggestion.phrase(for: name, among: known),
            context: ["pipeline": pipeline, "schedule": name]
        )
    }
}

extension PipelineDefinition {
    /// A schedule by name; the only one when none is named.
    ///
    /// - Throws: `schedule_not_found`.
    package func schedule(_ name: String?) throws -> Schedule {
        let found =
            name.map { name in schedules.first { $0.name == name } } ?? (schedules.count == 1 ? schedules[0] : nil)
        guard let found else { throw ScheduleStore.notFound(self.name, name, schedules.map(\.name)) }
        return found
    }
}
