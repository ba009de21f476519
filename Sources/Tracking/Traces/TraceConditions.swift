import Primitives
import Storage

/// A trace filter as a condition on `trace AS t`. Conditions on spans hold of one and the same span.
struct TraceConditions {
    private let experiments: SQLCondition
    private let reader: any SQLReader

    /// - Parameters:
    ///   - experiments: the experiments that are searched; patterns and sessions look no further.
    ///   - reader: patterns (RLIKE) are compared here with the values that there are, since not every database knows them.
    init(experiments: [Int64], reader: any SQLReader) {
        self.experiments = SQLCondition("experiment_id", anyOf: experiments.map(SQLValue.integer))
        self.reader = reader
    }

    /// The condition of a filter, with that of the experiments.
    func make(_ clauses: [TraceClause]) throws -> SQLCondition {
        var all = SQLCondition("t.\(experiments.sql)", experiments.arguments)
        var span: SQLCondition?
        var earliest: Double?
        for clause in clauses {
            if clause.entity == .span {
                let condition = try self.span(clause)
                span = span.map { $0.joined(condition) } ?? condition
                continue
            }
            if clause.entity == .attribute, clause.key == "timestamp_ms",
                clause.comparator == .greater || clause.comparator == .greaterOrEqual
            {
                earliest = max(earliest ?? -.infinity, clause.value.number)
            }
            all.and(try condition(clause))
        }
        guard var span else { return all }
        if let earliest, let moment = Int64(exactly: (earliest - Self.clockSkew).rounded(.down)), moment < 1 << 42 {
            span.and(SQLCondition("s.start_time_unix_nano >= ?", [.integer(moment * 1_000_000)]))
        }
        all.and(
            SQLCondition(
                "EXISTS (SELECT 1 FROM trace_span AS s WHERE s.trace_id = t.trace_id AND \(span.sql))",
                span.arguments
            )
        )
        return all
    }

    /// How far a span's clock may be behind its trace's, in milliseconds.
    private static let clockSkew = 10_000.0

    private func condition(_ clause: TraceClause) throws -> SQLCondition {
        switch clause.entity {
        case .attribute: return try attribute(clause)
        case .tag: return try tag(clause)
        case .metadata: return try metadata(clause)
        case .feedback, .expectation: return try assessment(clause)
        case .issue: return try issue(clause)
        case .span: return try span(clause)
        }
    }

    private func attribute(_ clause: TraceClause) throws -> SQLCondition {
        if TraceFields.numeric.contains(clause.key) {
            try clause.require(TraceComparator.numeric)
            let column =
                clause.key == "end_time_ms"
                ? "(t.timestamp_ms + COALESCE(t.execution_time_ms, 0))" : "t.\(clause.key)"
            return SQLCondition("\(column) \(clause.sign) ?", [clause.numericValue])
        }
        try clause.require(TraceComparator.text)
        return try column(clause, clause.key == "request_id" ? "trace_id" : clause.key)
    }

    /// A comparison of a text column of the trace itself.
    private func column(_ clause: TraceClause, _ column: String) throws -> SQLCondition {
        try compare("t.\(column)", clause) { pattern in
            let rows = try reader.query(
                "SELECT DISTINCT \(column) AS value FROM trace WHERE \(experiments.sql) AND \(column) IS NOT NULL LIMIT ?",
                experiments.arguments + [.integer(Int64(TraceLimits.patternValues) + 1)]
            )
            return SQLCondition("t.\(column)", anyOf: try pattern.matching(rows))
        }
    }

    private func tag(_ clause: TraceClause) throws -> SQLCondition {
        if clause.key == TraceKey.linkedPrompts { return try prompt(clause) }
        try clause.require(TraceComparator.pair)
        return clause.key == TraceKey.name
            ? try column(clause, "trace_name") : try pair("trace_tag", clause)
    }

    private func metadata(_ clause: TraceClause) throws -> SQLCondition {
        try clause.require(TraceComparator.pair)
        switch clause.key {
        case TraceKey.session: return try column(clause, "session_id")
        case TraceKey.tokenUsage, TraceKey.cost: return try TraceAnalytics.condition(clause)
        case TraceKey.sourceRun where clause.comparator == .equal:
            let direct = try pair("trace_metadata", clause)
            let run = SQLValue.text(clause.value.text)
            return SQLCondition(
                "(\(direct.sql) OR EXISTS (SELECT 1 FROM trace_link AS l WHERE l.trace_id = t.trace_id AND l.kind = 'run' "
                    + "AND l.target = ?))",
                direct.arguments + [run]
            )
        default: return try pair("trace_metadata", clause)
        }
    }

    /// A tag or metadata entry of the trace with that key whose value compares so.
    private func pair(_ table: String, _ clause: TraceClause) throws -> SQLCondition {
        let exists = "EXISTS (SELECT 1 FROM \(table) AS p WHERE p.trace_id = t.trace_id AND p.key = ?"
        let key = SQLValue.text(clause.key)
        if clause.comparator == .isNull { return SQLCondition("NOT \(exists))", [key]) }
        if clause.comparator == .isNotNull { return SQLCondition("\(exists))", [key]) }
        let inner = try compare("p.value", clause) { pattern in
            let rows = try reader.query(
                "SELECT DISTINCT p.value AS value FROM \(table) AS p JOIN trace AS o ON o.trace_id = p.trace_id "
                    + "WHERE p.key = ? AND o.\(experiments.sql) LIMIT ?",
                [key] + experiments.arguments + [.integer(Int64(TraceLimits.patternValues) + 1)]
            )
            return SQLCondition("p.value", anyOf: try pattern.matching(rows))
        }
        return SQLCondition("\(exists) AND \(inner.sql))", [key] + inner.arguments)
    }

    private func prompt(_ clause: TraceClause) throws -> SQLCondition {
        guard clause.comparator == .equal else {
            throw PlatformError.mlflowInvalid(
                "Invalid comparator '\(clause.comparator.rawValue)' for prompts filter. "
                    + "Only '=' is supported with format: prompt = \"name/version\""
            )
        }
        let prompt = clause.value.text
        guard prompt.filter({ $0 == "/" }).count == 1 else {
            throw PlatformError.mlflowInvalid(
                "Invalid prompts filter value '\(prompt.prefix(200))'. Expected format: prompt = \"name/version\""
            )
        }
        return SQLCondition(
            "EXISTS (SELECT 1 FROM trace_link AS l WHERE l.trace_id = t.trace_id AND l.kind = 'prompt' AND l.target = ?)",
            [.text(prompt)]
        )
    }

    private func issue(_ clause: TraceClause) throws -> SQLCondition {
        guard clause.key == "id" else {
            throw PlatformError.mlflowInvalid(
                "Invalid issue attribute '\(clause.key.prefix(200))'. Supported attributes: id"
            )
        }
        try clause.require([.equal], "issue.id")
        return SQLCondition(
            "EXISTS (SELECT 1 FROM trace_assessment AS a WHERE a.trace_id = t.trace_id AND a.type = 'issue' AND a.name = ?)",
            [.text(clause.value.text)]
        )
    }

    /// An assessment of the trace, or one of the whole session that stands at another trace of it.
    private func assessment(_ clause: TraceClause) throws -> SQLCondition {
        try clause.require(TraceComparator.pair + TraceComparator.ordering, "assessment.\(clause.key)")
        var inner = SQLCondition(
            "a.type = ? AND a.name = ? AND a.valid = 1",
            [.text(clause.entity.rawValue), .text(clause.key)]
        )
        if clause.comparator != .isNull, clause.comparator != .isNotNull { inner.and(try assessmentValue(clause)) }
        let here = "EXISTS (SELECT 1 FROM trace_assessment AS a WHERE a.trace_id = t.trace_id AND \(inner.sql))"
        let session =
            "COALESCE(t.session_id IN (SELECT o.session_id FROM trace AS o JOIN trace_assessment AS a "
            + "ON a.trace_id = o.trace_id WHERE o.\(experiments.sql) AND o.session_id IS NOT NULL AND \(inner.sql) "
            + "AND a.metadata LIKE '%\"\(TraceKey.session)\":%'), 1 = 0)"
        let either = "(\(here) OR \(session))"
        return SQLCondition(
            clause.comparator == .isNull ? "NOT \(either)" : either,
            inner.arguments + experiments.arguments + inner.arguments
        )
    }

    private func assessmentValue(_ clause: TraceClause) throws -> SQLCondition {
        if TraceComparator.ordering.contains(clause.comparator) {
            return SQLCondition(
                "a.is_numeric = 1 AND a.aggregate_value \(clause.comparator.rawValue) ?",
                [clause.numericValue]
            )
        }
        let text = clause.value.text
        let either = SQLCondition(
            "(a.value = ? OR a.value = ?)",
            [.text(text), .text(OrderedJSON.string(text).written)]
        )
        if clause.comparator == .equal { return either }
        if clause.comparator == .notEqual { return SQLCondition("NOT \(either.sql)", either.arguments) }
        return try compare("a.value", clause) { pattern in
            let rows = try reader.query(
                "SELECT DISTINCT a.value AS value FROM trace_assessment AS a JOIN trace AS o ON o.trace_id = a.trace_id "
                    + "WHERE a.type = ? AND a.name = ? AND o.\(experiments.sql) LIMIT ?",
                [.text(clause.entity.rawValue), .text(clause.key)] + experiments.arguments
                    + [.integer(Int64(TraceLimits.patternValues) + 1)]
            )
            return SQLCondition("a.value", anyOf: try pattern.matching(rows))
        }
    }
}

extension TraceConditions {
    private func span(_ clause: TraceClause) throws -> SQLCondition {
        if clause.key.hasPrefix("attributes.") {
            let name = TraceFields.bare(String(clause.key.dropFirst("attributes.".count)))
            guard !name.isEmpty else {
                throw PlatformError.mlflowInvalid("Span attribute name cannot be empty after 'attributes.'")
            }
            try clause.require(TraceComparator.text, "span.\(clause.key)")
            return try spanAttribute(clause, name)
        }
        switch clause.key {
        case "name", "type", "status":
            try clause.require(TraceComparator.text, "span.\(clause.key)")
            return try compare("s.\(clause.key)", clause) { pattern in
                let rows = try reader.query(
                    "SELECT DISTINCT \(clause.key) AS value FROM trace_span WHERE \(experiments.sql) "
                        + "AND \(clause.key) IS NOT NULL LIMIT ?",
                    experiments.arguments + [.integer(Int64(TraceLimits.patternValues) + 1)]
                )
                return SQLCondition("s.\(clause.key)", anyOf: try pattern.matching(rows))
            }
        case "content":
            try clause.require([.like, .caseInsensitiveLike], "span.content")
            return try compare("s.content", clause) { _ in SQLCondition("1 = 0") }
        default:
            throw PlatformError.mlflowInvalid(
                "Invalid span attribute '\(clause.key.prefix(200))'. Supported attributes: name, status, type, "
                    + "attributes.<attribute_name>."
            )
        }
    }

    /// Attributes stand in the content as `"name": "value as JSON"`. LIKE looks for the pattern anywhere after the name, as
    /// MLflow does; = and IN compare the attribute's own value.
    private func spanAttribute(_ clause: TraceClause, _ name: String) throws -> SQLCondition {
        let key = OrderedJSON.string(name).written
        func holds(_ value: String) -> SQLCondition {
            let forms = [value, OrderedJSON.string(value).written].map { "\(key): \(OrderedJSON.string($0).written)" }
            return SQLCondition(
                "(s.content LIKE ? ESCAPE '!' OR s.content LIKE ? ESCAPE '!')",
                forms.map { .text("%\(Self.escaped($0))%") }
            )
        }
        func any(_ values: [String]) -> SQLCondition {
            let all = values.map(holds)
            return SQLCondition("(" + all.map(\.sql).joined(separator: " OR ") + ")", all.flatMap(\.arguments))
        }
        let present = SQLCondition("s.content LIKE ? ESCAPE '!'", [.text("%\(Self.escaped(key)): %")])
        switch (clause.comparator, clause.value) {
        case (.like, .text(let text)): return SQLCondition("s.content LIKE ?", [.text("%\(key)\(text)%")])
        case (.caseInsensitiveLike, .text(let text)):
            return SQLCondition("LOWER(s.content) LIKE LOWER(?)", [.text("%\(key)\(text)%")])
        case (.equal, .text(let text)): return holds(text)
        case (.notEqual, .text(let text)): return present.joined(any([text]).negated)
        case (.in, .list(let texts)): return any(texts)
        case (.notIn, .list(let texts)): return present.joined(any(texts).negated)
        case (.pattern, .text(let text)):
            let pattern = try TextPattern(text)
            let rows = try reader.query(
                "SELECT s.trace_id, s.span_id, s.content FROM trace_span AS s WHERE s.\(experiments.sql) "
                    + "AND \(present.sql) LIMIT ?",
                experiments.arguments + present.arguments + [.integer(Int64(TraceLimits.patternValues) + 1)]
            )
            try TextPattern.check(count: rows.count)
            let found = try rows.filter { row in
                let raw = OrderedJSON.parse(try row.text("content"))?["attributes"]?[name]?.stringValue
                return raw.map { pattern.matches(OrderedJSON.parse($0)?.stringValue ?? $0) } ?? false
            }
            return SQLCondition(
                "(s.trace_id || '/' || s.span_id)",
                anyOf: try found.map { .text("\(try $0.text("trace_id"))/\(try $0.text("span_id"))") }
            )
        default: throw TraceClause.unquoted(clause)
        }
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if "!%_".contains(character) { out.append("!") }
            out.append(character)
        }
        return out
    }

    /// A comparison of a text column; `matching` answers for a pattern.
    private func compare(
        _ column: String,
        _ clause: TraceClause,
        _ matching: (TextPattern) throws -> SQLCondition
    ) throws -> SQLCondition {
        switch (clause.comparator, clause.value) {
        case (.isNull, _): return SQLCondition("\(column) IS NULL")
        case (.isNotNull, _): return SQLCondition("\(column) IS NOT NULL")
        case (.equal, .text(let text)): return SQLCondition("\(column) = ?", [.text(text)])
        case (.notEqual, .text(let text)): return SQLCondition("\(column) <> ?", [.text(text)])
        case (.like, .text(let text)): return SQLCondition("\(column) LIKE ?", [.text(text)])
        case (.caseInsensitiveLike, .text(let text)):
            return SQLCondition("LOWER(\(column)) LIKE LOWER(?)", [.text(text)])
        case (.pattern, .text(let text)): return try matching(TextPattern(text))
        case (.in, .list(let texts)): return SQLCondition(column, anyOf: texts.map(SQLValue.text))
        case (.notIn, .list(let texts)): return SQLCondition(column, anyOf: texts.map(SQLValue.text)).negated
        default: throw TraceClause.unquoted(clause)
        }
    }
}

extension TraceClause {
    fileprivate var sign: String { comparator == .notEqual ? "<>" : comparator.rawValue }

    fileprivate var numericValue: SQLValue {
        switch value {
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        default: .null
        }
    }

    fileprivate static func unquoted(_ clause: TraceClause) -> PlatformError {
        PlatformError.mlflowInvalid(
            "Expected a quoted string value for \(clause.entity.rawValue) (e.g. 'my-value'). "
                + "Got value \(clause.value.written)"
        )
    }
}

extension SearchValue {
    fileprivate var text: String { if case .text(let text) = self { text } else { "" } }

    fileprivate var number: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: -.infinity
        }
    }
}

extension SQLCondition {
    fileprivate func joined(_ other: SQLCondition) -> SQLCondition {
        SQLCondition("\(sql) AND \(other.sql)", arguments + other.arguments)
    }

    fileprivate var negated: SQLCondition { SQLCondition("NOT (\(sql))", arguments) }
}
