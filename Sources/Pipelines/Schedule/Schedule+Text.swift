import Foundation
import Primitives
import Storage

extension ErrorCode {
    /// A cron expression that cannot be read.
    package static let scheduleInvalidCron = ErrorCode("schedule_invalid_cron", .invalidArgument)
    /// A schedule that names no moment that comes, as 31 February.
    package static let scheduleNeverFires = ErrorCode("schedule_never_fires", .invalidArgument)
    /// A time zone that the IANA database does not have.
    package static let scheduleUnknownZone = ErrorCode("schedule_unknown_zone", .invalidArgument)
    /// The pipeline has no schedule of the name, or none at all.
    package static let scheduleNotFound = ErrorCode("schedule_not_found", .notFound)
    /// A schedule that its file holds still cannot be resumed by a command.
    package static let schedulePausedInFile = ErrorCode("schedule_paused_in_file", .failedPrecondition)
    /// A span with no time of the schedule in it, or one that lies in the future.
    package static let backfillEmpty = ErrorCode("backfill_empty", .invalidArgument)
    /// A span with more times than a backfill may have.
    package static let backfillTooLarge = ErrorCode("backfill_too_large", .tooLarge)
    /// No backfill has the id.
    package static let backfillNotFound = ErrorCode("backfill_not_found", .notFound)
    /// A backfill that is over cannot be cancelled, and one under way cannot be resumed.
    package static let backfillWrongState = ErrorCode("backfill_wrong_state", .failedPrecondition)
}

extension Schedule {
    /// The name of a schedule that has none.
    package static let standardName = "default"

    /// A zone of the IANA database by its identifier, as `Europe/Madrid`; `UTC` too.
    ///
    /// - Throws: `schedule_unknown_zone` with the nearest that there is.
    package static func zone(_ text: String) throws(PlatformError) -> TimeZone {
        if ["UTC", "Etc/UTC", "GMT"].contains(text) { return .gmt }
        // Foundation takes GMT+5 and abbreviations too, which say nothing about the nights of a change.
        if text.contains("/"), text.utf8.count <= 64, let zone = TimeZone(identifier: text) { return zone }
        let known = TimeZone.knownTimeZoneIdentifiers
        let last = known.first {
            $0.split(separator: "/").last?.lowercased() == text.replacingOccurrences(of: " ", with: "_").lowercased()
        }
        let near = last ?? (text.utf8.count <= 64 ? Suggestion.closest(to: text, among: known) : nil)
        throw PlatformError(
            .scheduleUnknownZone,
            "'\(text.prefix(64))' is no time zone of the IANA database.",
            nextStep: near.map { "Did you mean '\($0)'?" } ?? "Write one such as Europe/Madrid, or UTC.",
            context: ["timezone": String(text.prefix(64))]
        )
    }

    /// A moment written in RFC 3339, or a date, which stands for its first moment in the zone.
    ///
    /// - Throws: `invalid_argument`.
    package static func moment(_ text: String, in zone: TimeZone, endOfDay: Bool = false) throws -> Timestamp {
        guard text.utf8.count == 10 else { return try Timestamp(rfc3339: text) }
        let noon = try Timestamp(rfc3339: text + "T00:00:00Z")
        let day = noon.milliseconds / 86_400_000 + (endOfDay ? 1 : 0)
        let date = CivilDate(day: day)
        let midnight = try CronExpression("0 0 \(date.day) \(date.month) *")
        // A day whose midnight the clock jumps over begins after the gap.
        let schedule = Schedule(name: standardName, cron: midnight, zone: zone, gap: .shift, fold: .first)
        return schedule.next(after: Timestamp(milliseconds: (day - 2) * 86_400_000)) ?? noon
    }

    /// The parameters of the run of one logical time: in texts, `${schedule.time}` is its moment in UTC,
    /// `${schedule.local_time}` the same on the zone's clock, `${schedule.date}` its date there and `${schedule.name}`
    /// the schedule's name.
    package func parameters(at time: Timestamp) -> [String: JSONValue] {
        guard !parameters.isEmpty else { return [:] }
        let words = [
            "${schedule.time}": Self.text(time, offset: 0),
            "${schedule.local_time}": localText(time),
            "${schedule.date}": String(localText(time).prefix(10)),
            "${schedule.name}": name,
        ]
        return parameters.mapValues { Self.replace($0, words) }
    }

    private static func replace(_ value: JSONValue, _ words: [String: String]) -> JSONValue {
        switch value {
        case .string(let text):
            .string(words.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) })
        case .array(let values): .array(values.map { replace($0, words) })
        default: value
        }
    }

    /// A moment on the zone's wall clock, as `2026-10-25T02:30:00+02:00`.
    package func localText(_ time: Timestamp) -> String {
        let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        return Self.text(time, offset: zone.secondsFromGMT(for: date))
    }

    private static func text(_ time: Timestamp, offset: Int) -> String {
        let shown = String(time.advanced(byMilliseconds: Int64(offset) * 1000).description.prefix(19))
        guard offset != 0 else { return shown + "Z" }
        func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minutes = abs(offset) / 60
        return shown + (offset < 0 ? "-" : "+") + pad(minutes / 60) + ":" + pad(minutes % 60)
    }

    /// When the run of a logical time is made: later by a share of the jitter that the names and the time decide.
    package func due(_ time: Timestamp, pipeline: String) -> Timestamp {
        guard jitterSeconds > 0 else { return time }
        let digest = Digest.sha256(of: Data("\(pipeline)/\(name)/\(time.milliseconds)".utf8))
        let number = digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time.advanced(byMilliseconds: Int64(number % (UInt64(jitterSeconds) * 1000 + 1)))
    }

    /// What decides its times; when this changes, the schedule begins anew.
    package var rule: String {
        [
            cron.source, zone.identifier, gap.rawValue, fold.rawValue, start?.description ?? "", end?.description ?? "",
            isPaused ? "paused" : "",
        ].joined(separator: "|")
    }
}

extension Schedule {
    /// The zone's identifier; `UTC` for the zone without changes.
    package var zoneName: String { zone.identifier == "GMT" ? "UTC" : zone.identifier }
}

extension Schedule.CatchUp {
    /// As in the file: `none`, `latest`, `all (at most 100)`.
    package var text: String {
        switch self {
        case .none: "none"
        case .latest: "latest"
        case .all(let limit): "all (at most \(limit))"
        }
    }
}
