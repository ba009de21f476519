import Primitives
import Storage

/// What an alias must point at before it moves.
package enum ExpectedVersion: Sendable, Hashable {
    /// Whatever it is: MLflow's own call.
    case any
    /// Nothing: the alias must be new.
    case absent
    /// This version.
    case version(Int64)
}

extension RegistryStore {
    /// Points an alias at a version when it points where the caller expects.
    ///
    /// - Returns: the version that it pointed at before, if any.
    /// - Throws: `alias_moved` when it points elsewhere, `gate_not_passed` when the alias's gate asks for what the version
    ///   lacks, `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    @discardableResult
    package func move(
        alias: String,
        of name: String,
        to number: Int64,
        expecting expected: ExpectedVersion = .any,
        actor: String
    ) async throws -> Int64? {
        try RegistryLimits.check(model: name)
        try RegistryLimits.check(alias: alias)
        let now = time.now()
        return try await database.write { transaction in
            try Self.require(name, transaction)
            try Self.require(name, number, transaction)
            let current = try Self.target(of: alias, name, transaction)
            try Self.compare(current, expected, alias, name)
            if current == number { return current }
            try Self.passGate(to: alias, name, number, transaction)
            try transaction.execute(
                "INSERT INTO registered_model_alias (model, alias, version, moved_at, moved_by) VALUES (?, ?, ?, ?, ?) "
                    + "ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version, moved_at = excluded.moved_at, "
                    + "moved_by = excluded.moved_by",
                [.text(name), .text(alias), .integer(number), .time(now), .text(actor)]
            )
            let body: [String: JSONValue] = [
                "alias": .string(alias), "from": current.map(JSONValue.integer) ?? .null, "to": .integer(number),
            ]
            try Self.record("registry.alias.moved", model: name, actor, body, transaction)
            return current
        }
    }

    /// Deletes an alias; no such alias is no error.
    package func delete(alias: String, of name: String, actor: String) async throws {
        try await database.write { transaction in
            try Self.require(name, transaction)
            let count = try transaction.execute(
                "DELETE FROM registered_model_alias WHERE model = ? AND alias = ?",
                [.text(name), .text(alias)]
            )
            if count == 0 { return }
            try Self.record("registry.alias.deleted", model: name, actor, ["alias": .string(alias)], transaction)
        }
    }

    /// The version that an alias points at; `latest`, in any case, is the newest version.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the model or any version, `alias_missing`.
    package func version(_ name: String, alias: String) async throws -> ModelVersion {
        try await database.read { reader in
            try Self.require(name, reader)
            if alias.lowercased() == "latest" {
                let rows = try reader.query(
                    "SELECT * FROM model_version WHERE model = ? AND stage <> 'Deleted_Internal' "
                        + "ORDER BY version DESC LIMIT 1",
                    [.text(name)]
                )
                if let newest = try Self.versions(rows, reader).first { return newest }
                throw PlatformError.mlflowMissing("Latest version not found for model \(name).")
            }
            guard let number = try Self.target(of: alias, name, reader) else {
                throw PlatformError(
                    .aliasMissing,
                    "Registered model alias \(alias.prefix(300)) not found.",
                    context: ["model": name, "alias": alias]
                )
            }
            return try Self.load(name, number, reader)
        }
    }

    private static func target(of alias: String, _ name: String, _ reader: any SQLReader) throws -> Int64? {
        try reader.first(
            "SELECT version FROM registered_model_alias WHERE model = ? AND alias = ?",
            [.text(name), .text(alias)]
        )?.integer("version")
    }

    private static func compare(_ current: Int64?, _ expected: ExpectedVersion, _ alias: String, _ name: String) throws
    {
        let wanted: String
        switch expected {
        case .any: return
        case .absent:
            if current == nil { return }
            wanted = "nothing"
        case .version(let number):
            if current == number { return }
            wanted = "version \(number)"
        }
        throw PlatformError(
            .aliasMoved,
            "Alias '\(alias)' of '\(name)' points at \(current.map { "version \($0)" } ?? "nothing"), not at \(wanted).",
            nextStep: "Somebody moved it first: look at the model again, then decide.",
            context: ["model": name, "alias": alias]
        )
    }
}
