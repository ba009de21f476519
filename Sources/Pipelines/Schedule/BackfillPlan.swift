import Primitives
import Storage

/// Which times a backfill would have.
package struct BackfillPlan: Sendable, Hashable {
    /// The pipeline.
    package let pipeline: String
    /// The newest version, which its runs get.
    package let version: Int
    /// The schedule.
    package let schedule: String
    /// Times that get a run, oldest first.
    package let times: [Timestamp]
    /// How many times of the span have a run already and get no other.
    package let kept: Int
}

extension PipelineEngine {
    /// The times of a span that a backfill would run.
    ///
    /// - Parameters:
    ///   - schedule: the pipeline's only one when nil.
    ///   - from: a date in the schedule's zone, or a moment (RFC 3339).
    ///   - to: the same; the whole of a date, the moment itself included. Never later than now.
    /// - Throws: `pipeline_not_found`, `schedule_not_found`, `invalid_argument`, `backfill_empty`,
    /// `backfill_too_large`.
    package nonisolated func planBackfill(
        _ pipeline: String,
        schedule name: String?,
        from: String,
        to: String,
        again: Backfill.Again = .none
    ) async throws -> BackfillPlan {
        let version = try await store.version(of: pipeline)
        let schedule = try version.definition().schedule(name)
        let low = try Schedule.moment(from, in: schedule.zone)
        let isDate = to.utf8.count == 10
        let high = try Schedule.moment(to, in: schedule.zone, endOfDay: isDate).advanced(byMilliseconds: isDate ? 0 : 1)
        let end = min(high, clock.now().advanced(byMilliseconds: 1))
        guard low < end else {
            throw PlatformError(
                .backfillEmpty,
                "The span from \(from) to \(to) is empty or lies in the future.",
                nextStep: "Name a span of the past, oldest first: --from 2026-11-01 --to 2026-11-03."
            )
        }
        let times = schedule.times(in: low..<end, limit: Backfill.maximumTimes + 1)
        guard times.count <= Backfill.maximumTimes else {
            throw PlatformError(
                .backfillTooLarge,
                "The span has more than \(Backfill.maximumTimes) times of schedule '\(schedule.name)'.",
                nextStep: "Name a shorter span."
            )
        }
        guard let first = times.first, let last = times.last else {
            throw PlatformError(
                .backfillEmpty,
                "Schedule '\(schedule.name)' has no time from \(from) to \(to).",
                nextStep: "See its times with 'aku pipelines schedules preview FILE --from \(from)'."
            )
        }
        let done = try await database.read { reader -> Set<Timestamp> in
            let rows = try reader.query(
                """
                SELECT logical_time, state FROM pipeline_run
                WHERE pipeline = ? AND schedule = ? AND logical_time BETWEEN ? AND ? ORDER BY id
                """,
                [.text(pipeline), .text(schedule.name), .time(first), .time(last)]
            )
            // The newest run of a time decides.
            var states: [Timestamp: String] = [:]
            for row in rows { states[try row.time("logical_time")] = try row.text("state") }
            return Set(states.filter { Self.isKept($0.value, again) }.keys)
        }
        return BackfillPlan(
            pipeline: pipeline,
            version: version.version,
            schedule: schedule.name,
            times: times.filter { !done.contains($0) },
            kept: times.count { done.contains($0) }
        )
    }

    private static func isKept(_ state: String, _ again: Backfill.Again) -> Bool {
        switch again {
        case .none: true
        case .failed: state != "failed" && state != "cancelled"
        case .all: state == "running"
        }
    }
}
