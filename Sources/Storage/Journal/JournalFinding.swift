import Primitives

/// One thing that is wrong with the journal.
package struct JournalFinding: Sendable, Hashable, Codable {
    /// What kind of damage.
    package enum Kind: String, Sendable, Codable {
        /// An entry's text or leaf hash is not what was appended.
        case entryChanged = "entry_changed"
        /// An entry is gone.
        case entryMissing = "entry_missing"
        /// The journal ends before a signed checkpoint says.
        case truncated
        /// A stored hash of the tree contradicts the entries.
        case treeChanged = "tree_changed"
        /// A checkpoint's signature is bad, or its root is not that of the entries.
        case checkpointBad = "checkpoint_bad"
    }

    /// What kind of damage.
    package let kind: Kind
    /// The entry, for `entryChanged` and `entryMissing`.
    package let sequence: Int64?
    /// The checkpoint's size, for `truncated` and `checkpointBad`.
    package let checkpoint: Int64?
    /// One sentence for people.
    package let message: String

    init(_ kind: Kind, sequence: Int64? = nil, checkpoint: Int64? = nil, _ message: String) {
        self.kind = kind
        self.sequence = sequence
        self.checkpoint = checkpoint
        self.message = message
    }
}

/// What a verification of the journal found.
package struct JournalVerification: Sendable, Hashable, Codable {
    /// Entries recomputed.
    package let entries: Int64
    /// Checkpoints checked, table and file together.
    package let checkpoints: Int
    /// The root of the entries as they stand.
    package let root: Digest
    /// What is wrong; at most `Journal.maximumFindings`.
    package let findings: [JournalFinding]
}
