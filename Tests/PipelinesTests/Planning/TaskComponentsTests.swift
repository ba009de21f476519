import Foundation
import Primitives
import Storage
import Testing

@testable import Pipelines

@Suite struct TaskComponentsTests {
    static func components(
        run: String = "x ${params.seed} ${inputs.i} ${outputs.o}",
        parameters: [String: JSONValue] = ["seed": 1, "other": 2],
        code: String? = "code",
        input: String = "input",
        environment: String = "{ B: '2', A: '1' }"
    ) throws -> TaskComponents {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                parameters: { seed: { type: integer }, other: { type: integer } }
                tasks:
                  a: { run: x, outputs: [o] }
                  b: { run: "\(run)", inputs: { i: a.o }, outputs: [o], environment: \(environment) }
                """
        )
        return TaskComponents(
            task: try #require(definition.task("b")),
            parameters: parameters,
            code: code.map { Digest.sha256(of: Data($0.utf8)) },
            inputs: ["i": Digest.sha256(of: Data(input.utf8))]
        )
    }

    @Test func `an identity is stable across releases`() throws {
        // Computed outside this code: Python's hashlib over json.dumps(sort_keys=True, separators=(',', ':')).
        #expect(
            try Self.components().identity().description
                == "sha256:c5f814a8b2fb88a2acb6d5c4a9946a4730ccc3a3774888c151dedc3d6c103029"
        )
    }

    @Test func `what a task does not use is no part of its identity`() throws {
        let identity = try Self.components().identity()
        #expect(try Self.components(parameters: ["seed": 1, "other": 99]).identity() == identity)
        #expect(try Self.components(environment: "{ A: '1', B: '2' }").identity() == identity)
    }

    @Test func `every component changes the identity, and the difference names it`() throws {
        let base = try Self.components()
        let changed: [(String, TaskComponents)] = [
            ("command", try Self.components(run: "y ${params.seed} ${inputs.i} ${outputs.o}")),
            ("parameters.seed", try Self.components(parameters: ["seed": 2, "other": 2])),
            ("code", try Self.components(code: "other")),
            ("code", try Self.components(code: nil)),
            ("inputs.i", try Self.components(input: "other")),
            ("environment.B", try Self.components(environment: "{ A: '1', B: '3' }")),
            ("environment.C", try Self.components(environment: "{ A: '1', B: '2', C: '3' }")),
        ]
        for (part, components) in changed {
            #expect(try components.identity() != base.identity())
            #expect(components.differences(from: base).map(\.part) == [part])
        }
        #expect(Set(try changed.map { try $0.1.identity() }).count == changed.count)
    }
}
