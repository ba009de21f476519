/// What a drift detector knows at a moment.
package struct DriftEvidence: Sendable, Codable, Hashable {
    /// One feature's part.
    package struct Feature: Sendable, Codable, Hashable {
        /// The feature's name.
        package let name: String
        /// The base-10 logarithm of the feature's evidence; on its own it would alarm at `threshold` plus log₁₀ of the
        /// number of features.
        package let evidence: Double
        /// Requests in the window that argues most strongly for drift.
        package let windowSize: Int
        /// That window's counts by bin.
        package let window: [Int]
        /// The reference's counts by bin.
        package let reference: [Int]
        /// Effect size: the share of requests that would have to change bin, 0 to 1.
        package let totalVariation: Double
        /// Effect size: Jensen-Shannon distance, 0 to 1.
        package let jensenShannon: Double
        /// Effect size: population stability index.
        package let populationStability: Double

        enum CodingKeys: String, CodingKey {
            case name, evidence, window, reference
            case windowSize = "window_size"
            case totalVariation = "total_variation"
            case jensenShannon = "jensen_shannon"
            case populationStability = "population_stability"
        }
    }

    /// The base-10 logarithm of the evidence against "no drift", combined over the features.
    package let evidence: Double
    /// The base-10 logarithm at which the detector alarms.
    package let threshold: Double
    /// Requests seen since the detector began.
    package let observations: Int
    /// The features, the strongest evidence first.
    package let features: [Feature]
}
