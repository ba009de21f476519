import Primitives
import Storage

extension EvaluationDatasetStore {
    /// One page of data sets.
    ///
    /// - Parameters:
    ///   - experiments: those that belong to one of these; all for none.
    ///   - filter: `name`, `created_time`, `last_update_time`, `created_by`, `last_updated_by` and tags.
    ///   - order: `name`, `created_time` or `last_update_time` with ASC or DESC; by default the newest first.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func search(
        experiments: [Int64],
        filter: String?,
        order: [String],
        maximum: Int,
        token: String?
    ) async throws -> Page<EvaluationDataset> {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = try Self.pageOrder(order)
        var condition = try pageOrder.condition(after: token)
        if !experiments.isEmpty {
            let list = SQLCondition("x.experiment_id", anyOf: experiments.unique.map(SQLValue.integer))
            condition.and(
                SQLCondition(
                    "EXISTS (SELECT 1 FROM evaluation_dataset_experiment AS x "
                        + "WHERE x.dataset_id = evaluation_dataset.dataset_id AND \(list.sql))",
                    list.arguments
                )
            )
        }
        for clause in try SearchFilter.parse(filter) { condition.and(try Self.condition(clause)) }
        let sql = "SELECT * FROM evaluation_dataset WHERE \(condition.sql) ORDER BY \(pageOrder.sql) LIMIT ?"
        let arguments = condition.arguments + [.integer(Int64(maximum) + 1)]
        return try await database.read { reader in
            let page = try pageOrder.page(reader.query(sql, arguments), maximum: maximum)
            let tags = try Self.tags(of: page.elements.map { try $0.text("dataset_id") }, reader)
            return Page(
                elements: try page.elements.map {
                    try EvaluationDataset(row: $0, tags: tags[$0.text("dataset_id")] ?? [])
                },
                nextToken: page.nextToken
            )
        }
    }

    private static let numbers: Set<String> = ["created_time", "last_update_time"]
    private static let attributes: Set<String> = numbers.union(["name", "created_by", "last_updated_by"])
    private static let orderable: Set<String> = numbers.union(["name"])

    private static func condition(_ clause: SearchClause) throws -> SQLCondition {
        switch clause.entity {
        case nil:
            guard attributes.contains(clause.key) else { throw unknown(clause.key, attributes) }
            if numbers.contains(clause.key) { return try number(clause) }
            if case .list = clause.value, clause.key != "name" || clause.comparator != .in {
                throw PlatformError.mlflowInvalid(
                    "List values for 'name' are only supported with the IN comparator."
                )
            }
            return try SQLCondition.text(clause.key, clause, allowingLists: true)
        case "tags"?:
            guard [.equal, .notEqual, .like, .caseInsensitiveLike].contains(clause.comparator) else {
                throw PlatformError.mlflowInvalid("Invalid comparator for tag: \(clause.comparator.rawValue)")
            }
            return try SQLCondition.pair(
                table: "evaluation_dataset_tag",
                owner: "dataset_id",
                of: "evaluation_dataset.dataset_id",
                clause
            )
        case let other?: throw PlatformError.mlflowInvalid("Invalid identifier token '\(other)' specified")
        }
    }

    /// A time may be written as a number or as a quoted one.
    private static func number(_ clause: SearchClause) throws -> SQLCondition {
        let value: Int64
        switch clause.value {
        case .integer(let number): value = number
        case .text(let text):
            guard let number = Int64(text) else { fallthrough }
            value = number
        default:
            throw PlatformError.mlflowInvalid(
                "Invalid value for numeric attribute '\(clause.key)': \(clause.value.written)"
            )
        }
        return try SQLCondition.number(
            clause.key,
            SearchClause(entity: nil, key: clause.key, comparator: clause.comparator, value: .integer(value))
        )
    }

    private static func pageOrder(_ order: [String]) throws -> PageOrder {
        var terms: [SortTerm] = []
        for text in order.isEmpty ? ["created_time DESC"] : order {
            let field = try SearchOrder.parse(text)
            guard field.entity == nil, orderable.contains(field.key) else { throw unknown(field.key, orderable) }
            if terms.contains(where: { $0.sql == field.key }) { continue }
            terms.append(SortTerm(field.key, ascending: field.ascending))
        }
        return PageOrder(terms + [SortTerm("dataset_id", ascending: false)])
    }

    private static func unknown(_ key: String, _ known: Set<String>) -> PlatformError {
        let list = known.sorted().map { "'\($0)'" }.joined(separator: ", ")
        return PlatformError.mlflowInvalid("Invalid attribute key '\(key)' specified. Valid keys are: {\(list)}")
    }
}
