import Primitives
import Storage

/// A name under which clients reach one or more models.
package struct GatewayEndpoint: Sendable, Hashable {
    /// What to do when the first model fails.
    package struct Fallback: Sendable, Hashable {
        /// `SEQUENTIAL`, or nil.
        package let strategy: String?
        /// The most models to try; nil for all.
        package let attempts: Int64?

        /// Makes a rule.
        package init(strategy: String?, attempts: Int64?) {
            self.strategy = strategy
            self.attempts = attempts
        }
    }

    /// `e-` and 32 hexadecimal digits.
    package let id: String
    /// Its unique name.
    package let name: String
    /// Its models, in the order in which they were attached.
    package let mappings: [GatewayMapping]
    /// Its tags, by key.
    package let tags: [KeyValue]
    /// How requests are spread, or nil.
    package let routingStrategy: String?
    /// What to do when the first model fails, or nil.
    package let fallback: Fallback?
    /// The experiment of its traces.
    package let experimentID: Int64?
    /// Whether its requests are to be traced.
    package let tracksUsage: Bool
    /// Who and when.
    package let audit: GatewayAudit

    init(row: SQLRow, mappings: [GatewayMapping], tags: [KeyValue]) throws {
        id = try row.text("endpoint_id")
        name = try row.text("name")
        self.mappings = mappings
        self.tags = tags
        routingStrategy = try row.optionalText("routing_strategy")
        fallback =
            try row.bool("has_fallback")
            ? Fallback(
                strategy: row.optionalText("fallback_strategy"),
                attempts: row.optionalInteger("fallback_attempts")
            ) : nil
        experimentID = try row.optionalInteger("experiment_id")
        tracksUsage = try row.bool("usage_tracking")
        audit = try GatewayAudit(row: row)
    }
}

/// What a client asks of a model's place in an endpoint.
package struct GatewayModelPlace: Sendable, Hashable {
    /// Whether a model answers first, or when others fail.
    package enum Linkage: String, Sendable, CaseIterable {
        case primary = "PRIMARY"
        case fallback = "FALLBACK"
    }

    /// The model.
    package let modelID: String
    /// When it answers.
    package let linkage: Linkage
    /// Its share among the primary models.
    package let weight: Double
    /// Its turn among the fallbacks.
    package let fallbackOrder: Int64?

    /// Makes a place.
    package init(modelID: String, linkage: Linkage, weight: Double = 1, fallbackOrder: Int64? = nil) {
        self.modelID = modelID
        self.linkage = linkage
        self.weight = weight
        self.fallbackOrder = fallbackOrder
    }
}

/// A model in its place in an endpoint.
package struct GatewayMapping: Sendable, Hashable {
    /// `m-` and 32 hexadecimal digits.
    package let id: String
    /// The endpoint.
    package let endpointID: String
    /// The place.
    package let place: GatewayModelPlace
    /// The model.
    package let model: GatewayModel
    /// Who attached it.
    package let createdBy: String?
    /// When.
    package let createdAt: Timestamp

    /// Columns of the mapping have the prefix `m_`.
    init(row: SQLRow) throws {
        id = try row.text("mapping_id")
        endpointID = try row.text("endpoint_id")
        place = GatewayModelPlace(
            modelID: try row.text("model_definition_id"),
            linkage: GatewayModelPlace.Linkage(rawValue: try row.text("linkage_type")) ?? .primary,
            weight: try row.real("weight"),
            fallbackOrder: try row.optionalInteger("fallback_order")
        )
        model = try GatewayModel(row: row)
        createdBy = try row.optionalText("m_created_by")
        createdAt = try row.time("m_created_at")
    }
}

/// A resource that uses an endpoint.
package struct GatewayBinding: Sendable, Hashable {
    /// The endpoint.
    package let endpointID: String
    /// The kind of resource: `scorer`.
    package let resourceType: String
    /// The resource.
    package let resourceID: String
    /// What people call it.
    package let displayName: String?
    /// Who and when.
    package let audit: GatewayAudit

    init(row: SQLRow) throws {
        endpointID = try row.text("endpoint_id")
        resourceType = try row.text("resource_type")
        resourceID = try row.text("resource_id")
        displayName = try row.optionalText("display_name")
        audit = try GatewayAudit(row: row)
    }
}
