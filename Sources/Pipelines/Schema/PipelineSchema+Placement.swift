import Primitives

extension PipelineSchema {
    /// One of the executors.
    static func executor(_ description: String) -> OrderedJSON {
        .members(
            ("description", .string(description)),
            ("enum", .array(ExecutorKind.allCases.map { .string($0.rawValue) }))
        )
    }

    /// An image by its digest.
    static var image: OrderedJSON {
        .members(
            ("description", "The image that it runs in, NAME@sha256:DIGEST; part of its identity."),
            ("type", "string"),
            ("maxLength", .integer(512)),
            ("pattern", "^[A-Za-z0-9][A-Za-z0-9._/:-]*@sha256:[0-9a-f]{64}$")
        )
    }

    static let resources = Mapping(
        keys: DefinitionParser.resourceKeys,
        required: [],
        values: [
            "cpu": .members(
                ("description", "Processors; a part of one is allowed."),
                ("type", "number"),
                ("minimum", .number("0.01")),
                ("maximum", .integer(Int64(TaskResources.maximumCPU)))
            ),
            "memory": .members(
                (
                    "description",
                    "A hard limit, from 1MiB to 64TiB: a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB."
                ),
                ("type", .array(["string", "integer"])),
                ("pattern", "^[0-9]+([KMGT]i?B)?$"),
                ("minimum", .integer(1 << 20)),
                ("maximum", .integer(TaskResources.maximumMemoryBytes))
            ),
            "gpu": .members(
                ("description", "Accelerators."),
                ("type", "integer"),
                ("minimum", .integer(0)),
                ("maximum", .integer(Int64(TaskResources.maximumGPU)))
            ),
            "queue": .members(
                ("description", "Slurm's partition, or Kueue's local queue of Kubernetes."),
                ("type", "string"),
                ("pattern", "^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
            ),
        ]
    )
}
