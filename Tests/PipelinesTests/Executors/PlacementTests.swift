import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct PlacementTests {
    private static let image = "localhost/box@sha256:" + String(repeating: "a", count: 64)

    private static func placement(_ keys: String, of pipeline: String = "") throws -> Placement {
        let yaml = "pipeline: p\n\(pipeline)tasks:\n  a: { run: x\(keys) }\n"
        return try #require(try PipelineDefinition(yaml: yaml).task("a")).placement
    }

    @Test func `a task runs as a process, in a container when it has an image, and where it or the pipeline says`()
        throws
    {
        #expect(try Self.placement("") == .process)
        let box = Placement(executor: .container, image: Self.image, resources: .none)
        #expect(try Self.placement(", image: '\(Self.image)'") == box)
        #expect(try Self.placement("", of: "executor: slurm\n").executor == .slurm)
        #expect(try Self.placement(", executor: process", of: "executor: slurm\n") == .process)
        #expect(try Self.placement(", image: '\(Self.image)'", of: "executor: kubernetes\n").executor == .kubernetes)
    }

    @Test func `resources are numbers with units`() throws {
        let found = try Self.placement(
            ", resources: { cpu: 0.5, memory: 16GiB, gpu: 2, queue: big-1 }",
            of: "executor: slurm\n"
        )
        #expect(found.resources == TaskResources(cpu: 0.5, memoryBytes: 16 << 30, gpu: 2, queue: "big-1"))
    }

    @Test(
        arguments: [
            ("512MiB", 512 << 20), ("2GB", 2_000_000_000), ("1048576", 1 << 20), ("1TiB", 1 << 40), ("1 GiB", nil),
            ("GiB", nil),
            ("-1GiB", nil), ("1.5GiB", nil), ("99999999999TiB", nil), ("1gib", nil),
        ] as [(String, Int64?)]
    )
    func `memory is a whole number with a unit of its own spelling`(text: String, bytes: Int64?) {
        #expect(TaskResources.bytes(text) == bytes)
    }

    @Test(arguments: [
        (", executor: docker", "pipeline_invalid_value", "no executor"),
        (", image: 'python:3.13'", "pipeline_invalid_value", "not given by its digest"),
        (", executor: container", "pipeline_missing_key", "has no 'image'"),
        (", executor: slurm, image: '\(image)'", "pipeline_invalid_value", "runs none"),
        (", resources: { cpu: 1 }", "pipeline_invalid_value", "would not be held"),
        (", executor: slurm, resources: { cpus: 1 }", "pipeline_unknown_key", "Unknown key 'cpus'"),
        (", executor: slurm, resources: { memory: 1 }", "pipeline_invalid_value", "from 1MiB to 64TiB"),
        (", executor: slurm, resources: { memory: lots }", "pipeline_invalid_value", "from 1MiB to 64TiB"),
        (", executor: slurm, resources: { gpu: -1 }", "pipeline_invalid_value", "must be from 0"),
        (", executor: slurm, resources: { queue: 'a b' }", "pipeline_invalid_value", "names no queue"),
        (", image: '\(image)', resources: { queue: a }", "pipeline_invalid_value", "has none"),
    ])
    func `a placement that cannot be is a problem with its line`(keys: String, code: String, words: String) throws {
        let (definition, problems) = DefinitionParser.parse("pipeline: p\ntasks:\n  a: { run: x\(keys) }\n")
        #expect(definition == nil)
        let problem = try #require(problems.first)
        #expect((problem.error.code.name, problem.line) == (code, 3))
        #expect(problem.error.message.contains(words), "\(problem.error.message)")
    }

    @Test func `the image is a part of a task's identity; where it runs and what it is given are not`() throws {
        func identity(_ keys: String) throws -> Digest {
            let task = try #require(
                try PipelineDefinition(yaml: "pipeline: p\ntasks:\n  a: { run: x\(keys) }\n").task("a")
            )
            return try TaskComponents(task: task, parameters: [:], code: nil, inputs: [:]).identity()
        }
        let plain = try identity("")
        #expect(try identity(", executor: slurm, resources: { cpu: 8 }") == plain)
        let boxed = try identity(", image: '\(Self.image)'")
        #expect(boxed != plain)
        #expect(try identity(", image: '\(Self.image)', executor: kubernetes, resources: { gpu: 1 }") == boxed)
        #expect(
            try identity(", image: '\(Self.image.replacing("a@", with: "b@").replacing("aaaa", with: "bbbb"))'")
                != boxed
        )
    }
}
