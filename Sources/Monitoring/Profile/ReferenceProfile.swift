import Primitives
import Statistics

/// What a model version's predictions looked like on data like that of its training: the yardstick of drift.
///
/// It travels in the model's package as `reference.json`. Build it from held-out rows, not from training rows: a model is
/// surer of what it was trained on, so a profile of those would take ordinary traffic for drift.
package struct ReferenceProfile: Sendable, Codable, Hashable {
    /// The version of the layout.
    package static let currentFormat = "aku.reference/1"
    /// The fewest predictions that make a profile; with fewer the reference's own sampling error hides any drift.
    package static let minimumSample = 100
    /// Quantile bins a numeric feature is cut into, besides the overflow bins.
    package static let quantileBins = 10
    /// The most labels a profile lists.
    package static let maximumLabels = 10_000

    /// `aku.reference/1`.
    package let format: String
    /// How many predictions it was built from.
    package let sampleSize: Int
    /// One histogram for each numeric feature, by the feature's name.
    package let features: [String: QuantileHistogram]
    /// How often each label was predicted.
    package let labels: [String: Int]

    /// Builds the profile of a sample. Failed predictions are left out.
    ///
    /// - Throws: `reference_too_small` with fewer than 100 successful predictions, `too_large` with more than 10,000 labels.
    package static func build(from records: [PredictionRecord]) throws -> ReferenceProfile {
        let good = records.filter { $0.errorCode == nil }
        guard good.count >= minimumSample else {
            throw PlatformError(
                .referenceTooSmall,
                "A reference profile needs \(minimumSample) successful predictions; there are \(good.count).",
                nextStep: "Hold out more rows for the reference."
            )
        }
        var labels: [String: Int] = [:]
        for record in good { labels[record.label, default: 0] += 1 }
        guard labels.count <= maximumLabels else {
            throw PlatformError(
                .tooLarge,
                "A reference profile lists at most \(maximumLabels) labels, not \(labels.count)."
            )
        }
        var features: [String: QuantileHistogram] = [:]
        for feature in MonitoredFeature.allCases {
            features[feature.rawValue] = try QuantileHistogram(
                sample: good.map(feature.value(in:)),
                bins: quantileBins
            )
        }
        return ReferenceProfile(format: currentFormat, sampleSize: good.count, features: features, labels: labels)
    }

    private init(format: String, sampleSize: Int, features: [String: QuantileHistogram], labels: [String: Int]) {
        self.format = format
        self.sampleSize = sampleSize
        self.features = features
        self.labels = labels
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decode(String.self, forKey: .format)
        guard format == Self.currentFormat else {
            throw PlatformError(
                .referenceFormatUnknown,
                "The reference profile has the format '\(format.prefix(40))'; this version reads \(Self.currentFormat).",
                nextStep: "Package the model again with this version."
            )
        }
        sampleSize = try container.decode(Int.self, forKey: .sampleSize)
        features = try container.decode([String: QuantileHistogram].self, forKey: .features)
        labels = try container.decode([String: Int].self, forKey: .labels)
        let sizes = features.values.map(\.total) + [labels.values.reduce(0, +)]
        guard sizes.allSatisfy({ $0 == sampleSize }) else {
            throw PlatformError(
                .invalidHistogram,
                "The counts of a reference profile do not add up to its sample size."
            )
        }
    }

    enum CodingKeys: String, CodingKey {
        case format, features, labels
        case sampleSize = "sample_size"
    }
}

extension ErrorCode {
    /// Too few predictions to make a reference profile.
    package static let referenceTooSmall = ErrorCode("reference_too_small", .failedPrecondition)
    /// A reference profile of a layout that this version does not read.
    package static let referenceFormatUnknown = ErrorCode("reference_format_unknown", .invalidArgument)
}
