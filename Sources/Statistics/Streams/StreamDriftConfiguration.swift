import Foundation

/// What a stream's drift detector promises, and what it lets pass.
package struct StreamDriftConfiguration: Sendable, Codable, Hashable {
    /// The mean number of events between two false alarms of one stream, at least.
    package let eventsBetweenFalseAlarms: Double
    /// The smallest change worth waking for, in standard deviations of a mean that moves; other changes count by how well
    /// one event tells them from the reference, in the same unit.
    package let smallestEffect: Double
    /// Events between two looks; an alarm can be late by so many.
    package let block: Int
    /// The shortest window: a burst of wild values that is shorter than about a sixth of it raises no alarm.
    package let minimumWindow: Int
    /// The longest window.
    package let maximumWindow: Int

    /// A configuration.
    package init(
        eventsBetweenFalseAlarms: Double = 250_000,
        smallestEffect: Double = 0.1,
        block: Int = 4,
        minimumWindow: Int = 64,
        maximumWindow: Int = 8_192
    ) {
        self.eventsBetweenFalseAlarms = max(100, eventsBetweenFalseAlarms)
        self.smallestEffect = max(0, smallestEffect)
        self.block = max(1, block)
        self.minimumWindow = max(1, minimumWindow)
        self.maximumWindow = max(self.minimumWindow, maximumWindow)
    }

    /// A false alarm in 250,000 events, changes of a tenth of a standard deviation or more.
    package static let standard = StreamDriftConfiguration()

    /// The evidence at which to alarm, in natural logarithms.
    func threshold(aspects: Int) -> Double {
        log(eventsBetweenFalseAlarms) + log(Double(max(1, aspects))) + Self.looks
    }

    /// What the many looks at overlapping windows add to, and their least length takes from, the logarithm: found by
    /// simulation on 1,500 streams of five distributions (Benchmarks/drift), where false alarms then came 0.9 to 1.3 times as
    /// seldom as promised, for promises of 60,000 to 1,200,000 events.
    static let looks = -3.0
}
