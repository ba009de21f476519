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
    /// - Throws: `INVALID_PARAMETER_VALUE`, also for a page token of another search.
    package func search(_ query: Query) async throws -> Page<LoggedModel> {
        try TrackingLimits.page(query.maximum)
        let datasets = Self.datasets(query.datasets)
        var condition = SQLCondition("l.experiment_id", anyOf: query.experiments.map(SQLValue.integer))
        condition.and(SQLCondition("l.lifecycle_stage = 'active'"))
        let clauses = try Self.clauses(query.filter)
        for clause in clauses { condition.and(try Self.condition(clause, datasets)) }
        if let datasets, !clauses.contains(where: { $0.entity == "metrics" }) {
            condition.and(
                SQLCondition(
                    "EXISTS (SELECT 1 FROM logged_model_metric AS m WHERE m.model_id = l.model_id AND \(datasets.sql))",
                    datasets.arguments
                )
            )
        }
        let ordering = try LoggedModelOrdering(query.order)
        let token = LoggedModelToken(query)
        let start = try token.start(of: query.token, count: ordering.terms.count)
        var after = SQLCondition("1 = 1")
        if case .after(let values) = start { after = SortPaging.condition(ordering.terms, after: values) }
        let sql =
            "SELECT * FROM (SELECT l.*, \(ordering.columns.sql) FROM logged_model AS l WHERE \(condition.sql)) AS s "
            + "WHERE \(after.sql) ORDER BY \(SortPaging.ordering(ordering.terms)) LIMIT ? OFFSET ?"
        let arguments =
            ordering.columns.arguments + condition.arguments + after.arguments
            + [.integer(Int64(query.maximum) + 1), .integer(Int64(start.offset))]
        let maximum = query.maximum
        return try await database.read { reader in
            let rows = try reader.query(sql, arguments)
            let shown = rows.prefix(maximum)
            let models = try Self.complete(shown.map(LoggedModel.init(row:)), reader)
            guard rows.count > maximum, let last = shown.last else { return Page(elements: models, nextToken: nil) }
            let values = try ordering.terms.map { try last.value($0.sql) }
            return Page(elements: models, nextToken: token.make(after: values))
        }
    }

    /// The comparisons of a filter.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` that begins with "Invalid filter string".
    private static func clauses(_ filter: String?) throws -> [SearchClause] {
        do {
            return try SearchFilter.parse(filter)
        } catch let error as PlatformError {
            throw PlatformError.mlflowInvalid(
                "Invalid filter string: '\((filter ?? "").prefix(500))'. Expected a list of comparisons separated by 'AND' "
                    + "(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01'). \(error.message)"
            )
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

    static let attributes = [
        "name": "name", "model_id": "model_id", "model_type": "model_type", "status": "status",
        "source_run_id": "source_run_id", "experiment_id": "experiment_id", "creation_timestamp": "creation_time",
        "creation_timestamp_ms": "creation_time", "creation_time": "creation_time",
        "last_updated_timestamp": "last_update_time", "last_updated_timestamp_ms": "last_update_time",
        "artifact_location": "artifact_location",
    ]

    private static func condition(_ clause: SearchClause, _ datasets: SQLCondition?) throws -> SQLCondition {
        try checkOperator(clause)
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
            return try pair("logged_model_param", clause)
        case "tags": return try pair("logged_model_tag", clause)
        case let other:
            throw PlatformError.mlflowInvalid(
                "Invalid entity type: '\(other)'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
            )
        }
    }

    /// A comparison of the value of a tag or param, also with a list.
    private static func pair(_ table: String, _ clause: SearchClause) throws -> SQLCondition {
        let inner = try SQLCondition.text("p.value", clause, allowingLists: true)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM \(table) AS p WHERE p.model_id = l.model_id AND p.key = ? AND \(inner.sql))",
            [.text(clause.key)] + inner.arguments
        )
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

    private static func checkOperator(_ clause: SearchClause) throws {
        let column = attributes[clause.key] ?? ""
        let isAttribute = (clause.entity ?? "attributes") == "attributes"
        let isNumber =
            clause.entity == "metrics" || (isAttribute && (column.hasSuffix("_time") || column == "experiment_id"))
        let numeric: [SearchComparator] = [.less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual]
        let textual: [SearchComparator] = [.equal, .notEqual, .like, .caseInsensitiveLike, .in, .notIn]
        guard ["attributes", "metrics", "params", "tags"].contains(clause.entity ?? "attributes"),
            !(isNumber ? numeric : textual).contains(clause.comparator)
        else { return }
        throw PlatformError.mlflowInvalid(
            "Invalid comparison operator for \(clause.entity ?? "attributes").\(clause.key): '\(clause.comparator.rawValue)'. "
                + "Expected one of \((isNumber ? numeric : textual).map(\.rawValue))"
        )
    }
}
