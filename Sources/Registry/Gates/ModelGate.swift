import Primitives
import Storage

/// What a version must have passed before an alias or a stage may be given to it.
package struct ModelGate: Sendable, Hashable, Codable {
    /// The most kinds that one gate asks for.
    package static let maximumKinds = 16

    /// The alias or stage: `champion`, `Production`.
    package let target: String
    /// Kinds of attestations; the newest of each kind must have passed.
    package let requires: [String]
    /// Who set the gate.
    package let by: String
    /// When.
    package let at: Timestamp

    init(row: SQLRow) throws {
        target = try row.text("target")
        requires = try row.json("requires", as: [String].self)
        by = try row.text("set_by")
        at = try row.time("set_at")
    }
}
