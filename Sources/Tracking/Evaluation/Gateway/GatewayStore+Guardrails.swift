import Primitives
import Storage

extension GatewayStore {
    /// Stores a guardrail.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a scorer with code of its own; `RESOURCE_DOES_NOT_EXIST` for the scorer or
    ///   endpoint.
    package func createGuardrail(
        _ name: String,
        scorer: (id: String, version: Int64),
        stage: GatewayGuardrail.Stage,
        action: GatewayGuardrail.Action,
        actionEndpoint: String?,
        actor: String
    ) async throws -> GatewayGuardrail {
        try MLflowName.checkLength("name", name, upTo: Self.nameLength)
        let id = "gr-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            try Self.requireSafe(scorer: scorer.id, scorer.version, transaction)
            if let actionEndpoint { try Self.requireEndpoint(actionEndpoint, transaction) }
            try transaction.execute(
                "INSERT INTO gateway_guardrail (guardrail_id, name, scorer_id, scorer_version, stage, action, "
                    + "action_endpoint_id, \(GatewayAudit.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .text(scorer.id), .integer(scorer.version), .text(stage.rawValue),
                    .text(action.rawValue), .optional(actionEndpoint),
                ] + GatewayAudit.values(actor, now)
            )
            try Self.record("guardrail.created", id, name, actor, in: transaction)
            return try Self.guardrail(id, transaction)
        }
    }

    /// A guardrail.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func guardrail(_ id: String) async throws -> GatewayGuardrail {
        try await database.read { try Self.guardrail(id, $0) }
    }

    /// Deletes a guardrail; the endpoints that had it go without.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func deleteGuardrail(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let known = try Self.guardrail(id, transaction)
            try transaction.execute("DELETE FROM gateway_guardrail WHERE guardrail_id = ?", [.text(id)])
            try Self.record("guardrail.deleted", id, known.name, actor, in: transaction)
        }
    }

    /// One page of guardrails, by identifier.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func guardrails(maximum: Int, token: String?) async throws -> Page<GatewayGuardrail> {
        try EvaluationSQL.checkPage(maximum)
        let order = PageOrder([SortTerm("guardrail_id")])
        let place = try order.condition(after: token)
        return try await database.read { reader in
            let rows = try reader.query(
                "SELECT * FROM (\(Self.select)) AS found WHERE \(place.sql) ORDER BY \(order.sql) LIMIT ?",
                place.arguments + [.integer(Int64(maximum) + 1)]
            )
            let page = try order.page(rows, maximum: maximum)
            let names = try Self.endpointNames(reader)
            return Page(
                elements: try page.elements.map { try GatewayGuardrail(row: $0, endpointNames: names) },
                nextToken: page.nextToken
            )
        }
    }

    /// Puts a guardrail at an endpoint.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func add(guardrail: String, to endpoint: String, order: Int64?, actor: String) async throws
        -> GatewayGuardrailPlace
    {
        let now = time.now()
        return try await database.write { transaction in
            try Self.requireEndpoint(endpoint, called: "Endpoint", transaction)
            let known = try Self.guardrail(guardrail, transaction)
            let count = try transaction.execute(
                "INSERT INTO gateway_guardrail_config (endpoint_id, guardrail_id, execution_order, created_by, created_at) "
                    + "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [.text(endpoint), .text(guardrail), .optional(order), .text(actor), .time(now)]
            )
            if count == 0 {
                throw PlatformError(
                    .mlflowAlreadyExists,
                    "Guardrail '\(guardrail)' is already added to endpoint '\(endpoint)'"
                )
            }
            try Self.record("guardrail.added", guardrail, known.name, actor, in: transaction)
            return try Self.place(of: guardrail, at: endpoint, transaction)
        }
    }

    /// Changes a guardrail's turn at an endpoint.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func move(guardrail: String, at endpoint: String, to order: Int64?, actor: String) async throws
        -> GatewayGuardrailPlace
    {
        try await database.write { transaction in
            let known = try Self.place(of: guardrail, at: endpoint, transaction)
            try transaction.execute(
                "UPDATE gateway_guardrail_config SET execution_order = ? WHERE endpoint_id = ? AND guardrail_id = ?",
                [.optional(order), .text(endpoint), .text(guardrail)]
            )
            try Self.record("guardrail.moved", guardrail, known.guardrail.name, actor, in: transaction)
            return try Self.place(of: guardrail, at: endpoint, transaction)
        }
    }

    /// Takes a guardrail away from an endpoint.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func remove(guardrail: String, from endpoint: String, actor: String) async throws {
        try await database.write { transaction in
            let known = try Self.place(of: guardrail, at: endpoint, transaction)
            try transaction.execute(
                "DELETE FROM gateway_guardrail_config WHERE endpoint_id = ? AND guardrail_id = ?",
                [.text(endpoint), .text(guardrail)]
            )
            try Self.record("guardrail.removed", guardrail, known.guardrail.name, actor, in: transaction)
        }
    }

    /// The guardrails of an endpoint, in turn.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func guardrails(of endpoint: String) async throws -> [GatewayGuardrailPlace] {
        try await database.read { reader in
            try Self.requireEndpoint(endpoint, called: "Endpoint", reader)
            return try Self.places(SQLCondition("c.endpoint_id = ?", [.text(endpoint)]), reader)
        }
    }

    private static let select =
        "SELECT g.guardrail_id, g.name AS g_name, g.stage, g.action, e.name AS action_endpoint, g.created_by, g.created_at, "
        + "g.last_updated_by, g.last_updated_at, s.scorer_id, s.experiment_id, s.name, v.version, v.serialized, "
        + "v.creation_time FROM gateway_guardrail AS g JOIN scorer AS s ON s.scorer_id = g.scorer_id "
        + "JOIN scorer_version AS v ON v.scorer_id = g.scorer_id AND v.version = g.scorer_version "
        + "LEFT JOIN gateway_endpoint AS e ON e.endpoint_id = g.action_endpoint_id"

    private static func guardrail(_ id: String, _ reader: any SQLReader) throws -> GatewayGuardrail {
        guard let row = try reader.first("\(select) WHERE g.guardrail_id = ?", [.text(id)]) else {
            throw missing("Guardrail", [("guardrail_id", id)])
        }
        return try GatewayGuardrail(row: row, endpointNames: endpointNames(reader))
    }

    private static func place(of guardrail: String, at endpoint: String, _ reader: any SQLReader) throws
        -> GatewayGuardrailPlace
    {
        let condition = SQLCondition(
            "c.endpoint_id = ? AND c.guardrail_id = ?",
            [.text(endpoint), .text(guardrail)]
        )
        guard let place = try places(condition, reader).first else {
            throw missing("GuardrailConfig", [("endpoint_id", endpoint), ("guardrail_id", guardrail)])
        }
        return place
    }

    private static func places(_ condition: SQLCondition, _ reader: any SQLReader) throws -> [GatewayGuardrailPlace] {
        let names = try endpointNames(reader)
        return try reader.query(
            "SELECT found.*, c.endpoint_id, c.execution_order, c.created_by AS c_created_by, c.created_at AS c_created_at "
                + "FROM gateway_guardrail_config AS c JOIN (\(select)) AS found ON found.guardrail_id = c.guardrail_id "
                + "WHERE \(condition.sql) ORDER BY c.execution_order IS NULL, c.execution_order, c.guardrail_id",
            condition.arguments
        ).map { try GatewayGuardrailPlace(row: $0, endpointNames: names) }
    }

    private static func endpointNames(_ reader: any SQLReader) throws -> [String: String] {
        try ScorerStore.endpointNames(reader)
    }

    /// A guardrail would run its scorer in the gateway: one that brings code of its own is refused.
    private static func requireSafe(scorer id: String, _ version: Int64, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT serialized FROM scorer_version WHERE scorer_id = ? AND version = ?",
            [.text(id), .integer(version)]
        )
        guard let row else {
            throw PlatformError.mlflowMissing("Scorer with ID '\(id)' and version \(version) not found.")
        }
        if try SerializedScorer(row.text("serialized")).hasCode {
            throw PlatformError.mlflowInvalid(
                "Gateway guardrails do not support custom scorers defined with the @scorer decorator. "
                    + "Use a built-in scorer or a judge created with make_judge."
            )
        }
    }
}
