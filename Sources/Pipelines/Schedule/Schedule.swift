import Foundation
import Primitives

/// When a pipeline runs by itself: a cron expression on the wall clock of a zone, with rules for the nights on which that
/// clock is put forward or back. A value; it reads no clock.
package struct Schedule: Sendable, Hashable {
    /// What becomes of times that the clock jumps over.
    package enum Gap: String, Sendable, CaseIterable {
        /// They fire at the first moment after the gap, once however many they are.
        case shift
        /// They do not fire that night.
        case skip
    }

    /// What becomes of times that the clock shows twice.
    package enum Fold: String, Sendable, CaseIterable {
        /// They fire the first time.
        case first
        /// They fire the second time.
        case last
        /// They fire both times.
        case both
    }

    /// What becomes of times that passed while no server ran.
    package enum CatchUp: Sendable, Hashable {
        /// Nothing.
        case none
        /// The latest one runs.
        case latest
        /// They all run, the newest first in number: at most so many.
        case all(limit: Int)
    }

    /// The most schedules of one pipeline.
    package static let maximumSchedules = 64
    /// The most times that a schedule may catch up with.
    package static let maximumCatchUp = 10_000
    /// How many it catches up with when the file does not say.
    package static let standardCatchUp = 100
    /// A time that is decided later than this counts as missed, in seconds.
    package static let graceSeconds: Int64 = 300

    /// Its name, one of its pipeline.
    package let name: String
    /// The expression.
    package let cron: CronExpression
    /// The zone whose wall clock it reads.
    package let zone: TimeZone
    /// For times that the clock jumps over.
    package let gap: Gap
    /// For times that the clock shows twice.
    package let fold: Fold
    /// For times that passed while no server ran.
    package let catchUp: CatchUp
    /// The longest delay after the logical time, in seconds; the delay of one time is always the same.
    package let jitterSeconds: Int
    /// Values for parameters of the pipeline; text may hold `${schedule.time}` and its like.
    package let parameters: [String: JSONValue]
    /// No time before this one; nil for none.
    package let start: Timestamp?
    /// No time at or after this one; nil for none.
    package let end: Timestamp?
    /// Whether the file says that it stands still.
    package let isPaused: Bool

    /// Makes a schedule.
    package init(
        name: String,
        cron: CronExpression,
        zone: TimeZone,
        gap: Gap = .shift,
        fold: Fold? = nil,
        catchUp: CatchUp = .latest,
        jitterSeconds: Int = 0,
        parameters: [String: JSONValue] = [:],
        start: Timestamp? = nil,
        end: Timestamp? = nil,
        isPaused: Bool = false
    ) {
        self.name = name
        self.cron = cron
        self.zone = zone
        self.gap = gap
        // What runs every hour would have a hole of an hour otherwise.
        self.fold = fold ?? (cron.namesEveryHour ? .both : .first)
        self.catchUp = catchUp
        self.jitterSeconds = jitterSeconds
        self.parameters = parameters
        self.start = start
        self.end = end
        self.isPaused = isPaused
    }

    /// The first logical time after a moment; nil when there is none any more.
    package func next(after moment: Timestamp) -> Timestamp? {
        var from = moment.milliseconds
        if let start, start.milliseconds > from { from = start.milliseconds - 1 }
        let seconds = (from >= 0 ? from : from - 999) / 1000
        guard let found = fire(fromSecond: seconds + 1).map({ Timestamp(milliseconds: $0 * 1000) }) else { return nil }
        if let end, found >= end { return nil }
        return found
    }

    /// The logical times of a span, oldest first, its lower end included and its upper end not; at most `limit`.
    package func times(in span: Range<Timestamp>, limit: Int = .max) -> [Timestamp] {
        var out: [Timestamp] = []
        var after = span.lowerBound.advanced(byMilliseconds: -1)
        while out.count < limit, let time = next(after: after), time < span.upperBound {
            out.append(time)
            after = time
        }
        return out
    }

    // MARK: - Zones

    /// Days on both sides of a moment in which a zone changes its offset once at most, as zones have done so far.
    private static let window: Int64 = 26 * 3600

    /// The first second at or after another at which the schedule fires.
    ///
    /// The line of time is cut where the zone changes its offset; between two cuts wall clock and time run side by side.
    private func fire(fromSecond start: Int64) -> Int64? {
        var lowest = start
        while true {
            let offset = offset(lowest)
            var wall = WallTime(seconds: lowest + offset)
            if fold == .first, let change = change(in: lowest - Self.window, through: lowest),
                change.after < change.before
            {
                wall = max(wall, WallTime(seconds: change.at + change.before))
            }
            guard let named = cron.next(from: wall) else { return nil }
            let moment = named.seconds - offset
            let isFar = moment - lowest > 3 * 86_400
            guard let change = change(in: lowest, through: (isFar ? lowest : max(moment, lowest)) + Self.window) else {
                guard isFar else { return moment }
                // Nothing is named before, so nothing is lost by starting two days ahead of it.
                lowest = moment - 2 * 86_400
                continue
            }
            let isSecondOfTwo = fold == .last && named.seconds >= change.at + change.after
            if moment < change.at, !isSecondOfTwo { return moment }
            if gap == .shift, change.after > change.before {
                let jumped = WallTime(seconds: change.at + change.before)
                if let first = cron.next(from: max(jumped, wall)), first.seconds < change.at + change.after {
                    return change.at
                }
            }
            lowest = change.at
        }
    }

    private func offset(_ second: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// The change of offset in `low < at <= high`; nil when both ends have the same offset.
    private func change(in low: Int64, through high: Int64) -> (at: Int64, before: Int64, after: Int64)? {
        let before = offset(low), after = offset(high)
        if before == after { return nil }
        var low = low, high = high
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle) == before { low = middle } else { high = middle }
        }
        return (high, before, after)
    }
}
