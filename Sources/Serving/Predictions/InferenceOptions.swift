import Primitives

/// How a request wants to be scheduled: the protocol's `priority` and `timeout` (extension `schedule_policy`).
package struct InferenceOptions: Sendable, Hashable {
    /// 1 is the most urgent, larger numbers are less so; 0 is the default.
    package var priority: Int
    /// When the answer is of no more use; nil for the server's own bound alone.
    package var deadline: ContinuousClock.Instant?

    /// Makes options.
    package init(priority: Int = 0, deadline: ContinuousClock.Instant? = nil) {
        self.priority = priority
        self.deadline = deadline
    }

    /// Neither more nor less urgent than others, and no deadline of its own.
    package static let standard = InferenceOptions()

    /// The largest priority.
    private static let priorities: ClosedRange<Int64> = 0...1_000_000
    /// The longest timeout, in microseconds: a day.
    private static let timeouts: ClosedRange<Int64> = 0...86_400_000_000

    /// Reads a request's parameters: `priority`, and `timeout` in microseconds, 0 for none.
    ///
    /// - Throws: `invalid_argument` for values that are no whole numbers or out of range.
    package init(parameters: [String: JSONValue], now: ContinuousClock.Instant = .now) throws {
        self.init()
        if let given = parameters["priority"] {
            priority = Int(try Self.integer(given, "priority", Self.priorities))
        }
        if let given = parameters["timeout"] {
            let microseconds = try Self.integer(given, "timeout", Self.timeouts)
            if microseconds > 0 { deadline = now + .microseconds(microseconds) }
        }
    }

    private static func integer(_ value: JSONValue, _ name: String, _ range: ClosedRange<Int64>) throws -> Int64 {
        guard let number = value.integerValue, range.contains(number) else {
            throw PlatformError(
                .invalidArgument,
                "The parameter '\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }
}
