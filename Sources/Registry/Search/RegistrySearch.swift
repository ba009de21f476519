import Primitives
import Storage

/// A search of models or versions as one SQL statement. Pages follow one another by key, not by offset: a row that appears
/// or goes while somebody reads moves no other, and page 1,000 costs what page 1 costs. Users' texts are always bound.
struct RegistrySearch: Sendable {
    /// One field of the order: which column, and which way.
    struct Term: Sendable, Hashable {
        let column: String
        let ascending: Bool
    }

    private let head: String
    private let conditions: [(sql: String, arguments: [SQLValue])]
    private let terms: [Term]

    static func models(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts: [(String, [SQLValue])] = []
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
                "name": "name", "timestamp": "last_update_time", "last_updated_timestamp": "last_update_time",
            ],
            kind: "order by",
            standard: [],
            last: [Term(column: "name", ascending: true)]
        )
        return RegistrySearch(head: "SELECT x.* FROM registered_model AS x", conditions: parts, terms: terms)
    }

    static func versions(_ filter: String?, _ order: [String]) throws -> RegistrySearch {
        var parts: [(String, [SQLValue])] = [("x.stage <> 'Deleted_Internal'", [])]
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
                "name": "model", "version_number": "version", "creation_timestamp": "creation_time",
                "last_updated_timestamp": "last_update_time",
            ],
            kind: "attribute",
            standard: [Term(column: "last_update_time", ascending: false)],
            last: [Term(column: "model", ascending: true), Term(column: "version", ascending: false)]
        )
        return RegistrySearch(head: "SELECT x.* FROM model_version AS x", conditions: parts, terms: terms)
    }

    /// Reads one row more than a page, to know whether another follows.
    ///
    /// - Returns: the page's rows, and the token of the next page.
    /// - Throws: `INVALID_PARAMETER_VALUE` for a token that is not of this order.
    func page(_ maximum: Int, after token: String?, _ reader: any SQLReader) throws -> (rows: [SQLRow], next: String?) {
        var parts = conditions
        let keys = KeysetToken(terms: terms.map { "\($0.column)\($0.ascending ? "+" : "-")" })
        if let token, !token.isEmpty { parts.append(after(try keys.values(of: token))) }
        let found = try reader.query(
            "\(head) WHERE \(parts.map(\.sql).joined(separator: " AND ")) ORDER BY "
                + terms.map { "x.\($0.column) \($0.ascending ? "ASC" : "DESC")" }.joined(separator: ", ") + " LIMIT ?",
            parts.flatMap(\.arguments) + [.integer(Int64(maximum) + 1)]
        )
        let rows = Array(found.prefix(maximum))
        guard found.count > maximum, let last = rows.last else { return (rows, nil) }
        return (rows, try keys.make(terms.map { try last.value($0.column) }))
    }

    /// The rows after one whose fields are these: the first field that differs decides.
    private func after(_ values: [SQLValue]) -> (sql: String, arguments: [SQLValue]) {
        var options: [String] = []
        var arguments: [SQLValue] = []
        for (index, term) in terms.enumerated() {
            let equal = terms[..<index].map { "x.\($0.column) = ?" }
            options.append((equal + ["x.\(term.column) \(term.ascending ? ">" : "<") ?"]).joined(separator: " AND "))
            arguments += values[...index]
        }
        let first = terms[0]
        // The first field's bound by itself lets an index find the place.
        let bound = "x.\(first.column) \(first.ascending ? ">=" : "<=") ?"
        return ("\(bound) AND (\(options.map { "(\($0))" }.joined(separator: " OR ")))", [values[0]] + arguments)
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

    private static func tag(_ clause: SearchClause, _ table: String, _ join: String) throws -> (String, [SQLValue]) {
        guard case .text = clause.value else {
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for tag (e.g. 'my-value'). Got value \(clause.value.written)"
            )
        }
        guard [.equal, .notEqual, .like, .caseInsensitiveLike].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid("Invalid comparator for tag: \(clause.comparator.rawValue)")
        }
        let inner = try text("t.value", clause)
        return (
            "EXISTS (SELECT 1 FROM \(table) AS t WHERE \(join) AND t.key = ? AND \(inner.0))",
            [.text(clause.key)] + inner.1
        )
    }

    private static func notPrompt(_ name: String, _ table: String) -> (String, [SQLValue]) {
        (
            "\(name) NOT IN (SELECT t.model FROM \(table) AS t WHERE t.key = ? AND t.value = 'true')",
            [.text(RegistryStore.promptTag)]
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
        kind: String,
        standard: [Term],
        last: [Term]
    ) throws -> [Term] {
        var terms: [Term] = []
        var seen: Set<String> = []
        for text in order.prefix(16) {
            let field = try SearchOrder.parse(text)
            guard field.entity == nil || field.entity == "attribute", let column = columns[field.key] else {
                throw invalidKey(field.key, Array(columns.keys), kind: kind)
            }
            guard seen.insert(column).inserted else {
                throw PlatformError.mlflowInvalid("`order_by` contains duplicate fields: \(order)")
            }
            terms.append(Term(column: column, ascending: field.ascending))
        }
        if terms.isEmpty {
            terms = standard
            seen.formUnion(standard.map(\.column))
        }
        return terms + last.filter { !seen.contains($0.column) }
    }

    private static func invalidKey(_ key: String, _ known: [String], kind: String = "attribute") -> PlatformError {
        PlatformError.mlflowInvalid(
            "Invalid \(kind) key '\(key)' specified. Valid keys are '\(known.sorted().joined(separator: "', '"))'"
        )
    }
}
