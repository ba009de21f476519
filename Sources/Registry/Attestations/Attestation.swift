import Primitives
import Storage

/// What somebody found out about a version: a gate's verdict, a scan, an approval. Never changed once made.
package struct Attestation: Sendable, Hashable, Codable {
    /// Its identifier.
    package let id: String
    /// `gate`, `scan`, `approval`, …
    package let kind: String
    /// The verdict.
    package let passed: Bool
    /// Why, one sentence each.
    package let reasons: [String]
    /// Figures behind the verdict.
    package let details: JSONValue
    /// Who made it.
    package let by: String
    /// When.
    package let at: Timestamp

    init(row: SQLRow) throws {
        id = try row.text("attestation_id")
        kind = try row.text("kind")
        passed = try row.bool("passed")
        reasons = try row.json("reasons", as: [String].self)
        details = try row.json("details", as: JSONValue.self)
        by = try row.text("made_by")
        at = try row.time("made_at")
    }
}
