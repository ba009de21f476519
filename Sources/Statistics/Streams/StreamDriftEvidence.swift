import Foundation

/// Why a stream's detector raised an alarm.
package struct StreamDriftEvidence: Sendable, Hashable, Codable {
    /// In what way the stream differs most.
    package let aspect: StreamReference.Aspect
    /// After how many events the change began, as far as the most convincing window tells.
    package let since: Int
    /// How many events were seen when the alarm came.
    package let events: Int
    /// The mean score of the window: the effect's size and direction, in standard deviations of the reference.
    package let meanScore: Double
    /// The evidence, in natural logarithms.
    package let evidence: Double
    /// What it had to reach.
    package let threshold: Double
}
