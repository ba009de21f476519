import Primitives

/// What an inspection of a package found: every file's digest agreed with the manifest and the golden cases passed.
package struct PackageSummary: Sendable, Hashable, Codable {
    /// The name that the manifest gives.
    package let name: String
    /// The digest of the manifest's bytes: what is signed.
    package let manifestDigest: Digest
    /// The label names, in the order of the model's outputs.
    package let labels: [String]
    /// The variant that serves by default.
    package let defaultVariant: String
    /// The share of right answers of each variant on the test split.
    package let accuracyByVariant: [String: Double]
    /// The share of right answers before packaging.
    package let originalAccuracy: Double
    /// How many golden cases were run.
    package let goldenCases: Int
    /// Bytes of all files.
    package let bytes: Int64

    /// Makes a summary.
    package init(
        name: String,
        manifestDigest: Digest,
        labels: [String],
        defaultVariant: String,
        accuracyByVariant: [String: Double],
        originalAccuracy: Double,
        goldenCases: Int,
        bytes: Int64
    ) {
        self.name = name
        self.manifestDigest = manifestDigest
        self.labels = labels
        self.defaultVariant = defaultVariant
        self.accuracyByVariant = accuracyByVariant
        self.originalAccuracy = originalAccuracy
        self.goldenCases = goldenCases
        self.bytes = bytes
    }
}
