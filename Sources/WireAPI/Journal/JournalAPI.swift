import Primitives

/// The journal over HTTP.
package enum JournalAPI {
    /// A page of entries; query: `after`, `limit` (1 to 1000), `kind` (a prefix), `subject`.
    package static let list = Route(.get, "/api/v1/journal", permission: .journalRead, reply: JournalReply.self)
    /// The latest signed checkpoint.
    package static let checkpoint = Route(
        .get,
        "/api/v1/journal/checkpoint",
        permission: .journalRead,
        reply: CheckpointReply.self
    )
    /// Proof that an entry is in the journal; query: `size` (default: that of the latest checkpoint).
    package static let inclusion = Route(
        .get,
        "/api/v1/journal/proof/{sequence}",
        permission: .journalRead,
        reply: InclusionReply.self
    )
    /// Server-sent events: each entry as it is committed. `Last-Event-ID` or the query `after` says where to begin.
    package static let followPath = "/api/v1/journal/follow"
}

/// One entry of the journal.
package struct JournalRecord: Codable, Sendable, Equatable {
    /// Its place, from 1.
    package let sequence: Int64
    /// When, in milliseconds.
    package let at: Timestamp
    /// What happened.
    package let kind: String
    /// To what.
    package let subject: String
    /// Who did it.
    package let actor: String
    /// The rest.
    package let body: JSONValue
    /// The RFC 6962 leaf hash.
    package let leafHash: Digest

    /// Makes a record.
    package init(
        sequence: Int64,
        at: Timestamp,
        kind: String,
        subject: String,
        actor: String,
        body: JSONValue,
        leafHash: Digest
    ) {
        self.sequence = sequence
        self.at = at
        self.kind = kind
        self.subject = subject
        self.actor = actor
        self.body = body
        self.leafHash = leafHash
    }

    enum CodingKeys: String, CodingKey {
        case sequence, at, kind, subject, actor, body
        case leafHash = "leaf_hash"
    }
}

/// A page of the journal, oldest first.
package struct JournalReply: Codable, Sendable, Equatable {
    /// The entries.
    package let entries: [JournalRecord]

    /// Makes a page.
    package init(entries: [JournalRecord]) { self.entries = entries }
}

/// A signed checkpoint.
package struct CheckpointReply: Codable, Sendable, Equatable {
    /// Entries covered.
    package let size: Int64
    /// The Merkle root.
    package let root: Digest
    /// When it was signed.
    package let at: Timestamp
    /// The C2SP signed note.
    package let note: String

    /// Makes a reply.
    package init(size: Int64, root: Digest, at: Timestamp, note: String) {
        self.size = size
        self.root = root
        self.at = at
        self.note = note
    }
}

/// Proof that an entry is among the first `size`.
package struct InclusionReply: Codable, Sendable, Equatable {
    /// The entry.
    package let sequence: Int64
    /// Entries of the tree.
    package let size: Int64
    /// Its root.
    package let root: Digest
    /// Sibling hashes, leaf to root (RFC 6962 §2.1.1).
    package let proof: [Digest]

    /// Makes a reply.
    package init(sequence: Int64, size: Int64, root: Digest, proof: [Digest]) {
        self.sequence = sequence
        self.size = size
        self.root = root
        self.proof = proof
    }
}
