import Primitives
import Storage

/// Keeps registered scorers and their versions.
package struct ScorerStore: Sendable {
    /// The longest name, in characters.
    static let nameLength = 256

    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Registers the next version of a scorer.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`; `RESOURCE_DOES_NOT_EXIST` for an unknown experiment or gateway endpoint.
    package func register(_ name: String, experiment: Int64, serialized: String, actor: String) async throws
        -> ScorerVersion
    {
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw PlatformError.mlflowInvalid("Scorer name cannot be empty or contain only whitespace.")
        }
        try MLflowName.checkLength("name", name, upTo: Self.nameLength)
        let scorer = try SerializedScorer(serialized)
        let endpoint = try scorer.endpoint()
        let newID = identifiers()
        let bindingID = identifiers()
        let now = time.now()
        return try await database.write { transaction in
            try EvaluationSQL.requireActive(experiment: experiment, transaction)
            let stored = try Self.id(of: name, experiment, transaction)
            let id = stored ?? newID
            if stored == nil {
                try transaction.execute(
                    "INSERT INTO scorer (scorer_id, experiment_id, name) VALUES (?, ?, ?)",
                    [.text(id), .integer(experiment), .text(name)]
                )
            }
            var text = scorer.text
            if let endpoint {
                let endpointID = try Self.endpoint(named: endpoint, transaction)
                text = scorer.asking(endpoint: endpointID).text
                try Self.bind(id, named: name, to: endpointID, bindingID, now, in: transaction)
            }
            try transaction.execute(
                "INSERT INTO scorer_version (scorer_id, version, serialized, creation_time) VALUES "
                    + "(?, (SELECT COALESCE(MAX(version), 0) + 1 FROM scorer_version WHERE scorer_id = ?), ?, ?)",
                [.text(id), .text(id), .text(text), .time(now)]
            )
            let version = try Self.latest(id, transaction)
            try transaction.record(
                JournalEvent(
                    kind: "evaluation.scorer.registered",
                    subject: "scorer/\(id)",
                    actor: actor,
                    body: ["name": .string(name), "version": .integer(version.version)]
                )
            )
            return version
        }
    }

    /// The latest version of each scorer of one experiment, by name.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE` for a deleted experiment.
    package func list(experiment: Int64) async throws -> [ScorerVersion] {
        try await database.read { reader in
            try EvaluationSQL.requireActive(experiment: experiment, reader)
            return try Self.latest(SQLCondition("s.experiment_id = ?", [.integer(experiment)]), reader)
        }
    }

    /// The latest version of each scorer of some active experiments, by experiment and name; nil means all of them.
    package func list(experiments: [Int64]?) async throws -> [ScorerVersion] {
        let active = "s.experiment_id IN (SELECT experiment_id FROM experiment WHERE lifecycle_stage = 'active')"
        return try await database.read { reader in
            guard let experiments else { return try Self.latest(SQLCondition(active), reader) }
            return try EvaluationSQL.chunks(experiments.unique.sorted()).flatMap { part in
                var condition = SQLCondition("s.experiment_id", anyOf: part.map(SQLValue.integer))
                condition.and(SQLCondition(active))
                return try Self.latest(condition, reader)
            }
        }
    }

    /// Every version of a scorer, oldest first.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func versions(of name: String, experiment: Int64) async throws -> [ScorerVersion] {
        try await database.read { reader in
            try EvaluationSQL.requireActive(experiment: experiment, reader)
            let found = try Self.load(
                SQLCondition("s.experiment_id = ? AND s.name = ?", [.integer(experiment), .text(name)]),
                order: "v.version",
                reader
            )
            if found.isEmpty { throw Self.missing(name, nil, experiment) }
            return found
        }
    }

    /// One version of a scorer, or its latest.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ name: String, experiment: Int64, version: Int64?) async throws -> ScorerVersion {
        try await database.read { reader in
            try EvaluationSQL.requireActive(experiment: experiment, reader)
            var condition = SQLCondition("s.experiment_id = ? AND s.name = ?", [.integer(experiment), .text(name)])
            if let version { condition.and(SQLCondition("v.version = ?", [.integer(version)])) }
            let known = try Self.id(of: name, experiment, reader) != nil
            guard let found = try Self.load(condition, order: "v.version DESC LIMIT 1", reader).first else {
                throw Self.missing(name, known ? version : nil, experiment)
            }
            return found
        }
    }

    /// Deletes one version of a scorer, or the scorer with all of them.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_STATE` while a guardrail uses it.
    package func delete(_ name: String, experiment: Int64, version: Int64?, actor: String) async throws {
        try await database.write { transaction in
            try EvaluationSQL.requireActive(experiment: experiment, transaction)
            guard let id = try Self.id(of: name, experiment, transaction) else {
                throw Self.missing(name, nil, experiment)
            }
            try Self.requireUnguarded(id, version, transaction)
            if let version {
                let count = try transaction.execute(
                    "DELETE FROM scorer_version WHERE scorer_id = ? AND version = ?",
                    [.text(id), .integer(version)]
                )
                if count == 0 { throw Self.missing(name, version, experiment) }
            } else {
                try transaction.execute(
                    "DELETE FROM gateway_binding WHERE resource_type = 'scorer' AND resource_id = ?",
                    [.text(id)]
                )
                try transaction.execute("DELETE FROM scorer WHERE scorer_id = ?", [.text(id)])
            }
            try transaction.record(
                JournalEvent(
                    kind: "evaluation.scorer.deleted",
                    subject: "scorer/\(id)",
                    actor: actor,
                    body: ["name": .string(name), "version": version.map(JSONValue.integer) ?? .null]
                )
            )
        }
    }
}

extension ScorerStore {
    static func id(of name: String, _ experiment: Int64, _ reader: any SQLReader) throws -> String? {
        try reader.first(
            "SELECT scorer_id FROM scorer WHERE experiment_id = ? AND name = ?",
            [.integer(experiment), .text(name)]
        )?.text("scorer_id")
    }

    static func missing(_ name: String, _ version: Int64?, _ experiment: Int64) -> PlatformError {
        let which = version.map { " and version \($0)" } ?? ""
        return PlatformError.mlflowMissing(
            "Scorer with name '\(name)'\(which) not found for experiment \(experiment)."
        )
    }

    private static func latest(_ id: String, _ reader: any SQLReader) throws -> ScorerVersion {
        guard let found = try latest(SQLCondition("s.scorer_id = ?", [.text(id)]), reader).first else {
            throw PlatformError.mlflowMissing("Scorer with ID '\(id)' not found.")
        }
        return found
    }

    private static func latest(_ condition: SQLCondition, _ reader: any SQLReader) throws -> [ScorerVersion] {
        var condition = condition
        condition.and(
            SQLCondition("v.version = (SELECT MAX(m.version) FROM scorer_version AS m WHERE m.scorer_id = s.scorer_id)")
        )
        return try load(condition, order: "s.experiment_id, s.name", reader)
    }

    private static func load(_ condition: SQLCondition, order: String, _ reader: any SQLReader) throws
        -> [ScorerVersion]
    {
        let rows = try reader.query(
            "SELECT s.scorer_id, s.experiment_id, s.name, v.version, v.serialized, v.creation_time FROM scorer AS s "
                + "JOIN scorer_version AS v ON v.scorer_id = s.scorer_id WHERE \(condition.sql) ORDER BY \(order)",
            condition.arguments
        )
        let asksGateway = try rows.contains { try $0.text("serialized").contains("gateway:/") }
        let names = asksGateway ? try endpointNames(reader) : [:]
        return try rows.map { try ScorerVersion(row: $0, endpointNames: names) }
    }

    static func endpointNames(_ reader: any SQLReader) throws -> [String: String] {
        try reader.query("SELECT endpoint_id, name FROM gateway_endpoint").reduce(into: [:]) { names, row in
            names[try row.text("endpoint_id")] = try row.text("name")
        }
    }

    /// A guardrail's scorer must stay: deleting it would take the guard away unseen.
    private static func requireUnguarded(_ id: String, _ version: Int64?, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT name FROM gateway_guardrail WHERE scorer_id = ? AND scorer_version = COALESCE(?, scorer_version) LIMIT 1",
            [.text(id), .optional(version)]
        )
        guard let row else { return }
        throw PlatformError(
            .mlflowInvalidState,
            "Cannot delete a scorer that the guardrail '\(try row.text("name"))' uses. Delete the guardrail first."
        )
    }

    private static func endpoint(named name: String, _ reader: any SQLReader) throws -> String {
        guard let row = try reader.first("SELECT endpoint_id FROM gateway_endpoint WHERE name = ?", [.text(name)])
        else {
            throw PlatformError.mlflowMissing("GatewayEndpoint not found (name='\(name)')")
        }
        return try row.text("endpoint_id")
    }

    private static func bind(
        _ scorer: String,
        named name: String,
        to endpoint: String,
        _ id: String,
        _ now: Timestamp,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "DELETE FROM gateway_binding WHERE resource_type = 'scorer' AND resource_id = ?",
            [.text(scorer)]
        )
        try transaction.execute(
            "INSERT INTO gateway_binding (endpoint_id, resource_type, resource_id, display_name, created_at, last_updated_at) "
                + "VALUES (?, 'scorer', ?, ?, ?, ?)",
            [.text(endpoint), .text(scorer), .text(name), .time(now), .time(now)]
        )
    }
}
