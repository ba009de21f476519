import Foundation
import Primitives
import Storage

/// Keeps the configuration of the LLM gateway: secrets, models, endpoints and what uses them, budgets and guardrails. It is
/// kept for clients; this server calls no model with it.
package struct GatewayStore: Sendable {
    /// The longest name, in characters.
    static let nameLength = 255
    /// The longest provider, in characters.
    static let providerLength = 64

    let database: any Database
    let experiments: ExperimentStore
    let seal: @Sendable (Data, String) throws -> Data
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    ///
    /// - Parameter seal: makes a secret unreadable for everyone but this server; the text binds it to its place.
    package init(
        database: any Database,
        experiments: ExperimentStore,
        seal: @escaping @Sendable (Data, String) throws -> Data,
        time: TimeSource = .system,
        identifiers: IdentifierSource = .system
    ) {
        self.database = database
        self.experiments = experiments
        self.seal = seal
        self.time = time
        self.identifiers = identifiers
    }

    /// What a secret is sealed for: a sealed value moved to another row does not open there.
    package static func purpose(ofSecret id: String) -> String { "gateway-secret/\(id)" }

    /// Stores a secret, sealed.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_ALREADY_EXISTS`.
    package func createSecret(
        _ name: String,
        values: SecretValues,
        provider: String?,
        configuration: SecretConfiguration?,
        user: String?,
        actor: String
    ) async throws -> GatewaySecret {
        try MLflowName.checkLength("secret_name", name, upTo: Self.nameLength)
        try MLflowName.checkLength("provider", provider ?? "", upTo: Self.providerLength)
        let id = "s-\(identifiers())"
        let sealed = try seal(Data(values.plain.utf8), Self.purpose(ofSecret: id))
        let now = time.now()
        return try await database.write { transaction in
            if try transaction.first("SELECT 1 AS found FROM gateway_secret WHERE name = ?", [.text(name)]) != nil {
                throw PlatformError(.mlflowAlreadyExists, "Secret with name '\(name)' already exists")
            }
            try transaction.execute(
                "INSERT INTO gateway_secret (secret_id, name, sealed, masked, provider, auth_config, \(GatewayAudit.columns)) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .blob(sealed), .text(values.masked), .optional(provider),
                    .optional(configuration?.text),
                ] + GatewayAudit.values(user, now)
            )
            try Self.record("secret.created", id, name, actor, in: transaction)
            return try Self.secret("secret_id", id, transaction)
        }
    }

    /// What may be shown of a secret, by id or by name.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for both or none, `RESOURCE_DOES_NOT_EXIST`.
    package func secret(id: String?, name: String?) async throws -> GatewaySecret {
        let (column, value) = try Self.one(("secret_id", id), ("secret_name", name))
        return try await database.read { reader in
            try Self.secret(column, value, reader)
        }
    }

    /// What may be shown of all secrets, or of a provider's.
    package func secrets(provider: String?) async throws -> [GatewaySecret] {
        let filter = provider.map { SQLCondition("provider = ?", [.text($0)]) } ?? SQLCondition("1 = 1")
        return try await database.read { reader in
            try reader.query(
                "SELECT * FROM gateway_secret WHERE \(filter.sql) ORDER BY created_at, secret_id",
                filter.arguments
            ).map(GatewaySecret.init)
        }
    }

    /// Replaces the values, the configuration, or both.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func updateSecret(
        _ id: String,
        values: SecretValues?,
        configuration: SecretConfiguration?,
        user: String?,
        actor: String
    ) async throws -> GatewaySecret {
        let sealed = try values.map { try seal(Data($0.plain.utf8), Self.purpose(ofSecret: id)) }
        let now = time.now()
        return try await database.write { transaction in
            let known = try Self.secret("secret_id", id, transaction)
            try transaction.execute(
                "UPDATE gateway_secret SET last_updated_by = ?, last_updated_at = ? WHERE secret_id = ?",
                [.optional(user), .time(now), .text(id)]
            )
            if let sealed, let values {
                try transaction.execute(
                    "UPDATE gateway_secret SET sealed = ?, masked = ? WHERE secret_id = ?",
                    [.blob(sealed), .text(values.masked), .text(id)]
                )
            }
            if let configuration {
                try transaction.execute(
                    "UPDATE gateway_secret SET auth_config = ? WHERE secret_id = ?",
                    [.optional(configuration.text), .text(id)]
                )
            }
            try Self.record("secret.changed", id, known.name, actor, in: transaction)
            return try Self.secret("secret_id", id, transaction)
        }
    }

    /// Deletes a secret; models that used it stay, without one.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func deleteSecret(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let known = try Self.secret("secret_id", id, transaction)
            try transaction.execute("DELETE FROM gateway_secret WHERE secret_id = ?", [.text(id)])
            try Self.record("secret.deleted", id, known.name, actor, in: transaction)
        }
    }
}

extension GatewayStore {
    static func secret(_ column: String, _ value: String, _ reader: any SQLReader) throws -> GatewaySecret {
        let stored = column == "secret_name" ? "name" : column
        guard let row = try reader.first("SELECT * FROM gateway_secret WHERE \(stored) = ?", [.text(value)]) else {
            throw missing("GatewaySecret", [(column, value)])
        }
        return try GatewaySecret(row: row)
    }

    /// Exactly one of two names of a thing.
    static func one(_ first: (String, String?), _ second: (String, String?)) throws -> (String, String) {
        switch (first.1, second.1) {
        case (let value?, nil): return (first.0, value)
        case (nil, let value?): return (second.0, value)
        default:
            throw PlatformError.mlflowInvalid("Exactly one of \(first.0) or \(second.0) must be provided")
        }
    }

    static func missing(_ what: String, _ keys: [(String, String)]) -> PlatformError {
        let list = keys.map { "\($0.0)='\($0.1)'" }.joined(separator: ", ")
        return PlatformError.mlflowMissing("\(what) not found (\(list))")
    }

    static func record(
        _ what: String,
        _ id: String,
        _ name: String,
        _ actor: String,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.record(
            JournalEvent(kind: "gateway.\(what)", subject: "gateway/\(id)", actor: actor, body: ["name": .string(name)])
        )
    }
}
