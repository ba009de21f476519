import Foundation
import Primitives
import Storage

/// The order of a search of logged models: columns `k0`, `k1`, … and their terms. Models without a value come last.
struct LoggedModelOrdering: Sendable {
    /// What the statement selects beside the model.
    let columns: SQLCondition
    /// The order of those columns.
    let terms: [SortTerm]

    /// The most fields to order by.
    private static let maximumFields = 16

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ order: [LoggedModelStore.Order]) throws {
        var columns: [String] = []
        var arguments: [SQLValue] = []
        var terms: [SortTerm] = []
        func add(_ sql: String, ascending: Bool, nullable: Bool, _ bound: [SQLValue] = []) {
            if nullable {
                terms.append(SortTerm("k\(columns.count)"))
                columns.append("CASE WHEN \(sql) IS NULL THEN 1 ELSE 0 END AS k\(columns.count)")
                arguments += bound
            }
            terms.append(SortTerm("k\(columns.count)", ascending: ascending))
            columns.append("\(sql) AS k\(columns.count)")
            arguments += bound
        }
        var seen: Set<String> = []
        for field in order.prefix(Self.maximumFields) {
            guard let dot = field.field.firstIndex(of: ".") else {
                guard let column = LoggedModelStore.attributes[field.field] else {
                    throw PlatformError.mlflowInvalid("Invalid order by field name: \(field.field)")
                }
                let nullable = column == "model_type" || column == "source_run_id"
                if seen.insert(column).inserted { add("l.\(column)", ascending: field.ascending, nullable: nullable) }
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
            add(newest, ascending: field.ascending, nullable: true, bound)
        }
        if !seen.contains("creation_time") { add("l.creation_time", ascending: false, nullable: false) }
        if !seen.contains("model_id") { add("l.model_id", ascending: true, nullable: false) }
        self.columns = SQLCondition(columns.joined(separator: ", "), arguments)
        self.terms = terms
    }
}

/// The page token of a search of logged models: it says which search it belongs to, and is refused by another.
struct LoggedModelToken: Sendable {
    private let experiments: JSONValue
    private let filter: JSONValue
    private let order: JSONValue

    init(_ query: LoggedModelStore.Query) {
        experiments = .array(query.experiments.map { .string(String($0)) })
        filter = query.filter.map(JSONValue.string) ?? .null
        order = .array(
            query.order.map { one in
                [
                    "field_name": .string(one.field), "ascending": .bool(one.ascending),
                    "dataset_name": one.datasetName.map(JSONValue.string) ?? .null,
                    "dataset_digest": one.datasetDigest.map(JSONValue.string) ?? .null,
                ]
            }
        )
    }

    /// The token of the page after the model with these sort values.
    func make(after values: [SQLValue]) -> String {
        SortPaging.token(
            after: values,
            with: ["experiment_ids": experiments, "filter_string": filter, "order_by": order]
        )
    }

    /// - Throws: `INVALID_PARAMETER_VALUE` with MLflow's words for a token of another search.
    func start(of token: String?, count: Int) throws -> PageStart {
        guard let token, !token.isEmpty else { return .first }
        guard let data = Data(base64Encoded: token),
            let members = (try? JSONDecoder().decode(JSONValue.self, from: data))?.objectValue
        else { throw PlatformError.mlflowInvalid("Invalid page token: \(token.prefix(200))") }
        func check(_ name: String, _ mine: JSONValue, _ what: String, _ verb: String) throws {
            if members[name] == mine { return }
            throw PlatformError.mlflowInvalid(
                "\(what) in the page token \(verb) not match the requested \(what.prefix(1).lowercased() + what.dropFirst())."
            )
        }
        try check("experiment_ids", experiments, "Experiment IDs", "do")
        try check("filter_string", filter, "Filter string", "does")
        try check("order_by", order, "Order by", "does")
        return try SortPaging.start(of: token, count: count)
    }
}
