import Primitives
import Storage

/// A search of models or versions as one SQL statement. Pages follow one another by key, not by offset: a row that appears
/// or goes while somebody reads moves no other, and page 1,000 costs what page 1 costs. Users' texts are always bound.
struct RegistrySearch: Sendable {
    private let head: String
    private let conditions: [SQLCondition]
    private let order: PageOrder

    static func models(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts: [SQLCondition] = []
        let clauses = try SearchFilter.parse(filter)
        let wantsPrompts = try asksForPrompts(clauses)
        for clause in clauses {
            if try isTag(clause) {
                if clause.key == RegistryStore.promptTag, !wantsPrompts { continue }
                parts.append(try tag(clause, "registered_model_tag", "t.model = x.name"))
            } else {
                guard clause.key == "name" else { throw invalidKey(clause.key, ["name"]) }
                parts.append(try text("x.name", clause))
            }
        }
        if !wantsPrompts { parts.append(notPrompt("x.name", "registered_model_tag")) }
        let terms = try ordering(
            order,
            [
                "name": "x.name", "timestamp": "x.last_update_time", "last_updated_timestamp": "x.last_update_time",
            ],
            kind: "order by",
            standard: [],
            last: [SortTerm("x.name")]
        )
        return RegistrySearch(head: "SELECT x.* FROM registered_model AS x", conditions: parts, order: terms)
    }

    static func versions(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts = [SQLCondition("x.stage <> 'Deleted_Internal'")]
        let columns = [
            "name": "x.model", "run_id": "x.run_id", "source_path": "x.source", "version_number": "x.version",
        ]
        let clauses = try SearchFilter.parse(filter)
        let wantsPrompts = try asksForPrompts(clauses)
        for clause in clauses {
            if try isTag(clause) {
                if clause.key == RegistryStore.promptTag, !wantsPrompts { continue }
                parts.append(try tag(clause, "model_version_tag", "t.model = x.model AND t.version = x.version"))
            } else {
                guard let column = columns[clause.key] else { throw invalidKey(clause.key, Array(columns.keys)) }
                parts.append(clause.key == "version_number" ? try number(column, clause) : try text(column, clause))
            }
        }
        if !wantsPrompts { parts.append(notPrompt("x.model", "model_version_tag")) }
        let terms = try ordering(
            order,
            [
                "name": "x.model", "version_number": "x.version", "creation_timestamp": "x.creation_time",
                "last_updated_timestamp": "x.last_update_time",
            ],
            kind: "attribute",
            standard: [SortTerm("x.last_update_time", ascending: false)],
            last: [SortTerm("x.model"), SortTerm("x.version", ascending: false)]
        )
        return RegistrySearch(head: "SELECT x.* FROM model_version AS x", conditions: parts, order: terms)
    }

    /// Reads one row more than a page, to know whether another follows.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a token that is not of this order.
    func page(_ maximum: Int, after token: String?, _ reader: any SQLReader) throws -> Page<SQLRow> {
        var condition = try order.condition(after: token)
        for part in conditions { condition.and(part) }
        let rows = try reader.query(
            "\(head) WHERE \(condition.sql) ORDER BY \(order.sql) LIMIT ?",
            condition.arguments + [.integer(Int64(maximum) + 1)]
        )
        return try order.page(rows, maximum: maximum)
    }

    static func check(page size: Int, upTo limit: Int) throws {
        if size < 1 {
            throw PlatformError.mlflowInvalid(
                "Invalid value for max_results. It must be a positive integer, but got \(size)"
            )
        }
        guard size > limit else { return }
        throw PlatformError.mlflowInvalid(
            "Invalid value for request parameter max_results. It must be at most \(limit), but got value \(size)"
        )
    }

    /// Prompts are seen only by searches that ask for them; the first clause about it decides.
    private static func asksForPrompts(_ clauses: [SearchClause]) throws -> Bool {
        for clause in clauses where try isTag(clause) && clause.key == RegistryStore.promptTag {
            guard case .text(let value) = clause.value else { return false }
            return (clause.comparator == .equal && value.lowercased() == "true")
                || (clause.comparator == .notEqual && value.lowercased() == "false")
        }
        return false
    }

    private static func isTag(_ clause: SearchClause) throws -> Bool {
        switch clause.entity {
        case nil, "attribute": return false
        case "tag", "tags": return true
        case let other?:
            throw PlatformError.mlflowInvalid(
                "Invalid entity type '\(other)'. Valid entity types are ('attribute', 'tag', 'tags')"
            )
        }
    }

    private static func tag(_ clause: SearchClause, _ table: String, _ join: String) throws -> SQLCondition {
        guard case .text = clause.value else {
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for tag (e.g. 'my-value'). Got value \(clause.value.written)"
            )
        }
        guard [.equal, .notEqual, .like, .caseInsensitiveLike].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid("Invalid comparator for tag: \(clause.comparator.rawValue)")
        }
        let inner = try text("t.value", clause)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM \(table) AS t WHERE \(join) AND t.key = ? AND \(inner.sql))",
            [.text(clause.key)] + inner.arguments
        )
    }

    private static func notPrompt(_ name: String, _ table: String) -> SQLCondition {
        SQLCondition(
            "\(name) NOT IN (SELECT t.model FROM \(table) AS t WHERE t.key = ? AND t.value = 'true')",
            [.text(RegistryStore.promptTag)]
        )
    }

    private static func text(_ column: String, _ clause: SearchClause) throws -> SQLCondition {
        switch (clause.comparator, clause.value) {
        case (.equal, .text(let value)): return SQLCondition("\(column) = ?", [.text(value)])
        case (.notEqual, .text(let value)): return SQLCondition("\(column) <> ?", [.text(value)])
        case (.like, .text(let value)): return SQLCondition("\(column) LIKE ?", [.text(value)])
        case (.caseInsensitiveLike, .text(let value)):
            return SQLCondition("LOWER(\(column)) LIKE LOWER(?)", [.text(value)])
        case (.in, .list(let values)) where clause.key == "name" || clause.key == "run_id",
            (.notIn, .list(let values)) where clause.key == "name" || clause.key == "run_id":
            let list = SQLCondition(column, anyOf: values.map(SQLValue.text))
            return clause.comparator == .in ? list : SQLCondition("NOT (\(list.sql))", list.arguments)
        case (.equal, _), (.notEqual, _), (.like, _), (.caseInsensitiveLike, _):
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value or a list of quoted string values for attributes. "
                    + "Got value \(clause.value.written)"
            )
        default:
            throw PlatformError.mlflowInvalid("Invalid comparator for attribute: \(clause.comparator.rawValue)")
        }
    }

    private static func number(_ column: String, _ clause: SearchClause) throws -> SQLCondition {
        guard [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid(
                "Invalid comparator for attribute \(clause.key): \(clause.comparator.rawValue)"
            )
        }
        let sign = clause.comparator == .notEqual ? "<>" : clause.comparator.rawValue
        switch clause.value {
        case .integer(let value): return SQLCondition("\(column) \(sign) ?", [.integer(value)])
        case .text(let text):
            if let value = Int64(text) { return SQLCondition("\(column) \(sign) ?", [.integer(value)]) }
        default: break
        }
        throw PlatformError.mlflowInvalid(
            "Invalid value for numeric attribute '\(clause.key)': \(clause.value.written)"
        )
    }

    private static func ordering(
        _ order: [String],
        _ columns: [String: String],
        kind: String,
        standard: [SortTerm],
        last: [SortTerm]
    ) throws -> PageOrder {
        var terms: [SortTerm] = []
        var seen: Set<String> = []
        for text in order.prefix(16) {
            let field = try SearchOrder.parse(text)
            guard field.entity == nil || field.entity == "attribute", let column = columns[field.key] else {
                throw invalidKey(field.key, Array(columns.keys), kind: kind)
            }
            guard seen.insert(column).inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            terms.append(SortTerm(column, ascending: field.ascending))
        }
        if terms.isEmpty {
            terms = standard
            seen.formUnion(standard.map(\.sql))
        }
        return PageOrder(terms + last.filter { !seen.contains($0.sql) })
    }

    private static func invalidKey(_ key: String, _ known: [String], kind: String = "attribute") -> PlatformError {
        PlatformError.mlflowInvalid(
            "Invalid \(kind) key '\(key)' specified. Valid keys are '\(known.sorted().joined(separator: "', '"))'"
        )
    }
}
