import Primitives
import Storage

extension GatewayStore {
    /// The longest tag value, in characters.
    static let tagValueLength = 5000

    /// Notes that a resource uses an endpoint.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func bind(_ resource: String, type: String, to id: String, user: String?, actor: String) async throws
        -> GatewayBinding
    {
        guard type == "scorer" else {
            throw PlatformError.mlflowInvalid("Invalid resource_type '\(type.prefix(100))'. Must be one of: scorer.")
        }
        try MLflowName.checkLength("resource_id", resource, upTo: Self.nameLength)
        let now = time.now()
        return try await database.write { transaction in
            let name = try Self.requireEndpoint(id, transaction)
            let count = try transaction.execute(
                "INSERT INTO gateway_binding (endpoint_id, resource_type, resource_id, \(GatewayAudit.columns)) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [.text(id), .text(type), .text(resource)] + GatewayAudit.values(user, now)
            )
            if count == 0 {
                throw PlatformError(
                    .mlflowAlreadyExists,
                    "The \(type) '\(resource)' is already bound to endpoint '\(id)'"
                )
            }
            try Self.record("endpoint.bound", id, name, actor, in: transaction)
            let condition = SQLCondition(
                "endpoint_id = ? AND resource_type = ? AND resource_id = ?",
                [.text(id), .text(type), .text(resource)]
            )
            guard let binding = try Self.bindings(condition, transaction).first else {
                throw Self.missing("GatewayEndpoint", [("endpoint_id", id)])
            }
            return binding
        }
    }

    /// Removes such a note.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func unbind(_ resource: String, type: String, from id: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute(
                "DELETE FROM gateway_binding WHERE endpoint_id = ? AND resource_type = ? AND resource_id = ?",
                [.text(id), .text(type), .text(resource)]
            )
            if count == 0 {
                throw Self.missing(
                    "GatewayEndpointBinding",
                    [("endpoint_id", id), ("resource_type", type), ("resource_id", resource)]
                )
            }
            try Self.record("endpoint.unbound", id, resource, actor, in: transaction)
        }
    }

    /// The notes with what is not nil.
    package func bindings(endpoint: String?, type: String?, resource: String?) async throws -> [GatewayBinding] {
        var condition = SQLCondition("1 = 1")
        if let endpoint { condition.and(SQLCondition("endpoint_id = ?", [.text(endpoint)])) }
        if let type { condition.and(SQLCondition("resource_type = ?", [.text(type)])) }
        if let resource { condition.and(SQLCondition("resource_id = ?", [.text(resource)])) }
        let filter = condition
        return try await database.read { try Self.bindings(filter, $0) }
    }

    /// Sets a tag of an endpoint.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func set(_ tag: KeyValue, onEndpoint id: String, actor: String) async throws {
        try MLflowName.checkLength("key", tag.key, upTo: MLflowName.maximumKeyLength)
        try MLflowName.checkLength("value", tag.value, upTo: Self.tagValueLength)
        try await database.write { transaction in
            let name = try Self.requireEndpoint(id, transaction)
            try transaction.execute(
                "INSERT INTO gateway_endpoint_tag (endpoint_id, key, value) VALUES (?, ?, ?) "
                    + "ON CONFLICT (endpoint_id, key) DO UPDATE SET value = excluded.value",
                [.text(id), .text(tag.key), .text(tag.value)]
            )
            try Self.record("endpoint.tagged", id, name, actor, in: transaction)
        }
    }

    /// Deletes a tag of an endpoint; one that is not there is no error.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` for the endpoint.
    package func delete(tag key: String, ofEndpoint id: String, actor: String) async throws {
        try await database.write { transaction in
            let name = try Self.requireEndpoint(id, transaction)
            let count = try transaction.execute(
                "DELETE FROM gateway_endpoint_tag WHERE endpoint_id = ? AND key = ?",
                [.text(id), .text(key)]
            )
            if count > 0 { try Self.record("endpoint.untagged", id, name, actor, in: transaction) }
        }
    }

    private static func bindings(_ condition: SQLCondition, _ reader: any SQLReader) throws -> [GatewayBinding] {
        try reader.query(
            "SELECT * FROM gateway_binding WHERE \(condition.sql) ORDER BY created_at, endpoint_id, resource_type, resource_id",
            condition.arguments
        ).map(GatewayBinding.init)
    }
}
