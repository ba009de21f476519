import Primitives

/// One thing that happened, to be appended to the journal with the change that it describes.
package struct JournalEvent: Sendable, Hashable, Codable {
    /// Dotted, past tense: `run.created`, `pipeline.task.succeeded`, `endpoint.swapped`, `drift.detected`.
    package let kind: String
    /// What it happened to, as `type/name`: `run/0193…`, `endpoint/intent`.
    package let subject: String
    /// Who did it: a principal's name, or `system`.
    package let actor: String
    /// What else a reader needs; no secrets and no personal data.
    package let body: JSONValue

    /// Makes an event.
    package init(kind: String, subject: String, actor: String, body: JSONValue = .object([:])) {
        self.kind = kind
        self.subject = subject
        self.actor = actor
        self.body = body
    }
}

/// An event as it stands in the journal.
package struct JournalEntry: Sendable, Hashable, Codable {
    /// Its place, from 1, without gaps.
    package let sequence: Int64
    /// When it was appended.
    package let at: Timestamp
    /// What happened.
    package let event: JournalEvent
    /// The RFC 6962 leaf hash: SHA-256(0x00 ‖ canonical JSON of sequence, time and event).
    package let leafHash: Digest

    /// Makes an entry.
    package init(sequence: Int64, at: Timestamp, event: JournalEvent, leafHash: Digest) {
        self.sequence = sequence
        self.at = at
        self.event = event
        self.leafHash = leafHash
    }
}
