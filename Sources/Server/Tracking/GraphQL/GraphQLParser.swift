import Primitives

/// Reads the executable part of GraphQL (October 2021, §2): operations, fragments, variables, directives.
struct GraphQLParser {
    /// The longest query, in bytes.
    static let maximumBytes = 100_000
    /// How deep fields and values may be nested.
    private static let maximumDepth = 64

    private let tokens: [GraphQLToken]
    private var index = 0
    private var depth = 0

    /// - Throws: `INVALID_PARAMETER_VALUE` for what is no query.
    static func parse(_ text: String) throws -> GraphQLDocument {
        guard text.utf8.count <= maximumBytes else {
            throw PlatformError.mlflowInvalid("The query is longer than \(maximumBytes) bytes.")
        }
        var parser = GraphQLParser(tokens: try GraphQLLexer.tokens(of: text))
        return try parser.document()
    }

    private init(tokens: [GraphQLToken]) { self.tokens = tokens }

    private var current: GraphQLToken? { index < tokens.count ? tokens[index] : nil }

    private mutating func document() throws -> GraphQLDocument {
        var document = GraphQLDocument()
        while let token = current {
            switch token {
            case .mark("{"):
                document.operations.append(
                    GraphQLOperation(kind: "query", name: nil, defaults: [:], selections: try selections())
                )
            case .name("query"), .name("mutation"): document.operations.append(try operation())
            case .name("fragment"):
                index += 1
                let name = try name()
                guard case .name("on")? = current else { throw unexpected() }
                index += 1
                _ = try self.name()
                _ = try directives()
                document.fragments[name] = try selections()
            default: throw unexpected()
            }
        }
        return document
    }

    private mutating func operation() throws -> GraphQLOperation {
        let kind = try name()
        var title: String?
        if case .name(let word)? = current {
            title = word
            index += 1
        }
        var defaults: [String: GraphQLInput] = [:]
        if take("(") {
            while !take(")") {
                try expect("$")
                let variable = try name()
                try expect(":")
                try type()
                if take("=") { defaults[variable] = try value() }
                _ = try directives()
            }
        }
        _ = try directives()
        return GraphQLOperation(kind: kind, name: title, defaults: defaults, selections: try selections())
    }

    private mutating func type() throws {
        if take("[") {
            try nested { try $0.type() }
            try expect("]")
        } else {
            _ = try name()
        }
        _ = take("!")
    }

    private mutating func selections() throws -> [GraphQLSelection] {
        try expect("{")
        var found: [GraphQLSelection] = []
        while !take("}") { found.append(try nested { try $0.selection() }) }
        guard !found.isEmpty else { throw PlatformError.mlflowInvalid("Syntax Error: Expected Name, found '}'.") }
        return found
    }

    private mutating func selection() throws -> GraphQLSelection {
        if current == .spread {
            index += 1
            if case .name(let word)? = current, word != "on" {
                index += 1
                return .spread(word, try directives())
            }
            if case .name("on")? = current {
                index += 1
                _ = try name()
            }
            let directives = try directives()
            return .inline(try selections(), directives)
        }
        var (alias, name): (String?, String) = (nil, try name())
        if take(":") { (alias, name) = (name, try self.name()) }
        let arguments = try arguments()
        let directives = try directives()
        let inner = current == .mark("{") ? try selections() : []
        return .field(
            GraphQLField(alias: alias, name: name, arguments: arguments, directives: directives, selections: inner)
        )
    }

    private mutating func arguments() throws -> [String: GraphQLInput] {
        guard take("(") else { return [:] }
        var found: [String: GraphQLInput] = [:]
        while !take(")") {
            let name = try name()
            try expect(":")
            found[name] = try value()
        }
        return found
    }

    private mutating func directives() throws -> [GraphQLDirective] {
        var found: [GraphQLDirective] = []
        while take("@") { found.append(GraphQLDirective(name: try name(), arguments: try arguments())) }
        return found
    }

    private mutating func value() throws -> GraphQLInput {
        guard let token = current else { throw unexpected() }
        index += 1
        switch token {
        case .integer(let value): return .scalar(.integer(value))
        case .real(let value): return .scalar(.number(value))
        case .text(let value): return .scalar(.string(value))
        case .name("true"): return .scalar(.bool(true))
        case .name("false"): return .scalar(.bool(false))
        case .name("null"): return .scalar(.null)
        case .name(let word): return .scalar(.string(word))
        case .mark("$"): return .variable(try name())
        case .mark("["):
            var values: [GraphQLInput] = []
            while !take("]") { values.append(try nested { try $0.value() }) }
            return .list(values)
        case .mark("{"):
            var members: [String: GraphQLInput] = [:]
            while !take("}") {
                let name = try name()
                try expect(":")
                members[name] = try nested { try $0.value() }
            }
            return .object(members)
        default:
            index -= 1
            throw unexpected()
        }
    }

    private mutating func nested<T>(_ body: (inout GraphQLParser) throws -> T) throws -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw PlatformError.mlflowInvalid("Syntax Error: the query is nested deeper than \(Self.maximumDepth).")
        }
        return try body(&self)
    }

    private mutating func name() throws -> String {
        guard case .name(let word)? = current else { throw unexpected() }
        index += 1
        return word
    }

    private mutating func take(_ mark: Character) -> Bool {
        guard current == .mark(mark) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ mark: Character) throws {
        guard take(mark) else { throw unexpected() }
    }

    private func unexpected() -> PlatformError {
        let found =
            switch current {
            case nil: "<EOF>"
            case .name(let word): "Name '\(word)'"
            case .integer(let value): "Int '\(value)'"
            case .real(let value): "Float '\(value)'"
            case .text(let value): "String '\(value.prefix(60))'"
            case .mark(let mark): "'\(mark)'"
            case .spread: "'...'"
            }
        return PlatformError.mlflowInvalid("Syntax Error: Unexpected \(found).")
    }
}
