import Primitives
import Storage

extension LoggedModelStore {
    /// One field to order by: an attribute, or `metrics.NAME`, perhaps only as measured on one data set.
    package struct Order: Sendable {
        /// `creation_timestamp`, `name`, `metrics.accuracy`, …
        package let field: String
        /// Whether small values come first.
        package let ascending: Bool
        /// Only points measured on this data set.
        package let datasetName: String?
        /// Only points measured on the data set with this digest.
        package let datasetDigest: String?

        /// Describes a field.
        package init(field: String, ascending: Bool = true, datasetName: String? = nil, datasetDigest: String? = nil) {
            self.field = field
            self.ascending = ascending
            self.datasetName = datasetName
            self.datasetDigest = datasetDigest
        }
    }

    /// What a search asks for.
    package struct Query: Sendable {
        /// The experiments to look in.
        package let experiments: [Int64]
        /// Comparisons joined by AND.
        package let filter: String?
        /// Only models that were measured on one of these data sets: name and, perhaps, digest.
        package let datasets: [(name: String, digest: String?)]
        /// The order; the newest first by default.
        package let order: [Order]
        /// Models a page.
        package let maximum: Int
        /// The page token of the page before.
        package let token: String?

        /// Describes a search.
        package init(
            experiments: [Int64],
            filter: String? = nil,
            datasets: [(name: String, digest: String?)] = [],
            order: [Order] = [],
            maximum: Int = 50,
            token: String? = nil
        ) {
            self.experiments = experiments
            self.filter = filter
            self.datasets = datasets
            self.order = order
            self.maximum = maximum
            self.token = token
        }
    }

    /// One page of models.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func search(_ query: Query) async throws -> Page<LoggedModel> {
        try TrackingLimits.page(query.maximum)
        let offset = try OffsetToken.offset(of: query.token)
        let datasets = Self.datasets(query.datasets)
        var condition = SQLCondition("l.experiment_id", anyOf: query.experiments.map(SQLValue.integer))
        condition.and(SQLCondition("l.lifecycle_stage = 'active'"))
        let clauses = try SearchFilter.parse(query.filter)
        for clause in clauses { condition.and(try Self.condition(clause, datasets)) }
        if let datasets, !clauses.contains(where: { $0.entity == "metrics" }) {
            condition.and(
                SQLCondition(
                    "EXISTS (SELECT 1 FROM logged_model_metric AS m WHERE m.model_id = l.model_id AND \(datasets.sql))",
                    datasets.arguments
                )
            )
        }
        let ordering = try Self.ordering(query.order)
        let sql = "SELECT * FROM logged_model AS l WHERE \(condition.sql) ORDER BY \(ordering.sql) LIMIT ? OFFSET ?"
        let arguments =
            condition.arguments + ordering.arguments + [.integer(Int64(query.maximum) + 1), .integer(Int64(offset))]
        let maximum = query.maximum
        return try await database.read { reader in
            let rows = try reader.query(sql, arguments)
            let models = try rows.prefix(maximum).map { try Self.complete(LoggedModel(row: $0), reader) }
            return Page(elements: models, nextToken: rows.count > maximum ? OffsetToken.make(offset + maximum) : nil)
        }
    }

    private static func datasets(_ wanted: [(name: String, digest: String?)]) -> SQLCondition? {
        if wanted.isEmpty { return nil }
        let parts = wanted.map {
            $0.digest == nil ? "m.dataset_name = ?" : "(m.dataset_name = ? AND m.dataset_digest = ?)"
        }
        let arguments = wanted.flatMap { [SQLValue.text($0.name)] + ($0.digest.map { [SQLValue.text($0)] } ?? []) }
        return SQLCondition("(\(parts.joined(separator: " OR ")))", arguments)
    }

    private static let attributes = [
        "name": "name", "model_id": "model_id", "model_type": "model_type", "status": "status",
        "source_run_id": "source_run_id", "experiment_id": "experiment_id", "creation_timestamp": "creation_time",
        "creation_timestamp_ms": "creation_time", "creation_time": "creation_time",
        "last_updated_timestamp": "last_update_time", "last_updated_timestamp_ms": "last_update_time",
        "artifact_location": "artifact_location",
    ]

    private static func condition(_ clause: SearchClause, _ datasets: SQLCondition?) throws -> SQLCondition {
        switch clause.entity ?? "attributes" {
        case "attributes":
            guard let column = attributes[clause.key] else {
                throw SearchFields.invalidKey("attribute", clause.key, Set(attributes.keys))
            }
            if column.hasSuffix("_time") || column == "experiment_id" {
                return try SQLCondition.number("l.\(column)", clause)
            }
            if column == "status" { return try SQLCondition.text("l.status", status(clause), allowingLists: true) }
            return try SQLCondition.text("l.\(column)", clause, allowingLists: true)
        case "metrics":
            let value = try SQLCondition.number("m.value", clause)
            let only = datasets.map { " AND \($0.sql)" } ?? ""
            return SQLCondition(
                "EXISTS (SELECT 1 FROM logged_model_metric AS m WHERE m.model_id = l.model_id AND m.key = ? AND \(value.sql)"
                    + " AND m.is_nan = 0\(only))",
                [.text(clause.key)] + value.arguments + (datasets?.arguments ?? [])
            )
        case "params":
            return try SQLCondition.pair(table: "logged_model_param", owner: "model_id", of: "l.model_id", clause)
        case "tags":
            return try SQLCondition.pair(table: "logged_model_tag", owner: "model_id", of: "l.model_id", clause)
        case let other:
            throw PlatformError.mlflowInvalid(
                "Invalid entity type: '\(other)'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
            )
        }
    }

    /// `status = 'READY'` means `LOGGED_MODEL_READY`.
    private static func status(_ clause: SearchClause) -> SearchClause {
        guard case .text(let text) = clause.value, !text.hasPrefix("LOGGED_MODEL_"), clause.comparator != .like,
            clause.comparator != .caseInsensitiveLike
        else { return clause }
        return SearchClause(
            entity: clause.entity,
            key: clause.key,
            comparator: clause.comparator,
            value: .text("LOGGED_MODEL_\(text)")
        )
    }

    private static func ordering(_ order: [Order]) throws -> SQLCondition {
        var parts: [String] = []
        var arguments: [SQLValue] = []
        for field in order.prefix(16) {
            let direction = field.ascending ? "ASC" : "DESC"
            guard let dot = field.field.firstIndex(of: ".") else {
                guard let column = attributes[field.field] else {
                    throw PlatformError.mlflowInvalid("Invalid order by field name: \(field.field)")
                }
                parts.append("CASE WHEN l.\(column) IS NULL THEN 1 ELSE 0 END, l.\(column) \(direction)")
                continue
            }
            guard field.field[..<dot] == "metrics" else {
                throw PlatformError.mlflowInvalid(
                    "Invalid order by field name: \(field.field). Only metrics are supported."
                )
            }
            var only = ""
            var bound: [SQLValue] = [.text(String(field.field[field.field.index(after: dot)...]))]
            if let name = field.datasetName {
                only += " AND m.dataset_name = ?"
                bound.append(.text(name))
            }
            if let digest = field.datasetDigest {
                only += " AND m.dataset_digest = ?"
                bound.append(.text(digest))
            }
            let newest =
                "(SELECT m.value FROM logged_model_metric AS m WHERE m.model_id = l.model_id AND m.key = ?\(only) "
                + "ORDER BY m.timestamp DESC, m.step DESC, m.run_id LIMIT 1)"
            parts.append("CASE WHEN \(newest) IS NULL THEN 1 ELSE 0 END, \(newest) \(direction)")
            arguments += bound + bound
        }
        parts.append("l.creation_time DESC, l.model_id ASC")
        return SQLCondition(parts.joined(separator: ", "), arguments)
    }
}
