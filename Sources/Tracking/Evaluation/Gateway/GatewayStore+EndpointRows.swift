import Primitives
import Storage

extension GatewayStore {
    static func endpoint(_ column: String, _ value: String, _ reader: any SQLReader) throws -> GatewayEndpoint {
        let rows = try reader.query("SELECT * FROM gateway_endpoint WHERE \(column) = ?", [.text(value)])
        guard let found = try endpoints(rows, reader).first else { throw missing("GatewayEndpoint", [(column, value)]) }
        return found
    }

    /// Endpoints with their models and tags: two queries for a hundred.
    static func endpoints(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [GatewayEndpoint] {
        let ids = try rows.map { try $0.text("endpoint_id") }
        let mappings = try mappings(of: ids, reader)
        let tags = try EvaluationSQL.rows(
            "SELECT endpoint_id, key, value FROM gateway_endpoint_tag WHERE ",
            "endpoint_id",
            ids.map(SQLValue.text),
            reader
        ).reduce(into: [String: [KeyValue]]()) { tags, row in
            tags[try row.text("endpoint_id"), default: []].append(KeyValue(try row.text("key"), try row.text("value")))
        }
        return try zip(rows, ids).map { row, id in
            try GatewayEndpoint(row: row, mappings: mappings[id] ?? [], tags: tags[id] ?? [])
        }
    }

    /// The models of some endpoints, by endpoint, in the order in which they were attached.
    static func mappings(of ids: [String], _ reader: any SQLReader) throws -> [String: [GatewayMapping]] {
        let rows = try EvaluationSQL.rows(
            "SELECT m.mapping_id, m.endpoint_id, m.position, m.weight, m.linkage_type, m.fallback_order, "
                + "m.created_by AS m_created_by, m.created_at AS m_created_at, d.model_definition_id, d.name, d.secret_id, "
                + "d.provider, d.model_name, d.created_by, d.created_at, d.last_updated_by, d.last_updated_at, "
                + "s.name AS secret_name FROM gateway_mapping AS m "
                + "JOIN gateway_model AS d ON d.model_definition_id = m.model_definition_id "
                + "LEFT JOIN gateway_secret AS s ON s.secret_id = d.secret_id WHERE ",
            "m.endpoint_id",
            ids.map(SQLValue.text),
            reader
        )
        let ordered = try rows.map { (try $0.integer("position"), try GatewayMapping(row: $0)) }
            .sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }
        return Dictionary(grouping: ordered.map(\.1), by: \.endpointID)
    }

    /// Inserts the rows of `mappingRows`, whose position is filled in here.
    static func insert(_ rows: [[SQLValue]], after count: Int = 0, in transaction: any SQLTransaction) throws {
        try EvaluationSQL.insert(
            "INSERT INTO gateway_mapping (mapping_id, endpoint_id, model_definition_id, weight, linkage_type, "
                + "fallback_order, created_by, created_at, position)",
            rows.enumerated().map { $1 + [.integer(Int64(count + $0))] },
            in: transaction
        )
    }

    /// The name of an endpoint that must exist.
    @discardableResult
    static func requireEndpoint(_ id: String, called what: String = "GatewayEndpoint", _ reader: any SQLReader) throws
        -> String
    {
        guard let row = try reader.first("SELECT name FROM gateway_endpoint WHERE endpoint_id = ?", [.text(id)]) else {
            throw missing(what, [("endpoint_id", id)])
        }
        return try row.text("name")
    }

    static func requireFree(endpoint name: String, except id: String, _ reader: any SQLReader) throws {
        let taken = try reader.first(
            "SELECT 1 AS found FROM gateway_endpoint WHERE name = ? AND endpoint_id <> ?",
            [.text(name), .text(id)]
        )
        if taken != nil {
            throw PlatformError(.mlflowAlreadyExists, "Endpoint with name '\(name)' already exists")
        }
    }

    static func require(models places: [GatewayModelPlace], _ reader: any SQLReader) throws {
        let ids = places.map(\.modelID).unique
        let known = try EvaluationSQL.rows(
            "SELECT model_definition_id FROM gateway_model WHERE ",
            "model_definition_id",
            ids.map(SQLValue.text),
            reader
        ).map { try $0.text("model_definition_id") }
        let missing = ids.filter { !known.contains($0) }
        if !missing.isEmpty {
            throw PlatformError.mlflowMissing("Model definitions not found: \(missing.joined(separator: ", "))")
        }
    }

    static func checked(name: String) throws -> String {
        if name.isEmpty { throw MLflowName.missing("name") }
        let isGood = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        }
        guard isGood else {
            throw PlatformError.mlflowInvalid(
                "Invalid endpoint name '\(name.prefix(300))'. "
                    + "Name can only contain letters, numbers, underscores, hyphens, and dots."
            )
        }
        try MLflowName.checkLength("name", name, upTo: nameLength)
        return name
    }

    static func check(_ places: [GatewayModelPlace]) throws {
        guard places.count <= placeCount else {
            throw PlatformError.mlflowInvalid("An endpoint may have at most \(placeCount) models.")
        }
        guard places.allSatisfy({ $0.weight.isFinite && $0.weight >= 0 }) else {
            throw PlatformError.mlflowInvalid("The weight of a model must be a number from 0.")
        }
        guard places.map({ "\($0.modelID) \($0.linkage)" }).unique.count == places.count else {
            throw PlatformError.mlflowInvalid("A model may stand only once under each linkage type.")
        }
    }
}
