import Primitives
import Storage

extension GatewayStore {
    /// Stores a model.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_ALREADY_EXISTS`; `RESOURCE_DOES_NOT_EXIST` for the secret.
    package func createModel(
        _ name: String,
        secret: String,
        provider: String,
        modelName: String,
        user: String?,
        actor: String
    ) async throws -> GatewayModel {
        try MLflowName.checkLength("name", name, upTo: Self.nameLength)
        try MLflowName.checkLength("provider", provider, upTo: Self.providerLength)
        try MLflowName.checkLength("model_name", modelName, upTo: Self.nameLength)
        let id = "d-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            _ = try Self.secret("secret_id", secret, transaction)
            try Self.requireFree(model: name, except: id, transaction)
            try transaction.execute(
                "INSERT INTO gateway_model (model_definition_id, name, secret_id, provider, model_name, \(GatewayAudit.columns)) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [.text(id), .text(name), .text(secret), .text(provider), .text(modelName)]
                    + GatewayAudit.values(user, now)
            )
            try Self.record("model.created", id, name, actor, in: transaction)
            return try Self.model("model_definition_id", id, transaction)
        }
    }

    /// A model, by id or by name.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for both or none, `RESOURCE_DOES_NOT_EXIST`.
    package func model(id: String?, name: String?) async throws -> GatewayModel {
        let (column, value) = try Self.one(("model_definition_id", id), ("name", name))
        return try await database.read { try Self.model(column, value, $0) }
    }

    /// All models, or those of a provider or secret.
    package func models(provider: String?, secret: String?) async throws -> [GatewayModel] {
        var condition = SQLCondition("1 = 1")
        if let provider { condition.and(SQLCondition("d.provider = ?", [.text(provider)])) }
        if let secret { condition.and(SQLCondition("d.secret_id = ?", [.text(secret)])) }
        let filter = condition
        return try await database.read { reader in
            try reader.query(
                "\(Self.selectModel) WHERE \(filter.sql) ORDER BY d.created_at, d.model_definition_id",
                filter.arguments
            ).map(GatewayModel.init)
        }
    }

    /// Changes what is not nil.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func updateModel(
        _ id: String,
        name: String?,
        secret: String?,
        provider: String?,
        modelName: String?,
        user: String?,
        actor: String
    ) async throws -> GatewayModel {
        let now = time.now()
        return try await database.write { transaction in
            let known = try Self.model("model_definition_id", id, transaction)
            if let name { try Self.requireFree(model: name, except: id, transaction) }
            if let secret { _ = try Self.secret("secret_id", secret, transaction) }
            try transaction.execute(
                "UPDATE gateway_model SET name = ?, secret_id = ?, provider = ?, model_name = ?, last_updated_by = ?, "
                    + "last_updated_at = ? WHERE model_definition_id = ?",
                [
                    .text(name ?? known.name), .optional(secret ?? known.secretID), .text(provider ?? known.provider),
                    .text(modelName ?? known.modelName), .optional(user ?? known.audit.lastUpdatedBy), .time(now),
                    .text(id),
                ]
            )
            try Self.record("model.changed", id, name ?? known.name, actor, in: transaction)
            return try Self.model("model_definition_id", id, transaction)
        }
    }

    /// Deletes a model that no endpoint uses.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_STATE` while an endpoint uses it.
    package func deleteModel(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let known = try Self.model("model_definition_id", id, transaction)
            let used = try transaction.first(
                "SELECT 1 AS found FROM gateway_mapping WHERE model_definition_id = ? LIMIT 1",
                [.text(id)]
            )
            if used != nil {
                throw PlatformError(
                    .mlflowInvalidState,
                    "Cannot delete model definition that is currently in use by endpoints. "
                        + "Detach it from all endpoints first."
                )
            }
            try transaction.execute("DELETE FROM gateway_model WHERE model_definition_id = ?", [.text(id)])
            try Self.record("model.deleted", id, known.name, actor, in: transaction)
        }
    }

    private static let selectModel =
        "SELECT d.*, s.name AS secret_name FROM gateway_model AS d LEFT JOIN gateway_secret AS s ON s.secret_id = d.secret_id"

    private static func model(_ column: String, _ value: String, _ reader: any SQLReader) throws -> GatewayModel {
        guard let row = try reader.first("\(selectModel) WHERE d.\(column) = ?", [.text(value)]) else {
            throw missing("GatewayModelDefinition", [(column, value)])
        }
        return try GatewayModel(row: row)
    }

    private static func requireFree(model name: String, except id: String, _ reader: any SQLReader) throws {
        let taken = try reader.first(
            "SELECT 1 AS found FROM gateway_model WHERE name = ? AND model_definition_id <> ?",
            [.text(name), .text(id)]
        )
        if taken != nil {
            throw PlatformError(.mlflowAlreadyExists, "Model definition with name '\(name)' already exists")
        }
    }
}
