import Primitives

/// Reads a trace filter: comparisons joined by AND (`SearchTraceUtils` of MLflow 3.17).
struct TraceFilter {
    private let tokens: [SearchToken]
    private let text: String
    private var index = 0

    /// The comparisons of a filter; none for an empty one.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` with the part that cannot be read.
    static func parse(_ text: String?) throws -> [TraceClause] {
        guard let text, !text.allSatisfy(\.isWhitespace) else { return [] }
        var filter = try TraceFilter(text)
        var clauses = [try filter.clause()]
        while filter.index < filter.tokens.count {
            guard filter.keyword("AND") else { throw filter.invalid(from: filter.index) }
            clauses.append(try filter.clause())
            guard clauses.count <= SearchFilter.maximumClauses else {
                throw PlatformError.mlflowInvalid(
                    "The filter string has more than \(SearchFilter.maximumClauses) comparisons."
                )
            }
        }
        return clauses
    }

    /// One comparison whose left side is `a.b` or `a.b.c`, as the filters of trace metrics have it.
    static func single(_ text: String) throws -> (identifier: String, comparator: TraceComparator, value: SearchValue) {
        var filter = try TraceFilter(text)
        guard case .identifier(let name)? = filter.take() else { throw filter.invalid(from: 0) }
        let comparator = try filter.comparator(0)
        let value = try filter.value(0, comparator)
        guard filter.index == filter.tokens.count else { throw filter.invalid(from: filter.index) }
        return (name, comparator, value)
    }

    private init(_ text: String) throws {
        guard text.utf8.count <= SearchFilter.maximumBytes else {
            throw PlatformError.mlflowInvalid("The filter string is longer than \(SearchFilter.maximumBytes) bytes.")
        }
        self.text = text
        tokens = try SearchLexer.tokens(of: text)
    }

    private mutating func clause() throws -> TraceClause {
        let start = index
        guard case .identifier(let name)? = take() else { throw invalid(from: start) }
        if keyword("IS") {
            let negated = keyword("NOT")
            guard keyword("NULL") else { throw invalid(from: start) }
            let (entity, key) = try TraceFields.resolve(name, known: TraceFields.attributes)
            let clause = TraceClause(
                entity: entity,
                key: key,
                comparator: negated ? .isNotNull : .isNull,
                value: .none
            )
            if entity == .attribute { try clause.require(TraceComparator.text) }
            return clause
        }
        let comparator = try comparator(start)
        let (entity, key) = try TraceFields.resolve(name, known: TraceFields.attributes)
        let value = try value(start, comparator)
        let clause = TraceClause(entity: entity, key: key, comparator: comparator, value: value)
        try Self.check(clause)
        return clause
    }

    /// Refuses values of the wrong type.
    private static func check(_ clause: TraceClause) throws {
        let written = clause.value.written
        let isAssessment = clause.entity == .feedback || clause.entity == .expectation
        switch clause.value {
        case .integer, .real:
            if clause.entity == .attribute, TraceFields.numeric.contains(clause.key) { return }
            if isAssessment, TraceComparator.ordering.contains(clause.comparator) { return }
            throw PlatformError.mlflowInvalid(
                "Expected a quoted string value for \(clause.entity.rawValue) (e.g. 'my-value'). Got value \(written)"
            )
        case .text:
            if isAssessment, TraceComparator.ordering.contains(clause.comparator) {
                throw PlatformError.mlflowInvalid(
                    "Expected a numeric value for \(clause.entity.rawValue) when using comparator "
                        + "'\(clause.comparator.rawValue)'. Got value \(written)"
                )
            }
            if clause.entity == .attribute, TraceFields.numeric.contains(clause.key) {
                throw PlatformError.mlflowInvalid("Expected a numeric value for '\(clause.key)'. Got value \(written)")
            }
        case .list:
            if clause.entity == .attribute, TraceFields.numeric.contains(clause.key) {
                throw PlatformError.mlflowInvalid(
                    "Only attributes in {'client_request_id', 'name', 'request_id', 'run_id', 'status'} "
                        + "supports comparison with a list of quoted string values."
                )
            }
        case .none: break
        }
    }

    private mutating func comparator(_ start: Int) throws -> TraceComparator {
        if case .comparison(let comparison)? = peek, let known = TraceComparator(rawValue: comparison.rawValue) {
            index += 1
            return known
        }
        for word in [TraceComparator.like, .caseInsensitiveLike, .pattern, .in] where keyword(word.rawValue) {
            return word
        }
        if keyword("NOT"), keyword("IN") { return .notIn }
        throw invalid(from: start)
    }

    private mutating func value(_ start: Int, _ comparator: TraceComparator) throws -> SearchValue {
        let wantsList = comparator == .in || comparator == .notIn
        switch take() {
        case .text(let value)? where !wantsList: return .text(value)
        case .integer(let value)? where !wantsList: return .integer(value)
        case .real(let value)? where !wantsList: return .real(value)
        case .identifier(let name)? where !wantsList && name.hasPrefix("\"") && TraceFields.bare(name) != name:
            return .text(TraceFields.bare(name))
        case .identifier(let name)? where !wantsList:
            throw PlatformError.mlflowInvalid(
                "Parameter value is either not quoted or unidentified quote types used for string value \(name). "
                    + "Use either single or double quotes."
            )
        case .open? where wantsList: return .list(try list(start))
        default: throw invalid(from: start)
        }
    }

    private mutating func list(_ start: Int) throws -> [String] {
        var values: [String] = []
        repeat {
            switch take() {
            case .text(let value)?: values.append(value)
            case .identifier(let name)? where name.hasPrefix("\"") && TraceFields.bare(name) != name:
                values.append(TraceFields.bare(name))
            case let other:
                throw PlatformError.mlflowInvalid(
                    "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                        + "but got different type in list: \(other?.written ?? "the end")"
                )
            }
        } while take(.comma) && peek != .close
        guard take(.close) else { throw invalid(from: start) }
        return values
    }

    private var peek: SearchToken? { index < tokens.count ? tokens[index] : nil }

    private mutating func take() -> SearchToken? {
        defer { index += 1 }
        return peek
    }

    private mutating func take(_ token: SearchToken) -> Bool {
        guard peek == token else { return false }
        index += 1
        return true
    }

    private mutating func keyword(_ word: String) -> Bool {
        guard case .identifier(let name)? = peek, name.uppercased() == word else { return false }
        index += 1
        return true
    }

    private func invalid(from start: Int) -> PlatformError {
        let rest = tokens[min(start, tokens.count)...].prefix(8).map(\.written).joined(separator: " ")
        return PlatformError.mlflowInvalid("Invalid clause(s) in filter string: '\(rest.isEmpty ? text : rest)'")
    }
}
