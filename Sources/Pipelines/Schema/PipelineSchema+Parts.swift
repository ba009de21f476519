import Primitives

extension PipelineSchema {
    /// The rule of `Name.check`.
    static var name: OrderedJSON {
        .members(
            ("type", scalar),
            ("pattern", "^[A-Za-z0-9][A-Za-z0-9._-]*$"),
            ("maxLength", .integer(Int64(Name.maximumBytes)))
        )
    }

    /// A scalar of any spelling that is not empty: `run: true` is the command `true`.
    static var text: OrderedJSON { .members(("type", scalar), ("minLength", .integer(1))) }

    /// A scalar that may be empty.
    static var note: OrderedJSON { .members(("type", .array(["string", "number", "boolean", "null"]))) }

    /// Relative paths whose last component is a name.
    static var codePaths: OrderedJSON {
        .members(
            ("type", "array"),
            ("maxItems", .integer(Int64(PipelineDefinition.maximumMembers))),
            ("uniqueItems", true),
            (
                "items",
                .members(("type", "string"), ("pattern", "^(?!/)(?:.*/)?(?!\\.{1,2}/*$)[^/]+/*$"))
            )
        )
    }

    /// `server`, `none`, or the path of a lock file.
    static var python: OrderedJSON {
        .members(
            ("description", "The Python that tasks find first: server, none, or a lock file beside this file."),
            ("type", "string"),
            ("pattern", "^(server|none|(?!/)(.*/)?([^/]*\\.txt|pylock\\.[^/]*\\.toml|pylock\\.toml)/*)$")
        )
    }

    /// What begins first.
    static var priority: OrderedJSON {
        .members(
            ("description", "Higher begins first, among the tasks of all runs; a task's own, else the pipeline's."),
            ("type", "integer"),
            ("minimum", .integer(Int64(-DefinitionParser.maximumPriority))),
            ("maximum", .integer(Int64(DefinitionParser.maximumPriority))),
            ("default", .integer(0))
        )
    }

    /// What tasks reach.
    static var network: OrderedJSON {
        .members(
            ("description", "What of the network tasks reach: nothing, this server only, or what the machine does."),
            ("enum", .array(NetworkAccess.declarable.map { .string($0.rawValue) })),
            ("default", .string(NetworkAccess.none.rawValue))
        )
    }

    /// A default is written as its parameter's type.
    static var defaults: OrderedJSON {
        .array(
            ParameterType.allCases.map { type in
                .members(
                    (
                        "if",
                        .members(
                            ("properties", .members(("type", .members(("const", .string(type.rawValue)))))),
                            ("required", .array(["type"]))
                        )
                    ),
                    ("then", .members(("properties", .members(("default", type.schema)))))
                )
            }
        )
    }

    /// A mapping with the parser's keys and no others.
    static func object(_ mapping: Mapping) -> OrderedJSON {
        .members(
            ("type", "object"),
            ("additionalProperties", false),
            ("required", mapping.required.isEmpty ? nil : .array(mapping.required.map(OrderedJSON.string))),
            (
                "properties",
                .object(mapping.keys.compactMap { key in mapping.values[key].map { .init(key, $0) } })
            )
        )
    }

    /// Things of one kind by name.
    static func collection(_ definition: String, _ description: String, _ most: Int) -> OrderedJSON {
        .members(
            ("description", .string(description)),
            ("type", "object"),
            ("maxProperties", .integer(Int64(most))),
            ("propertyNames", pointer("name")),
            ("additionalProperties", pointer(definition))
        )
    }

    static func list(_ items: OrderedJSON, _ description: String) -> OrderedJSON {
        .members(
            ("description", .string(description)),
            ("type", "array"),
            ("uniqueItems", true),
            ("maxItems", .integer(Int64(PipelineDefinition.maximumMembers))),
            ("items", items)
        )
    }

    static func reference(_ definition: String, _ description: String) -> OrderedJSON {
        .members(("description", .string(description)), ("$ref", .string("#/$defs/\(definition)")))
    }

    static func pointer(_ definition: String) -> OrderedJSON { .members(("$ref", .string("#/$defs/\(definition)"))) }

    private static var scalar: OrderedJSON { .array(["string", "number", "boolean"]) }
}

extension ParameterType {
    /// What a default of the type may be.
    fileprivate var schema: OrderedJSON {
        switch self {
        case .string: .members(("type", .array(["string", "number", "boolean"])))
        case .integer: .members(("type", "integer"))
        case .number: .members(("type", "number"))
        case .boolean: .members(("type", "boolean"))
        case .list:
            .members(
                ("type", "array"),
                ("maxItems", .integer(Int64(PipelineDefinition.maximumMembers))),
                (
                    "items",
                    .members(("type", .array(["string", "number"])), ("pattern", "^[^,]*$"))
                )
            )
        }
    }
}
