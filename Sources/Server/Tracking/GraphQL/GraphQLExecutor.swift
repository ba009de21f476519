import Primitives

/// Runs one operation (GraphQL §6): the root fields give JSON as the REST calls do, and the selections cut out of it what
/// was asked for, under the names of the schema.
struct GraphQLExecutor: Sendable {
    /// Gives the value of a root field, or of a field that is looked up only when asked for, such as a run's experiment.
    let resolve:
        @Sendable (_ type: String, _ field: String, _ parent: JSONValue, _ arguments: [String: JSONValue])
            async throws -> JSONValue?
    let document: GraphQLDocument
    let variables: [String: JSONValue]

    /// The reply's `data`, and the messages of what failed; a failed root field is null.
    func run(_ operation: GraphQLOperation) async -> (data: JSONValue, errors: [String]) {
        let type = operation.kind == "mutation" ? "Mutation" : "Query"
        var errors: [String] = []
        do {
            try validate(operation.selections, type)
        } catch {
            return (.null, [Self.message(error)])
        }
        var data: [String: JSONValue] = [:]
        for field in fields(operation.selections) {
            do {
                data[field.responseKey] = try await value(of: field, type, .object([:]))
            } catch {
                data[field.responseKey] = .null
                errors.append(Self.message(error))
            }
        }
        return (.object(data), errors)
    }

    private static func message(_ error: any Error) -> String {
        (error as? PlatformError)?.message ?? "The server failed; its log has the cause."
    }

    private func value(of field: GraphQLField, _ type: String, _ parent: JSONValue) async throws -> JSONValue {
        if field.name == "__typename" { return .string(type) }
        let kind = GraphQLSchema.types[type]?[field.name] ?? "String"
        let arguments = field.arguments.mapValues { $0.value(variables) }
        let found = try await resolve(type, field.name, parent, arguments)
        return try await complete(found ?? parent[GraphQLSchema.member(field.name)], kind, field.selections)
    }

    private func complete(_ value: JSONValue?, _ kind: String, _ selections: [GraphQLSelection]) async throws
        -> JSONValue
    {
        if kind.hasPrefix("[") {
            let inner = String(kind.dropFirst().dropLast())
            var out: [JSONValue] = []
            for element in value?.arrayValue ?? [] { out.append(try await complete(element, inner, selections)) }
            return .array(out)
        }
        guard GraphQLSchema.types[kind] != nil else { return Self.scalar(value, kind) }
        // An absent message reads as an empty one, but for what is known to be optional.
        if value == nil || value == .null, kind == "ApiError" || kind == "DeploymentJobState" { return .null }
        var out: [String: JSONValue] = [:]
        for field in fields(selections) {
            out[field.responseKey] = try await self.value(of: field, kind, value ?? .object([:]))
        }
        return .object(out)
    }

    /// A leaf; what is absent has protobuf's default, whole numbers of 64 bits are texts, and NaN is null.
    private static func scalar(_ value: JSONValue?, _ kind: String) -> JSONValue {
        switch (kind, value) {
        case ("Long", .integer(let number)?): .string(String(number))
        case ("Long", nil): "0"
        case ("Float", .string?): .null
        case ("Float", nil): 0
        case ("Boolean", nil): false
        case ("String", nil): ""
        case (_, let value?): value
        default: .null
        }
    }

    /// The fields of a level with those of its fragments, without what `@skip` and `@include` leave out. Fields with one
    /// response key are merged.
    private func fields(_ selections: [GraphQLSelection]) -> [GraphQLField] {
        var found: [GraphQLField] = []
        var places: [String: Int] = [:]
        func add(_ selections: [GraphQLSelection], _ inside: Set<String>) {
            for selection in selections {
                switch selection {
                case .field(let field) where included(field.directives):
                    if let place = places[field.responseKey] {
                        let first = found[place]
                        found[place] = GraphQLField(
                            alias: first.alias,
                            name: first.name,
                            arguments: first.arguments,
                            directives: [],
                            selections: first.selections + field.selections
                        )
                    } else {
                        places[field.responseKey] = found.count
                        found.append(field)
                    }
                case .inline(let inner, let directives) where included(directives): add(inner, inside)
                case .spread(let name, let directives) where included(directives) && !inside.contains(name):
                    add(document.fragments[name] ?? [], inside.union([name]))
                default: break
                }
            }
        }
        add(selections, [])
        return found
    }

    private func included(_ directives: [GraphQLDirective]) -> Bool {
        directives.allSatisfy { directive in
            let condition = directive.arguments["if"]?.value(variables)
            switch directive.name {
            case "skip": return condition != .bool(true)
            case "include": return condition != .bool(false)
            default: return true
            }
        }
    }

    /// - Throws: `INVALID_PARAMETER_VALUE` for a field that its type does not have, or without the selections it needs.
    private func validate(_ selections: [GraphQLSelection], _ type: String, _ deep: Int = 1) throws {
        guard deep <= GraphQLBounds.depth + 1, let known = GraphQLSchema.types[type] else { return }
        for field in fields(selections) where field.name != "__typename" {
            guard let kind = known[field.name] else {
                throw PlatformError.mlflowInvalid("Cannot query field '\(field.name)' on type '\(type)'.")
            }
            let inner = kind.hasPrefix("[") ? String(kind.dropFirst().dropLast()) : kind
            let isObject = GraphQLSchema.types[inner] != nil
            if isObject, field.selections.isEmpty {
                throw PlatformError.mlflowInvalid(
                    "Field '\(field.name)' of type '\(kind)' must have a selection of subfields."
                )
            }
            if !isObject, !field.selections.isEmpty {
                throw PlatformError.mlflowInvalid(
                    "Field '\(field.name)' must not have a selection since type '\(kind)' has no subfields."
                )
            }
            try validate(field.selections, inner, deep + 1)
        }
    }
}
