import Primitives
import Storage

/// A search of models or versions as one SQL statement that ends in LIMIT and OFFSET. Users' texts are always bound.
struct RegistrySearch: Sendable {
    let sql: String
    let arguments: [SQLValue]

    /// The tag that marks a model as a prompt; prompts are seen only by searches that ask for them.
    private static let promptTag = "mlflow.prompt.is_prompt"

    static func models(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts: [(String, [SQLValue])] = []
        var asksForPrompts = false
        for clause in try SearchFilter.parse(filter) {
            if try isTag(clause) {
                asksForPrompts = asksForPrompts || clause.key == promptTag
                parts.append(try tag(clause, "registered_model_tag", "t.model = m.name"))
            } else {
                guard clause.key == "name" else { throw invalidKey(clause.key, ["name"]) }
                parts.append(try text("m.name", clause))
            }
        }
        if !asksForPrompts { parts.append(notPrompt("m.name")) }
        let terms = try ordering(
            order,
            [
                "name": "m.name", "timestamp": "m.last_update_time", "creation_timestamp": "m.creation_time",
                "last_updated_timestamp": "m.last_update_time",
            ],
            last: [("name", "m.name ASC")]
        )
        return make("SELECT m.name FROM registered_model AS m", parts, terms)
    }

    static func versions(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts: [(String, [SQLValue])] = [("v.stage <> 'Deleted_Internal'", [])]
        var asksForPrompts = false
        let columns = [
            "name": "v.model", "run_id": "v.run_id", "source_path": "v.source", "version_number": "v.version",
        ]
        for clause in try SearchFilter.parse(filter) {
            if try isTag(clause) {
                asksForPrompts = asksForPrompts || clause.key == promptTag
                parts.append(try tag(clause, "model_version_tag", "t.model = v.model AND t.version = v.version"))
            } else {
                guard let column = columns[clause.key] else { throw invalidKey(clause.key, Array(columns.keys)) }
                parts.append(clause.key == "version_number" ? try number(column, clause) : try text(column, clause))
            }
        }
        if !asksForPrompts { parts.append(notPrompt("v.model")) }
        let terms = try ordering(
            order,
            [
                "name": "v.model", "version_number": "v.version", "creation_timestamp": "v.creation_time",
                "last_updated_timestamp": "v.last_update_time",
            ],
            standard: "v.last_update_time DESC",
            last: [("name", "v.model ASC"), ("version_number", "v.version DESC")]
        )
        return make("SELECT v.* FROM model_version AS v", parts, terms)
    }

    static func page(_ size: Int, upTo limit: Int) throws {
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

    private static func make(_ head: String, _ parts: [(String, [SQLValue])], _ terms: String) -> RegistrySearch {
        let condition = parts.map(\.0).joined(separator: " AND ")
        return RegistrySearch(
            sql: "\(head) WHERE \(condition) ORDER BY \(terms) LIMIT ? OFFSET ?",
            arguments: parts.flatMap(\.1)
        )
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

    private static func tag(_ clause: SearchClause, _ table: String, _ join: String) throws -> (String, [SQLValue]) {
        let inner = try text("t.value", clause)
        let exists = "EXISTS (SELECT 1 FROM \(table) AS t WHERE \(join) AND t.key = ? AND \(inner.0))"
        let absentCounts =
            clause.key == promptTag
            && ((clause.comparator == .equal && clause.value == .text("false"))
                || (clause.comparator == .notEqual && clause.value == .text("true")))
        if absentCounts {
            let none = "NOT EXISTS (SELECT 1 FROM \(table) AS t WHERE \(join) AND t.key = ?)"
            return ("(\(exists) OR \(none))", [.text(clause.key)] + inner.1 + [.text(clause.key)])
        }
        return (exists, [.text(clause.key)] + inner.1)
    }

    private static func notPrompt(_ name: String) -> (String, [SQLValue]) {
        (
            "NOT EXISTS (SELECT 1 FROM registered_model_tag AS t WHERE t.model = \(name) AND t.key = ? AND t.value = 'true')",
            [.text(promptTag)]
        )
    }

    private static func text(_ column: String, _ clause: SearchClause) throws -> (String, [SQLValue]) {
        switch (clause.comparator, clause.value) {
        case (.equal, .text(let value)): return ("\(column) = ?", [.text(value)])
        case (.notEqual, .text(let value)): return ("\(column) <> ?", [.text(value)])
        case (.like, .text(let value)): return ("\(column) LIKE ?", [.text(value)])
        case (.caseInsensitiveLike, .text(let value)): return ("LOWER(\(column)) LIKE LOWER(?)", [.text(value)])
        case (.in, .list(let values)) where clause.key == "name" || clause.key == "run_id",
            (.notIn, .list(let values)) where clause.key == "name" || clause.key == "run_id":
            let list = "\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
            return (clause.comparator == .in ? list : "NOT (\(list))", values.map(SQLValue.text))
        case (.equal, _), (.notEqual, _), (.like, _), (.caseInsensitiveLike, _):
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value or a list of quoted string values for attributes. "
                    + "Got value \(clause.value.written)"
            )
        default:
            throw PlatformError.mlflowInvalid("Invalid comparator for attribute: \(clause.comparator.rawValue)")
        }
    }

    private static func number(_ column: String, _ clause: SearchClause) throws -> (String, [SQLValue]) {
        guard [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid(
                "Invalid comparator for attribute \(clause.key): \(clause.comparator.rawValue)"
            )
        }
        let sign = clause.comparator == .notEqual ? "<>" : clause.comparator.rawValue
        switch clause.value {
        case .integer(let value): return ("\(column) \(sign) ?", [.integer(value)])
        case .text(let text):
            if let value = Int64(text) { return ("\(column) \(sign) ?", [.integer(value)]) }
        default: break
        }
        throw PlatformError.mlflowInvalid(
            "Invalid value for numeric attribute '\(clause.key)': \(clause.value.written)"
        )
    }

    private static func ordering(
        _ order: [String],
        _ columns: [String: String],
        standard: String? = nil,
        last: [(String, String)]
    ) throws -> String {
        var parts: [String] = []
        var seen: Set<String> = []
        for text in order.prefix(16) {
            let field = try SearchOrder.parse(text)
            guard field.entity == nil || field.entity == "attribute", let column = columns[field.key] else {
                throw PlatformError.mlflowInvalid(
                    "Invalid order by key '\(field.key)' specified. Valid keys are '\(columns.keys.sorted().joined(separator: "', '"))'"
                )
            }
            guard seen.insert(field.key).inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            parts.append("\(column) \(field.ascending ? "ASC" : "DESC")")
        }
        if parts.isEmpty, let standard { parts.append(standard) }
        parts += last.filter { !seen.contains($0.0) }.map(\.1)
        return parts.joined(separator: ", ")
    }

    private static func invalidKey(_ key: String, _ known: [String]) -> PlatformError {
        PlatformError.mlflowInvalid(
            "Invalid attribute key '\(key)' specified. Valid keys are '\(known.sorted().joined(separator: "', '"))'"
        )
    }
}
