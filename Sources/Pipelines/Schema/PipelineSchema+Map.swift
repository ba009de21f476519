import Primitives

extension PipelineSchema {
    static let map = Mapping(
        keys: DefinitionParser.mapKeys,
        required: [],
        values: [
            "over": .members(
                ("description", "A list: params.NAME, or TASK.OUTPUT for a file with a JSON list."),
                ("type", "string"),
                ("pattern", "^.+\\..+$")
            ),
            "shards": .members(
                ("description", "A folder: TASK.OUTPUT. Each of its files and folders is ${map.item} of one instance."),
                ("type", "string"),
                ("pattern", "^.+\\..+$")
            ),
            "limit": .members(
                ("description", "More elements are refused."),
                ("type", "integer"),
                ("minimum", .integer(1)),
                ("maximum", .integer(Int64(MapRule.maximumInstances))),
                ("default", .integer(Int64(MapRule.standardLimit)))
            ),
        ]
    )

    /// One source, and not two.
    static var mapSource: OrderedJSON {
        object(map).updated(
            with: .members(
                (
                    "oneOf",
                    .array([
                        .members(("required", .array(["over"]))), .members(("required", .array(["shards"]))),
                    ])
                )
            )
        )
    }
}
