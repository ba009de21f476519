import Primitives

/// A value as a query writes it (GraphQL, October 2021, §2.9).
indirect enum GraphQLInput: Sendable, Equatable {
    case variable(String)
    case scalar(JSONValue)
    case list([GraphQLInput])
    case object([String: GraphQLInput])

    /// The value with its variables filled in; a variable without a value is null.
    func value(_ variables: [String: JSONValue]) -> JSONValue {
        switch self {
        case .variable(let name): variables[name] ?? .null
        case .scalar(let value): value
        case .list(let values): .array(values.map { $0.value(variables) })
        case .object(let members): .object(members.mapValues { $0.value(variables) })
        }
    }
}

/// `@skip` and `@include`, or another directive, which changes nothing.
struct GraphQLDirective: Sendable, Equatable {
    let name: String
    let arguments: [String: GraphQLInput]
}

/// One asked-for field.
struct GraphQLField: Sendable, Equatable {
    let alias: String?
    let name: String
    let arguments: [String: GraphQLInput]
    let directives: [GraphQLDirective]
    let selections: [GraphQLSelection]

    /// The name of the member in the reply.
    var responseKey: String { alias ?? name }
}

/// A field, or fields of a fragment.
indirect enum GraphQLSelection: Sendable, Equatable {
    case field(GraphQLField)
    case spread(String, [GraphQLDirective])
    case inline([GraphQLSelection], [GraphQLDirective])
}

/// A query or mutation.
struct GraphQLOperation: Sendable, Equatable {
    let kind: String
    let name: String?
    let defaults: [String: GraphQLInput]
    let selections: [GraphQLSelection]
}

/// What a request's text holds.
struct GraphQLDocument: Sendable, Equatable {
    var operations: [GraphQLOperation] = []
    var fragments: [String: [GraphQLSelection]] = [:]

    /// The operation to run.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when the name fits none, or is missing though there are several.
    func operation(_ name: String?) throws -> GraphQLOperation {
        if let name, !name.isEmpty {
            guard let found = operations.first(where: { $0.name == name }) else {
                throw PlatformError.mlflowInvalid("Unknown operation named '\(name)'.")
            }
            return found
        }
        guard operations.count == 1, let only = operations.first else {
            throw PlatformError.mlflowInvalid(
                operations.isEmpty
                    ? "Must provide an operation."
                    : "Must provide operation name if query contains multiple operations."
            )
        }
        return only
    }
}
