import Primitives

extension PipelineSchema {
    /// What holds between `run`, `uses` and `with` of a task.
    static var builtins: OrderedJSON {
        let plain = OrderedJSON.members(
            ("required", .array(["run"])),
            ("properties", .members(("uses", false), ("with", false)))
        )
        let operators = BuiltinOperator.allCases.map { known -> OrderedJSON in
            let hasRequired = known.arguments.contains(where: \.isRequired)
            return .members(
                ("description", .string(known.summary)),
                ("required", .array(hasRequired ? ["uses", "with"] : ["uses"])),
                (
                    "properties",
                    .object(
                        [
                            .init("uses", .members(("const", .string(known.rawValue)))),
                            .init("with", arguments(of: known)),
                        ] + DefinitionParser.processKeys.map { .init($0, false) }
                    )
                )
            )
        }
        return .members(("oneOf", .array([plain] + operators)))
    }

    private static func arguments(of known: BuiltinOperator) -> OrderedJSON {
        let required = known.arguments.filter(\.isRequired).map { OrderedJSON.string($0.name) }
        return .members(
            ("type", "object"),
            ("additionalProperties", false),
            ("required", required.isEmpty ? nil : .array(required)),
            ("properties", .object(known.arguments.map { .init($0.name, value(of: $0)) }))
        )
    }

    private static func value(of argument: BuiltinArgument) -> OrderedJSON {
        let single = pointer("text")
        guard argument.isList else {
            return .members(("description", .string(argument.summary)), ("$ref", "#/$defs/text"))
        }
        let list = OrderedJSON.members(
            ("type", "array"),
            ("uniqueItems", true),
            ("minItems", .integer(1)),
            ("maxItems", .integer(Int64(PipelineDefinition.maximumMembers))),
            ("items", single)
        )
        return .members(("description", .string(argument.summary)), ("anyOf", .array([single, list])))
    }
}
