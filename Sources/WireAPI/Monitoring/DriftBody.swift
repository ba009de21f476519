import Primitives

/// Where drift detection of an endpoint stands.
package struct DriftBody: Codable, Sendable, Equatable {
    /// `watching`, `alarmed` or `no_reference`.
    package let state: String
    /// The base-10 logarithm of the evidence of all features together.
    package let evidence: Double
    /// The base-10 logarithm at which an alarm is raised.
    package let threshold: Double
    /// The base-10 logarithm at which one feature alone raises it.
    package let featureThreshold: Double
    /// Successful requests compared with the reference.
    package let observations: Int
    /// What the detector promises, for people.
    package let guarantee: String
    /// The features, the strongest evidence first.
    package let features: [FeatureBody]

    /// Makes a body.
    package init(
        state: String,
        evidence: Double,
        threshold: Double,
        featureThreshold: Double,
        observations: Int,
        guarantee: String,
        features: [FeatureBody]
    ) {
        self.state = state
        self.evidence = evidence
        self.threshold = threshold
        self.featureThreshold = featureThreshold
        self.observations = observations
        self.guarantee = guarantee
        self.features = features
    }

    enum CodingKeys: String, CodingKey {
        case state, observations, guarantee, features
        case evidence = "evidence_log10"
        case threshold = "threshold_log10"
        case featureThreshold = "feature_threshold_log10"
    }
}

/// One feature's evidence of drift.
package struct FeatureBody: Codable, Sendable, Equatable {
    /// One bin of a feature.
    package struct Bin: Codable, Sendable, Equatable {
        /// What it holds.
        package let name: String
        /// Its share in the reference, 0 to 1.
        package let reference: Double
        /// Its share in the window that argues most strongly, 0 to 1.
        package let window: Double

        /// Makes a bin.
        package init(name: String, reference: Double, window: Double) {
            self.name = name
            self.reference = reference
            self.window = window
        }
    }

    /// The feature's name.
    package let feature: String
    /// The base-10 logarithm of its evidence.
    package let evidence: Double
    /// Requests in the window that argues most strongly for drift.
    package let windowSize: Int
    /// Effect size: the share of requests that would have to change bin, 0 to 1.
    package let totalVariation: Double
    /// Effect size: Jensen-Shannon distance, 0 to 1.
    package let jensenShannon: Double
    /// Effect size: population stability index.
    package let populationStability: Double
    /// A one-look chi-square p-value of that window: to be read as a description, not as the alarm's error rate.
    package let pValue: Double?
    /// The bins.
    package let bins: [Bin]

    /// Makes a body.
    package init(
        feature: String,
        evidence: Double,
        windowSize: Int,
        totalVariation: Double,
        jensenShannon: Double,
        populationStability: Double,
        pValue: Double?,
        bins: [Bin]
    ) {
        self.feature = feature
        self.evidence = evidence
        self.windowSize = windowSize
        self.totalVariation = totalVariation
        self.jensenShannon = jensenShannon
        self.populationStability = populationStability
        self.pValue = pValue
        self.bins = bins
    }

    enum CodingKeys: String, CodingKey {
        case feature, bins
        case evidence = "evidence_log10"
        case windowSize = "window_size"
        case totalVariation = "total_variation"
        case jensenShannon = "jensen_shannon"
        case populationStability = "population_stability"
        case pValue = "p_value"
    }
}
