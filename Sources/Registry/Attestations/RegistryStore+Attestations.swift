import Primitives
import Storage

extension RegistryStore {
    /// The most attestations of one version.
    package static let maximumAttestations = 10_000

    /// Records what somebody found out about a version.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func attest(
        _ name: String,
        _ number: Int64,
        kind: String,
        passed: Bool,
        reasons: [String],
        details: JSONValue = .object([:]),
        actor: String
    ) async throws -> Attestation {
        try Name.check(kind, what: "kind of attestation")
        let id = identifiers()
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, number, transaction)
            try transaction.execute(
                "INSERT INTO model_attestation (attestation_id, model, version, kind, passed, reasons, details, made_by, made_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .integer(number), .text(kind), .bool(passed), try .json(reasons),
                    try .json(details), .text(actor), .time(now),
                ]
            )
            try transaction.record(
                JournalEvent(
                    kind: "registry.version.attested",
                    subject: "model/\(name)/\(number)",
                    actor: actor,
                    body: [
                        "kind": .string(kind), "passed": .bool(passed),
                        "reasons": .array(reasons.map(JSONValue.string)),
                    ]
                )
            )
            let row = try transaction.first("SELECT * FROM model_attestation WHERE attestation_id = ?", [.text(id)])
            guard let row else { throw PlatformError(.internalError, "The attestation was not kept.") }
            return try Attestation(row: row)
        }
    }

    /// What was found out about a version, oldest first.
    package func attestations(_ name: String, _ number: Int64) async throws -> [Attestation] {
        try await database.read { reader in
            try reader.query(
                "SELECT * FROM model_attestation WHERE model = ? AND version = ? ORDER BY made_at, attestation_id LIMIT ?",
                [.text(name), .integer(number), .integer(Int64(Self.maximumAttestations))]
            ).map(Attestation.init(row:))
        }
    }

    /// Records that a promotion was refused, and why. Nothing else changes.
    package func refusePromotion(_ name: String, _ number: Int64, reasons: [String], actor: String) async throws {
        try await database.write { transaction in
            try Self.require(name, number, transaction)
            try transaction.record(
                JournalEvent(
                    kind: "registry.promotion.refused",
                    subject: "model/\(name)/\(number)",
                    actor: actor,
                    body: ["reasons": .array(reasons.map(JSONValue.string))]
                )
            )
        }
    }
}
