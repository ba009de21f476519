import Primitives
import Storage

extension RegistryStore {
    /// Sets what a version must have passed before `target` may be given to it; an empty list removes the gate. A target
    /// that is given already stays where it is.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `invalid_name`, `INVALID_PARAMETER_VALUE` for too many kinds.
    package func set(gate target: String, of name: String, requires kinds: [String], actor: String) async throws {
        try RegistryLimits.check(alias: target)
        for kind in kinds { try Name.check(kind, what: "kind of attestation") }
        guard kinds.count <= ModelGate.maximumKinds else {
            throw PlatformError.mlflowInvalid(
                "A gate asks for at most \(ModelGate.maximumKinds) kinds of attestations."
            )
        }
        let requires = Array(Set(kinds)).sorted()
        let now = time.now()
        try await database.write { transaction in
            try Self.require(name, transaction)
            if requires.isEmpty {
                try transaction.execute(
                    "DELETE FROM model_gate WHERE model = ? AND target = ?",
                    [.text(name), .text(target)]
                )
            } else {
                try transaction.execute(
                    "INSERT INTO model_gate (model, target, requires, set_by, set_at) VALUES (?, ?, ?, ?, ?) "
                        + "ON CONFLICT (model, target) DO UPDATE SET requires = excluded.requires, "
                        + "set_by = excluded.set_by, set_at = excluded.set_at",
                    [.text(name), .text(target), try .json(requires), .text(actor), .time(now)]
                )
            }
            let body: [String: JSONValue] = [
                "target": .string(target), "requires": .array(requires.map(JSONValue.string)),
            ]
            try Self.record("registry.gate.set", model: name, actor, body, transaction)
        }
    }

    /// A model's gates, by target.
    package func gates(of name: String) async throws -> [ModelGate] {
        try await database.read { reader in
            try Self.require(name, reader)
            return try reader.query("SELECT * FROM model_gate WHERE model = ? ORDER BY target", [.text(name)])
                .map(ModelGate.init(row:))
        }
    }

    /// Refuses `target` to a version whose newest attestation of a kind that the gate asks for is missing or did not pass.
    static func passGate(to target: String, _ name: String, _ number: Int64, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT * FROM model_gate WHERE model = ? AND target = ?",
            [.text(name), .text(target)]
        )
        guard let gate = try row.map(ModelGate.init(row:)) else { return }
        var verdicts: [String: Bool] = [:]
        for row in try reader.query(
            "SELECT kind, passed FROM model_attestation WHERE model = ? AND version = ? ORDER BY made_at, attestation_id",
            [.text(name), .integer(number)]
        ) {
            verdicts[try row.text("kind")] = try row.bool("passed")
        }
        let lacking = gate.requires.filter { verdicts[$0] != true }
        if lacking.isEmpty { return }
        let reasons = lacking.map { verdicts[$0] == nil ? "'\($0)' is missing" : "'\($0)' did not pass" }
        throw PlatformError(
            .gateNotPassed,
            "Version \(number) of '\(name)' may not become '\(target)': \(reasons.joined(separator: ", ")).",
            nextStep: "Record a passing attestation of each kind on the version, then try again.",
            context: [
                "model": name, "version": String(number), "target": target, "lacking": lacking.joined(separator: ","),
            ]
        )
    }
}
