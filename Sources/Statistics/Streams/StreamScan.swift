import Foundation
import Primitives

/// A series looked through from its beginning to its end, each event judged by what came before it only.
package struct StreamScan: Sendable, Hashable {
    /// An alarm, in the numbering of the series.
    package struct Alarm: Sendable, Hashable, Codable {
        /// The event that completed the evidence, from 0.
        package let event: Int
        /// The event with which the change began, as far as the evidence tells.
        package let since: Int
        /// In what way the series differs.
        package let aspect: StreamReference.Aspect
        /// By how much, in standard deviations of the reference.
        package let effect: Double
        /// The evidence, in natural logarithms.
        package let evidence: Double
        /// What it had to reach.
        package let threshold: Double
    }

    /// How many events the series has.
    package let events: Int
    /// How many of them were the reference.
    package let reference: Int
    /// In order.
    package let alarms: [Alarm]

    /// Looks through a series.
    ///
    /// - Parameters:
    ///   - values: oldest first; not a number where one is missing.
    ///   - reference: how many events at the beginning are taken as good.
    ///   - relearns: whether as many events after an alarm are taken as the new good; if not, the first ones stay.
    /// - Throws: `invalid_argument` where the series is not longer than the reference.
    package init(
        _ values: [Double],
        reference: Int,
        configuration: StreamDriftConfiguration = .standard,
        relearns: Bool = false
    ) throws {
        guard values.count > reference else {
            throw PlatformError(
                .invalidArgument,
                "The series has \(values.count) events, which is not more than the \(reference) of the reference.",
                nextStep: "Give more events, or take fewer as the reference."
            )
        }
        events = values.count
        self.reference = reference
        var alarms: [Alarm] = []
        var good = try StreamReference(Array(values.prefix(reference)))
        var detector = StreamDriftDetector(good, configuration: configuration)
        var begin = reference, event = reference
        while event < values.count {
            defer { event += 1 }
            guard case .alarm(let evidence) = detector.add(values[event]) else { continue }
            alarms.append(
                Alarm(
                    event: event,
                    since: begin + evidence.since,
                    aspect: evidence.aspect,
                    effect: evidence.meanScore,
                    evidence: evidence.evidence,
                    threshold: evidence.threshold
                )
            )
            if relearns {
                let next = values[(event + 1)...].prefix(reference)
                if next.count < reference { break }
                good = try StreamReference(Array(next))
                event += reference
            }
            begin = event + 1
            detector = StreamDriftDetector(good, configuration: configuration)
        }
        self.alarms = alarms
    }
}
