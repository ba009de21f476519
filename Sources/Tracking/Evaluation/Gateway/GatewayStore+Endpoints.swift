import Primitives
import Storage

extension GatewayStore {
    /// What a client asks of an endpoint; nil means as it is, or the default of a new one.
    package struct EndpointRequest: Sendable {
        let name: String?
        let places: [GatewayModelPlace]?
        let routingStrategy: String?
        let fallback: GatewayEndpoint.Fallback?
        let experimentID: Int64?
        let tracksUsage: Bool?
        let user: String?

        /// Takes what a client asks.
        package init(
            name: String?,
            places: [GatewayModelPlace]?,
            routingStrategy: String? = nil,
            fallback: GatewayEndpoint.Fallback? = nil,
            experimentID: Int64? = nil,
            tracksUsage: Bool? = nil,
            user: String? = nil
        ) {
            self.name = name
            self.places = places
            self.routingStrategy = routingStrategy
            self.fallback = fallback
            self.experimentID = experimentID
            self.tracksUsage = tracksUsage
            self.user = user
        }
    }

    /// The most models of one endpoint.
    static let placeCount = 100

    /// Creates an endpoint. One whose usage is tracked gets the experiment `gateway/NAME` when it names none.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_ALREADY_EXISTS`; `RESOURCE_DOES_NOT_EXIST` for a model or experiment.
    package func createEndpoint(_ request: EndpointRequest, actor: String) async throws -> GatewayEndpoint {
        let name = try Self.checked(name: request.name ?? "")
        let places = request.places ?? []
        if places.isEmpty { throw PlatformError.mlflowInvalid("Endpoint must have at least one model configuration") }
        try Self.check(places)
        let id = "e-\(identifiers())"
        let tracksUsage = request.tracksUsage ?? true
        try await database.read { reader in
            try Self.require(models: places, reader)
            try Self.requireFree(endpoint: name, except: id, reader)
        }
        var experiment = request.experimentID
        if tracksUsage, experiment == nil { experiment = try await experimentID(forEndpoint: name, id, actor) }
        let (traces, mappings, now) = (experiment, mappingRows(places, id, request.user), time.now())
        let hasFallback = request.fallback != nil || places.contains { $0.linkage == .fallback }
        return try await database.write { transaction in
            try Self.require(models: places, transaction)
            try Self.requireFree(endpoint: name, except: id, transaction)
            if let traces { try EvaluationSQL.requireAll(experiments: [traces], transaction) }
            try transaction.execute(
                "INSERT INTO gateway_endpoint (endpoint_id, name, routing_strategy, has_fallback, fallback_strategy, "
                    + "fallback_attempts, experiment_id, usage_tracking, \(GatewayAudit.columns)) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text(name), .optional(request.routingStrategy), .bool(hasFallback),
                    .optional(request.fallback?.strategy), .optional(request.fallback?.attempts), .optional(traces),
                    .bool(tracksUsage),
                ] + GatewayAudit.values(request.user, now)
            )
            try Self.insert(mappings, in: transaction)
            try Self.record("endpoint.created", id, name, actor, in: transaction)
            return try Self.endpoint("endpoint_id", id, transaction)
        }
    }

    /// An endpoint, by id or by name.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for both or none, `RESOURCE_DOES_NOT_EXIST`.
    package func endpoint(id: String?, name: String?) async throws -> GatewayEndpoint {
        let (column, value) = try Self.one(("endpoint_id", id), ("name", name))
        return try await database.read { try Self.endpoint(column, value, $0) }
    }

    /// Endpoints that have a model: all, or those with a model of a provider or secret.
    package func endpoints(provider: String?, secret: String?) async throws -> [GatewayEndpoint] {
        var condition = SQLCondition("m.endpoint_id = gateway_endpoint.endpoint_id")
        if let provider { condition.and(SQLCondition("d.provider = ?", [.text(provider)])) }
        if let secret { condition.and(SQLCondition("d.secret_id = ?", [.text(secret)])) }
        let filter = condition
        return try await database.read { reader in
            let rows = try reader.query(
                "SELECT * FROM gateway_endpoint WHERE EXISTS (SELECT 1 FROM gateway_mapping AS m JOIN gateway_model AS d "
                    + "ON d.model_definition_id = m.model_definition_id WHERE \(filter.sql)) "
                    + "ORDER BY created_at, endpoint_id",
                filter.arguments
            )
            return try Self.endpoints(rows, reader)
        }
    }

    /// Changes what is not nil; models given replace all that it has.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func updateEndpoint(_ id: String, _ request: EndpointRequest, actor: String) async throws -> GatewayEndpoint
    {
        let newName = try request.name.map(Self.checked)
        if let places = request.places { try Self.check(places) }
        var experiment = request.experimentID
        if request.tracksUsage == true, experiment == nil {
            let known = try await endpoint(id: id, name: nil)
            if known.experimentID == nil {
                experiment = try await experimentID(forEndpoint: newName ?? known.name, id, actor)
            }
        }
        let (traces, now) = (experiment, time.now())
        let mappings = request.places.map { mappingRows($0, id, request.user) }
        return try await database.write { transaction in
            let known = try Self.endpoint("endpoint_id", id, transaction)
            if let newName { try Self.requireFree(endpoint: newName, except: id, transaction) }
            if let traces { try EvaluationSQL.requireAll(experiments: [traces], transaction) }
            if let places = request.places, let mappings {
                try Self.require(models: places, transaction)
                try transaction.execute("DELETE FROM gateway_mapping WHERE endpoint_id = ?", [.text(id)])
                try Self.insert(mappings, in: transaction)
            }
            let fallback =
                request.fallback ?? (request.places == nil ? known.fallback : .init(strategy: nil, attempts: nil))
            try transaction.execute(
                "UPDATE gateway_endpoint SET name = ?, routing_strategy = ?, has_fallback = ?, fallback_strategy = ?, "
                    + "fallback_attempts = ?, experiment_id = ?, usage_tracking = ?, last_updated_by = ?, "
                    + "last_updated_at = ? WHERE endpoint_id = ?",
                [
                    .text(newName ?? known.name), .optional(request.routingStrategy ?? known.routingStrategy),
                    .bool(fallback != nil), .optional(fallback?.strategy), .optional(fallback?.attempts),
                    .optional(traces ?? known.experimentID), .bool(request.tracksUsage ?? known.tracksUsage),
                    .optional(request.user ?? known.audit.lastUpdatedBy), .time(now), .text(id),
                ]
            )
            try Self.record("endpoint.changed", id, newName ?? known.name, actor, in: transaction)
            return try Self.endpoint("endpoint_id", id, transaction)
        }
    }

    /// Deletes an endpoint with its tags, bindings and guardrail places; models stay.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func deleteEndpoint(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let name = try Self.requireEndpoint(id, transaction)
            try transaction.execute("DELETE FROM gateway_endpoint WHERE endpoint_id = ?", [.text(id)])
            try Self.record("endpoint.deleted", id, name, actor, in: transaction)
        }
    }

    /// Attaches a model to an endpoint.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func attach(_ place: GatewayModelPlace, to id: String, user: String?, actor: String) async throws
        -> GatewayMapping
    {
        try Self.check([place])
        let rows = mappingRows([place], id, user)
        let now = time.now()
        return try await database.write { transaction in
            let known = try Self.endpoint("endpoint_id", id, transaction)
            try Self.require(models: [place], transaction)
            let taken = known.mappings.contains {
                $0.place.modelID == place.modelID && $0.place.linkage == place.linkage
            }
            if taken {
                throw PlatformError(
                    .mlflowAlreadyExists,
                    "Model definition '\(place.modelID)' is already attached to endpoint '\(id)'"
                )
            }
            try Self.insert(rows, after: known.mappings.count, in: transaction)
            try transaction.execute(
                "UPDATE gateway_endpoint SET last_updated_by = ?, last_updated_at = ? WHERE endpoint_id = ?",
                [.optional(user ?? known.audit.lastUpdatedBy), .time(now), .text(id)]
            )
            try Self.record("endpoint.changed", id, known.name, actor, in: transaction)
            let mapping = try Self.mappings(of: [id], transaction)[id]?.last {
                $0.place.modelID == place.modelID && $0.place.linkage == place.linkage
            }
            guard let mapping else { throw Self.missing("GatewayEndpoint", [("endpoint_id", id)]) }
            return mapping
        }
    }

    /// Detaches a model from an endpoint, whatever its linkage.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func detach(_ model: String, from id: String, actor: String) async throws {
        try await database.write { transaction in
            let name = try Self.requireEndpoint(id, transaction)
            let count = try transaction.execute(
                "DELETE FROM gateway_mapping WHERE endpoint_id = ? AND model_definition_id = ?",
                [.text(id), .text(model)]
            )
            if count == 0 {
                throw PlatformError.mlflowMissing("Model definition '\(model)' is not attached to endpoint '\(id)'")
            }
            try Self.record("endpoint.changed", id, name, actor, in: transaction)
        }
    }

    /// The experiment of an endpoint's traces, made when there is none of its name.
    private func experimentID(forEndpoint name: String, _ id: String, _ actor: String) async throws -> Int64 {
        let experiment = "gateway/\(name)"
        if let found = try await experiments.find(name: experiment) { return found.id }
        return try await experiments.create(
            name: experiment,
            artifactLocation: nil,
            tags: [
                KeyValue("mlflow.experiment.sourceType", "GATEWAY"), KeyValue("mlflow.experiment.sourceId", id),
                KeyValue("mlflow.experiment.isGateway", "true"),
            ],
            actor: actor
        )
    }

    private func mappingRows(_ places: [GatewayModelPlace], _ endpoint: String, _ user: String?) -> [[SQLValue]] {
        let now = time.now()
        return places.map { place in
            [
                .text("m-\(identifiers())"), .text(endpoint), .text(place.modelID), .real(place.weight),
                .text(place.linkage.rawValue), .optional(place.fallbackOrder), .optional(user), .time(now),
            ]
        }
    }
}
