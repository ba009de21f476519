import Primitives
import Storage

/// The time of a schedule that a run stands for.
package struct ScheduledTime: Sendable, Hashable {
    /// The schedule's name.
    package let schedule: String
    /// The logical time: what the clock was to show, however late the run is.
    package let time: Timestamp
    /// The backfill that made the run; nil when the schedule did.
    package let backfill: String?

    /// Makes a value.
    package init(schedule: String, time: Timestamp, backfill: String? = nil) {
        self.schedule = schedule
        self.time = time
        self.backfill = backfill
    }

    init?(_ row: SQLRow) throws {
        guard let schedule = try row.optionalText("schedule"), let time = try row.optionalTime("logical_time") else {
            return nil
        }
        self.init(schedule: schedule, time: time, backfill: try row.optionalText("backfill_id"))
    }
}
