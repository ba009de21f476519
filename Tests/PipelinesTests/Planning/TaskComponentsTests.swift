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
        environment: String = "{ B: '2', A: '1' }",
        python: [String: String]? = ["version": "3.11.7", "packages": "some"],
        network: NetworkAccess = .none
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
            inputs: ["i": Digest.sha256(of: Data(input.utf8))],
            python: python,
            network: network
        )
    }

    @Test func `an identity is stable across releases`() throws {
        // Computed outside this code: Python's hashlib over json.dumps(sort_keys=True, separators=(',', ':')).
        #expect(
            try Self.components().identity().description
                == "sha256:a478334da196a36d1341f1e650f9533265576502320dd24e85daa35bd8db3d69"
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
            ("python.packages", try Self.components(python: ["version": "3.11.7", "packages": "others"])),
            ("python.version", try Self.components(python: ["version": "3.12.1", "packages": "some"])),
            ("network", try Self.components(network: .any)),
            ("environment.C", try Self.components(environment: "{ A: '1', B: '2', C: '3' }")),
        ]
        for (part, components) in changed {
            #expect(try components.identity() != base.identity())
            #expect(components.differences(from: base).map(\.part) == [part])
        }
        #expect(Set(try changed.map { try $0.1.identity() }).count == changed.count)
    }

    @Test func `components of the rules before are still read, and differ in their format`() throws {
        let now = try Self.components(python: nil, network: .any)
        let text = try CanonicalJSON.text(now).replacingOccurrences(of: "aku.task/2", with: "aku.task/1")
        let before = try CanonicalJSON.decode(TaskComponents.self, from: Data(text.utf8))
        #expect(now.differences(from: before) == [.init(part: "format", before: "aku.task/1", now: "aku.task/2")])
    }
}
