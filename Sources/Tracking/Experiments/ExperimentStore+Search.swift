import Primitives
import Storage

extension ExperimentStore {
    /// One page of experiments.
    ///
    /// - Parameters:
    ///   - filter: attributes `name`, `experiment_id`, `creation_time`, `last_update_time`, and tags.
    ///   - order: attributes with ASC or DESC; by default the newest first.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func search(
        filter: String?,
        order: [String],
        view: ViewType,
        maximum: Int,
        token: String?
    ) async throws -> Page<Experiment> {
        try TrackingLimits.page(maximum)
        let terms = try Self.ordering(order)
        let start = try SortPaging.start(of: token, count: terms.count)
        var condition = SQLCondition("lifecycle_stage", anyOf: view.stages)
        for clause in try SearchFilter.parse(filter) { condition.and(try Self.condition(clause)) }
        if case .after(let values) = start { condition.and(SortPaging.condition(terms, after: values)) }
        let columns = terms.enumerated().map { "\($1.sql) AS k\($0)" }.joined(separator: ", ")
        let sql =
            "SELECT e.*, \(columns) FROM experiment AS e WHERE \(condition.sql) "
            + "ORDER BY \(SortPaging.ordering(terms)) LIMIT ? OFFSET ?"
        let arguments = condition.arguments + [.integer(Int64(maximum) + 1), .integer(Int64(start.offset))]
        return try await database.read { reader in
            let rows = try reader.query(sql, arguments)
            let shown = rows.prefix(maximum)
            let tags = try Self.tags(of: shown.map { try $0.integer("experiment_id") }, reader)
            let found = try shown.map { row in
                try Experiment(row: row, tags: tags[row.integer("experiment_id")] ?? [])
            }
            guard rows.count > maximum, let last = shown.last else { return Page(elements: found, nextToken: nil) }
            let values = try terms.indices.map { try last.value("k\($0)") }
            return Page(elements: found, nextToken: SortPaging.token(after: values))
        }
    }

    /// The most experiments whose tags one statement loads.
    private static let experimentsPerStatement = 500

    /// The tags of several experiments, each by key.
    private static func tags(of ids: [Int64], _ reader: any SQLReader) throws -> [Int64: [KeyValue]] {
        var found: [Int64: [KeyValue]] = [:]
        for start in stride(from: 0, to: ids.count, by: experimentsPerStatement) {
            let some = ids[start..<min(start + experimentsPerStatement, ids.count)]
            let condition = SQLCondition("experiment_id", anyOf: some.map(SQLValue.integer))
            let rows = try reader.query(
                "SELECT experiment_id, key, value FROM experiment_tag WHERE \(condition.sql) ORDER BY experiment_id, key",
                condition.arguments
            )
            for row in rows {
                found[try row.integer("experiment_id"), default: []].append(
                    KeyValue(try row.text("key"), try row.text("value"))
                )
            }
        }
        return found
    }

    private static let attributes: Set<String> = ["name", "experiment_id", "creation_time", "last_update_time"]

    private static func condition(_ clause: SearchClause) throws -> SQLCondition {
        let testsNull = clause.comparator == .isNull || clause.comparator == .isNotNull
        if testsNull, clause.entity == nil || clause.entity == "attribute" {
            throw PlatformError.mlflowInvalid(
                "IS NULL / IS NOT NULL is only supported for tags, not for attribute '\(clause.key)'"
            )
        }
        switch clause.entity ?? "attribute" {
        case "attribute":
            guard attributes.contains(clause.key) else {
                throw SearchFields.invalidKey("attribute", clause.key, attributes)
            }
            switch clause.key {
            case "name": return try SQLCondition.text("e.name", clause)
            case "experiment_id":
                return try SQLCondition.number("e.experiment_id", asNumber(clause), allowingLists: true)
            default: return try SQLCondition.number("e.\(clause.key)", clause)
            }
        case "tag", "tags":
            return try SQLCondition.pair(table: "experiment_tag", owner: "experiment_id", of: "e.experiment_id", clause)
        case let other:
            throw PlatformError.mlflowInvalid(
                "Invalid entity type '\(other)'. Valid entity types are ('attribute', 'tag', 'tags')"
            )
        }
    }

    /// `experiment_id = '3'` and `experiment_id IN ('3', '4')` compare numbers, though they are written as texts.
    private static func asNumber(_ clause: SearchClause) throws -> SearchClause {
        guard [.equal, .notEqual, .in, .notIn].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid("Invalid comparator for experiment_id: \(clause.comparator.rawValue)")
        }
        switch clause.value {
        case .text(let text):
            return SearchClause(
                entity: nil,
                key: clause.key,
                comparator: clause.comparator,
                value: .integer(try number(text))
            )
        case .list(let texts):
            for text in texts { _ = try number(text) }
            return clause
        default:
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for attributes. Got value \(clause.value.written)"
            )
        }
    }

    private static func ordering(_ order: [String]) throws -> [SortTerm] {
        var terms: [SortTerm] = []
        var seen: Set<String> = []
        for text in order.isEmpty ? ["creation_time DESC", "experiment_id ASC"] : order {
            let field = try SearchOrder.parse(text)
            guard ["attribute", nil].contains(field.entity) else {
                throw PlatformError.mlflowInvalid("Invalid order_by entity: \(field.entity ?? "")")
            }
            guard attributes.contains(field.key) else {
                throw SearchFields.invalidKey("attribute", field.key, attributes)
            }
            if seen.insert(field.key).inserted {
                terms.append(SortTerm("e.\(field.key)", ascending: field.ascending))
            }
        }
        if !seen.contains("experiment_id") { terms.append(SortTerm("e.experiment_id", ascending: false)) }
        return terms
    }
}
