import Primitives

/// What cleaning did, written as `provenance.json`. It holds counts and digests only, never text that was removed, and no
/// time: the same input gives the same bytes.
package struct CleaningReport: Codable, Sendable, Equatable {
    /// One shard before and after.
    package struct Shard: Codable, Sendable, Equatable {
        /// The path in the folder.
        package let path: String
        /// SHA-256 of the shard that was read.
        package let inputDigest: Digest
        /// SHA-256 of the shard that was written.
        package let outputDigest: Digest
        /// What was counted.
        package let counts: CleaningCounts

        enum CodingKeys: String, CodingKey {
            case path, counts
            case inputDigest = "input_digest"
            case outputDigest = "output_digest"
        }
    }

    /// `aku.cleaning/1`.
    package let format: String
    /// The version of the redaction rules.
    package let ruleSet: String
    /// Normalisation that was applied.
    package let normalisation: [String]
    /// By path.
    package let shards: [Shard]
    /// The sum over the shards.
    package let total: CleaningCounts

    /// The format that this code writes.
    package static let currentFormat = "aku.cleaning/1"

    /// Makes the report of some shards.
    package init(shards: [Shard]) {
        format = Self.currentFormat
        ruleSet = Redactor.ruleSet
        normalisation = ["nfc", "white-space-folded", "control-characters-removed"]
        self.shards = shards
        total = shards.reduce(into: CleaningCounts()) { $0.add($1.counts) }
    }

    enum CodingKeys: String, CodingKey {
        case format, normalisation, shards, total
        case ruleSet = "rule_set"
    }
}

/// Rows and removals, of one shard or of all.
package struct CleaningCounts: Codable, Sendable, Equatable {
    /// Rows read.
    package var rowsIn: Int64 = 0
    /// Rows written.
    package var rowsOut: Int64 = 0
    /// Rows left out because an earlier row has the same language and text.
    package var duplicates: Int64 = 0
    /// Rows left out because nothing was left of their text.
    package var empty: Int64 = 0
    /// Marks put in, by kind; every kind is listed.
    package var redactions: [String: Int64] = Dictionary(
        uniqueKeysWithValues: RedactionKind.allCases.map { ($0.rawValue, 0) }
    )

    /// Nothing counted yet.
    package init() {}

    /// Adds other counts.
    package mutating func add(_ other: CleaningCounts) {
        rowsIn += other.rowsIn
        rowsOut += other.rowsOut
        duplicates += other.duplicates
        empty += other.empty
        redactions.merge(other.redactions, uniquingKeysWith: +)
    }

    enum CodingKeys: String, CodingKey {
        case duplicates, empty, redactions
        case rowsIn = "rows_in"
        case rowsOut = "rows_out"
    }
}
