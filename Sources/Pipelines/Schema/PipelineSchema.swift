import Primitives

/// The JSON Schema (draft 2020-12) of pipeline files, for editors. It says what one value may be; what values say about
/// each other (references, cycles, code on the disk) only `aku pipelines lint` knows.
///
/// Keys come from the parser's own tables, in their order; a test fails when one has no description here.
package enum PipelineSchema {
    /// The schema.
    package static var document: OrderedJSON {
        let pipeline = object(pipeline)
        return .object(
            [
                .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
                .init("$id", "urn:aku:pipeline:1"),
                .init("title", "Aku pipeline"),
            ] + (pipeline.members ?? []) + [
                .init(
                    "$defs",
                    .object([
                        .init("name", name), .init("text", text), .init("note", note), .init("codePaths", codePaths),
                        .init("parameter", object(parameter).updated(with: .members(("allOf", defaults)))),
                        .init("task", object(task).updated(with: builtins)), .init("retries", object(retries)),
                        .init("schedule", object(schedule)), .init("map", mapSource),
                        .init("resources", object(resources)),
                    ])
                )
            ]
        )
    }

    /// The file `mlops/pipeline.schema.json`.
    package static var file: String { document.indented + "\n" }

    /// One mapping of the format.
    struct Mapping {
        /// The parser's table.
        let keys: [String]
        let required: [String]
        /// What each key holds.
        let values: [String: OrderedJSON]
    }

    /// Every mapping with a fixed set of keys, by the name of the parser's table.
    static let mappings: [String: Mapping] = [
        "pipelineKeys": pipeline, "parameterKeys": parameter, "taskKeys": task, "retryKeys": retries,
        "mapKeys": map, "scheduleKeys": schedule, "dstKeys": dst, "catchUpKeys": catchUp,
        "resourceKeys": resources,
    ]

    static let pipeline = Mapping(
        keys: DefinitionParser.pipelineKeys,
        required: ["pipeline", "tasks"],
        values: [
            "pipeline": reference("name", "The pipeline's name."),
            "description": reference("note", "One sentence for people."),
            "parameters": collection("parameter", "Values that a run may be given.", PipelineDefinition.maximumMembers),
            "code": reference("codePaths", "Files and folders, relative to this file; tasks see each under code/."),
            "schedule": .members(
                ("description", "When it runs by itself: one schedule, a list of them, or a cron expression in UTC."),
                (
                    "anyOf",
                    .array([
                        .members(("type", "string")), pointer("schedule"),
                        .members(
                            ("type", "array"),
                            ("maxItems", .integer(Int64(Schedule.maximumSchedules))),
                            ("items", .members(("anyOf", .array([.members(("type", "string")), pointer("schedule")]))))
                        ),
                    ])
                )
            ),
            "executor": executor("Where tasks run that say nothing of it."),
            "tasks": collection("task", "The tasks, by name.", PipelineDefinition.maximumTasks)
                .setting("minProperties", .integer(1)),
            "on_failure": collection(
                "task",
                "Tasks that run when all others are over and one failed, or the deadline passed.",
                DefinitionParser.maximumFailureTasks
            ).setting("minProperties", .integer(1)),
            "deadline_seconds": .members(
                ("description", "A run that is not over so long after it was accepted is ended, and has failed."),
                ("type", "integer"),
                ("minimum", .integer(1)),
                ("maximum", .integer(Int64(DefinitionParser.maximumDeadlineSeconds)))
            ),
            "python": python, "network": network, "priority": priority,
        ]
    )

    static let parameter = Mapping(
        keys: DefinitionParser.parameterKeys,
        required: ["type"],
        values: [
            "type": .members(
                ("description", "What its values are."),
                ("enum", .array(ParameterType.allCases.map { .string($0.rawValue) }))
            ),
            "default": .members(("description", "Used when a run gives no value; without it the value is required.")),
            "description": reference("note", "One sentence for people."),
        ]
    )

    static let task = Mapping(
        keys: DefinitionParser.taskKeys,
        required: [],
        values: [
            "run": reference(
                "text",
                "The command, for sh -eu -c. ${params.x}, ${inputs.x} and ${outputs.x} are replaced, shell-quoted."
            ),
            "uses": .members(
                ("description", "A built-in operator, which the server does itself, instead of a command."),
                ("enum", .array(BuiltinOperator.allCases.map { .string($0.rawValue) }))
            ),
            "with": .members(("description", "Arguments of the operator."), ("type", "object")),
            "inputs": .members(
                ("description", "What it reads: NAME: TASK.OUTPUT. The command finds it as ${inputs.NAME}."),
                ("type", "object"),
                ("maxProperties", .integer(Int64(PipelineDefinition.maximumMembers))),
                ("propertyNames", pointer("name")),
                (
                    "additionalProperties",
                    .members(("type", "string"), ("pattern", "^.+\\..+$"))
                )
            ),
            "outputs": list(pointer("name"), "What it writes: files or folders at ${outputs.NAME}."),
            "after": list(pointer("text"), "Tasks to wait for without reading from them."),
            "retries": reference("retries", "How a failed attempt is repeated; not at all when this is left out."),
            "timeout_seconds": .members(
                ("description", "The longest attempt."),
                ("type", "integer"),
                ("minimum", .integer(1)),
                ("maximum", .integer(Int64(DefinitionParser.maximumTimeoutSeconds))),
                ("default", .integer(3600))
            ),
            "cache": .members(
                ("description", "Whether the outputs of an earlier execution with the same identity are linked."),
                ("type", "boolean"),
                ("default", true)
            ),
            "environment": .members(
                ("description", "Variables of the process; part of the task's identity."),
                ("type", "object"),
                ("maxProperties", .integer(Int64(PipelineDefinition.maximumMembers))),
                ("propertyNames", .members(("pattern", "^(?!AKU_)[A-Za-z_][A-Za-z0-9_]*$"))),
                ("additionalProperties", pointer("note"))
            ),
            "code": reference("codePaths", "Code of this task alone, in place of the pipeline's."),
            "verify": .members(
                ("description", "Whether 'aku pipelines verify' executes it again; not those with 'cache: false'."),
                ("type", "boolean")
            ),
            "python": python, "network": network,
            "when": .members(
                ("description", "What must hold, e.g. params.deploy and inputs.evaluation.accuracy >= 0.9."),
                ("type", .array(["string", "boolean"])),
                ("minLength", .integer(1)),
                ("maxLength", .integer(Int64(Condition.maximumCharacters)))
            ),
            "map": reference("map", "Execute it once for each element of a list, or for each shard of a folder."),
            "pool": reference("name", "The pool of which it holds a slot while it runs."),
            "priority": priority,
            "join": .members(
                ("description", "What it wants of the tasks that it waits for."),
                ("enum", .array(JoinRule.allCases.map { .string($0.rawValue) })),
                ("default", .string(JoinRule.all.rawValue))
            ),
            "executor": executor("Where it runs; by default the pipeline's, or a container when it has an image."),
            "image": image,
            "resources": reference("resources", "What it needs of a machine; no part of its identity."),
        ]
    )

    static let retries = Mapping(
        keys: DefinitionParser.retryKeys,
        required: [],
        values: [
            "limit": .members(
                ("description", "The most repetitions after the first attempt."),
                ("type", "integer"),
                ("minimum", .integer(0)),
                ("maximum", .integer(Int64(DefinitionParser.maximumRetries)))
            ),
            "backoff_seconds": .members(
                ("description", "The delay before the first repetition; each later one is twice as long, plus jitter."),
                ("type", "number"),
                ("minimum", .integer(0)),
                ("maximum", .integer(3600)),
                ("default", .integer(1))
            ),
        ]
    )
}
