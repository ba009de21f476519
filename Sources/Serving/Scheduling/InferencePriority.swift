/// Which of two waiting requests a free worker takes first. The order is strict; what waits too long meets its deadline.
package enum InferencePriority: Int, Sendable, Hashable, CaseIterable, Comparable {
    case high
    case normal
    case low

    package static func < (left: InferencePriority, right: InferencePriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension InferenceOptions {
    /// The line that the request waits in: 1 is high, 0 and 2 are normal, larger numbers are low.
    package var level: InferencePriority {
        switch priority {
        case 1: .high
        case 0, 2: .normal
        default: .low
        }
    }
}
