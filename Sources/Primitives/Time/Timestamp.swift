import Foundation

/// A moment: milliseconds since 1970-01-01T00:00:00Z, the unit of the MLflow protocol and of every table.
package struct Timestamp: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    /// Milliseconds since the Unix epoch.
    package let milliseconds: Int64

    /// Wraps milliseconds since the Unix epoch.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// The system's real-time clock.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// RFC 3339 in UTC with milliseconds, for example `2026-11-23T08:09:08.120Z`.
    package var description: String {
        let seconds = Int((milliseconds / 1000) - (milliseconds % 1000 < 0 ? 1 : 0))
        let fraction = Int(milliseconds - Int64(seconds) * 1000)
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func pad(_ value: Int32, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(parts.tm_year + 1900, 4))-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))T"
            + "\(pad(parts.tm_hour, 2)):\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2)).\(pad(Int32(fraction), 3))Z"
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// This moment and a number of milliseconds.
    package func advanced(byMilliseconds count: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + count) }
}

/// Where the time comes from; handed over by init so that tests can hold it still.
package struct TimeSource: Sendable {
    private let read: @Sendable () -> Timestamp

    /// Wraps a clock.
    package init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    /// The present moment.
    package func now() -> Timestamp { read() }

    /// The system's real-time clock.
    package static let system = TimeSource { Timestamp.now() }
}
