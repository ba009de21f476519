/// How much a request matters beside others: policies shed by it, and of two waiting requests a free worker takes the higher
/// one first. That order is strict; what waits too long meets its deadline.
package enum RequestPriority: String, Sendable, Hashable, CaseIterable {
    case low, normal, high

    /// The line that it waits in: 0 is served first.
    package var line: Int {
        switch self {
        case .high: 0
        case .normal: 1
        case .low: 2
        }
    }
}

extension InferenceOptions {
    /// The priority as the inference protocol numbers it: 1 is high, 0 and 2 are normal, larger numbers are low.
    package var level: RequestPriority {
        switch priority {
        case 1: .high
        case 0, 2: .normal
        default: .low
        }
    }
}
