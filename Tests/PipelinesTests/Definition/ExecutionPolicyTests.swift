import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct ExecutionPolicyTests {
    @Test func `a task says how it is executed where it differs from its pipeline`() throws {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                python: env/requirements.txt
                network: platform
                tasks:
                  a: { run: x }
                  b: { run: x, python: none, network: none, verify: false }
                  c: { run: x, python: server, network: any }
                  d: { run: x, python: pylock.toml }
                """
        )
        let tasks = definition.tasks
        #expect(
            tasks.map { definition.python(of: $0) } == [
                .lock("env/requirements.txt"), .none, .server, .lock("pylock.toml"),
            ]
        )
        #expect(tasks.map { definition.network(of: $0) } == [.platform, .none, .any, .platform])
        #expect(tasks.map(\.policy.verify) == [nil, false, nil, nil])
        #expect(definition.codePaths == ["env/requirements.txt", "pylock.toml"])
        #expect(tasks.allSatisfy { definition.codePaths(of: $0).isEmpty })
    }

    @Test func `without a word a task has the server's Python and no network where that can be`() throws {
        let definition = try PipelineDefinition(yaml: "pipeline: p\ntasks: { a: { run: x } }")
        #expect(definition.python(of: definition.tasks[0]) == .server)
        #expect(definition.network(of: definition.tasks[0]) == .unstated)
    }

    @Test(arguments: [
        ("python: uv.lock", "pipeline_invalid_value", 2),
        ("python: /etc/requirements.txt", "pipeline_invalid_value", 2),
        ("network: some", "pipeline_invalid_value", 2), ("verify: true", "pipeline_unknown_key", 2),
        ("python: [a]", "pipeline_wrong_type", 2),
    ])
    func `what cannot be is said with its place`(_ line: String, _ code: String, _ number: Int) {
        let (_, problems) = DefinitionParser.parse("pipeline: p\n\(line)\ntasks: { a: { run: x } }")
        #expect(problems.map(\.code.name) == [code])
        #expect(problems.map(\.line) == [number])
    }

    @Test func `a lock file that is not there is a problem`() {
        let yaml = "pipeline: p\npython: requirements.txt\ntasks: { a: { run: x } }"
        let (_, problems) = DefinitionParser.parse(yaml, codeExists: { _ in false })
        #expect(problems.map(\.code) == [.pipelineCodeMissing])
    }
}
