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
        let offset = try OffsetToken.offset(of: token)
        var condition = SQLCondition("lifecycle_stage", anyOf: view.stages)
        for clause in try SearchFilter.parse(filter) { condition.and(try Self.condition(clause)) }
        let ordering = try Self.ordering(order)
        let sql = "SELECT * FROM experiment AS e WHERE \(condition.sql) ORDER BY \(ordering) LIMIT ? OFFSET ?"
        let arguments = condition.arguments + [.integer(Int64(maximum) + 1), .integer(Int64(offset))]
        let found = try await database.read { reader in
            try reader.query(sql, arguments).map { row in
                try Experiment(row: row, tags: Self.tags(of: row.integer("experiment_id"), reader))
            }
        }
        let more = found.count > maximum
        return Page(elements: Array(found.prefix(maximum)), nextToken: more ? OffsetToken.make(offset + maximum) : nil)
    }

    private static let attributes: Set<String> = ["name", "experiment_id", "creation_time", "last_update_time"]

    private static func condition(_ clause: SearchClause) throws -> SQLCondition {
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

    private static func ordering(_ order: [String]) throws -> String {
        var parts: [String] = []
        var seen: Set<String> = []
        for text in order {
            let field = try SearchOrder.parse(text)
            guard ["attribute", nil].contains(field.entity) else {
                throw PlatformError.mlflowInvalid("Invalid order_by entity: \(field.entity ?? "")")
            }
            guard attributes.contains(field.key) else {
                throw SearchFields.invalidKey("attribute", field.key, attributes)
            }
            if seen.insert(field.key).inserted { parts.append("e.\(field.key) \(field.ascending ? "ASC" : "DESC")") }
        }
        if parts.isEmpty { parts.append("e.creation_time DESC") }
        if !seen.contains("experiment_id") { parts.append("e.experiment_id DESC") }
        return parts.joined(separator: ", ")
    }
}
