/// Reads tokens as comparisons joined by AND.
struct SearchFilterParser {
    private let tokens: [SearchToken]
    private let text: String
    private var index = 0

    init(tokens: [SearchToken], text: String) {
        self.tokens = tokens
        self.text = text
    }

    mutating func clauses() throws -> [SearchClause] {
        var clauses = [try clause()]
        while index < tokens.count {
            guard keyword("AND") else { throw invalid(from: index) }
            clauses.append(try clause())
            guard clauses.count <= SearchFilter.maximumClauses else {
                throw PlatformError.mlflowInvalid(
                    "The filter string has more than \(SearchFilter.maximumClauses) comparisons."
                )
            }
        }
        return clauses
    }

    private mutating func clause() throws -> SearchClause {
        let start = index
        guard case .identifier(let name)? = take() else { throw invalid(from: start) }
        let (entity, key) = Self.split(name)
        if keyword("IS") {
            let negated = keyword("NOT")
            guard keyword("NULL") else { throw invalid(from: start) }
            return SearchClause(entity: entity, key: key, comparator: negated ? .isNotNull : .isNull, value: .none)
        }
        let comparator = try comparator(start)
        let value = try value(start, comparator)
        return SearchClause(entity: entity, key: key, comparator: comparator, value: value)
    }

    private mutating func comparator(_ start: Int) throws -> SearchComparator {
        if case .comparison(let comparator)? = peek {
            index += 1
            return comparator
        }
        if keyword("LIKE") { return .like }
        if keyword("ILIKE") { return .caseInsensitiveLike }
        if keyword("IN") { return .in }
        if keyword("NOT"), keyword("IN") { return .notIn }
        throw invalid(from: start)
    }

    private mutating func value(_ start: Int, _ comparator: SearchComparator) throws -> SearchValue {
        let wantsList = comparator == .in || comparator == .notIn
        switch take() {
        case .text(let value)? where !wantsList: return .text(value)
        case .integer(let value)? where !wantsList: return .integer(value)
        case .real(let value)? where !wantsList: return .real(value)
        case .identifier(let name)? where !wantsList:
            if let value = Self.unquoted(name, "\"") { return .text(value) }
            // SQL's own words are no texts without quotes, and no values either.
            if ["TRUE", "FALSE", "NULL"].contains(name.uppercased()) { throw invalid(from: start) }
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
        while true {
            switch take() {
            case .text(let value)?: values.append(value)
            case .identifier(let name)?:
                guard let value = Self.unquoted(name, "\"") else { throw badList(name) }
                values.append(value)
            case .close? where values.isEmpty:
                throw PlatformError.mlflowInvalid(
                    "While parsing a list in the query, expected a non-empty list of string values, but got empty list"
                )
            case .comma?: throw PlatformError.mlflowInvalid(Self.illFormedList)
            case let other?: throw badList(other.written)
            case nil: throw invalid(from: start)
            }
            switch take() {
            case .comma?:
                if case .close? = peek {
                    index += 1
                    return values
                }
            case .close?: return values
            case let other?: throw badList(other.written)
            case nil: throw invalid(from: start)
            }
        }
    }

    private static let illFormedList =
        "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list."

    private func badList(_ found: String) -> PlatformError {
        PlatformError.mlflowInvalid(
            "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                + "but got different type in list: \(found)"
        )
    }

    /// The entity before the first dot and the key after it, without its quotes.
    static func split(_ name: String) -> (entity: String?, key: String) {
        func bare(_ part: String) -> String { unquoted(part, "`") ?? unquoted(part, "\"") ?? part }
        guard let first = name.first, first != "`", first != "\"", let dot = name.firstIndex(of: ".") else {
            return (nil, bare(name))
        }
        return (bare(String(name[..<dot])), bare(String(name[name.index(after: dot)...])))
    }

    private static func unquoted(_ name: String, _ quote: Character) -> String? {
        guard name.count >= 2, name.first == quote, name.last == quote else { return nil }
        return String(name.dropFirst().dropLast())
    }

    private var peek: SearchToken? { index < tokens.count ? tokens[index] : nil }

    private mutating func take() -> SearchToken? {
        defer { index += 1 }
        return peek
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
