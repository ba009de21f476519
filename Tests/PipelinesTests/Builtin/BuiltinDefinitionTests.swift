import Primitives
import Testing

@testable import Pipelines

@Suite struct BuiltinDefinitionTests {
    private func problems(_ task: String) -> [String] {
        let yaml = """
            pipeline: p
            parameters: { n: { type: integer, default: 1 } }
            tasks:
              make: { run: "x > ${outputs.x}", outputs: [x, y] }
              a: \(task)
            """
        return DefinitionParser.parse(yaml).problems.map { "\($0.code.name) \($0.message) \($0.nextStep)" }
    }

    @Test func `a name that is no operator has the one that is meant beside it`() {
        #expect(
            problems("{ uses: conct, inputs: { x: make.x }, outputs: [o] }") == [
                "pipeline_undefined_operator No built-in operator is called 'conct', which task 'a' uses. "
                    + "Did you mean 'concat'?"
            ]
        )
    }

    @Test func `arguments are known by name, needed, and of their kind`() {
        let rest = "inputs: { x: make.x }, outputs: [o]"
        #expect(
            problems("{ uses: shard, with: { cout: 3 }, \(rest) }").map { $0.prefix(21) } == [
                "pipeline_missing_key ", "pipeline_unknown_key ",
            ]
        )
        #expect(problems("{ uses: shard, \(rest) }").map { $0.prefix(21) } == ["pipeline_missing_key "])
        #expect(problems("{ uses: shard, with: { count: 0 }, \(rest) }").count == 1)
        #expect(problems("{ uses: shard, with: { count: \"${params.n}\" }, \(rest) }") == [])
        #expect(
            problems("{ uses: shard, with: { count: \"${params.m}\" }, \(rest) }").map { $0.prefix(28) } == [
                "pipeline_undefined_parameter"
            ]
        )
        #expect(problems("{ uses: concat, with: { lines: maybe }, \(rest) }").count == 1)
        #expect(problems("{ uses: concat, with: { match: /x }, \(rest) }").count == 1)
        #expect(
            problems("{ uses: pick, with: { match: [] }, \(rest) }").map { $0.prefix(21) } == [
                "pipeline_missing_key "
            ]
        )
        #expect(problems("{ uses: assert, with: { that: [/a >= 1, /b is 3] }, \(rest) }").count == 1)
        #expect(problems("{ uses: assert, with: { that: \"/a ~ ${params.n}\" }, \(rest) }").count == 1)
        #expect(problems("{ uses: assert, with: { that: \"/a >= ${params.n}\" }, \(rest) }") == [])
        #expect(problems("{ uses: assert, with: { that: \"${inputs.x} > 3\" }, \(rest) }").count == 1)
    }

    @Test func `inputs, outputs and other keys are those of an operator`() {
        #expect(problems("{ uses: noop, outputs: [o] }").count == 1)
        #expect(problems("{ uses: concat, outputs: [o] }").count == 1)
        #expect(
            problems("{ uses: pick, with: { match: x }, inputs: { x: make.x, y: make.y }, outputs: [o] }").count == 1
        )
        #expect(problems("{ uses: noop, run: x }").count == 1)
        #expect(problems("{ uses: noop, environment: { A: 1 } }").count == 1)
        #expect(problems("{ run: x, with: { count: 1 } }").count == 1)
        #expect(problems("{ cache: true }").map { $0.prefix(20) } == ["pipeline_missing_key"])
    }

    @Test func `an operator has neither code nor Python in its identity, but its name, version and arguments`() throws {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                code: [lib]
                parameters: { n: { type: integer, default: 3 } }
                tasks:
                  make: { run: "x > ${outputs.x}", outputs: [x] }
                  cut: { uses: shard, with: { count: "${params.n}" }, inputs: { x: make.x }, outputs: [o] }
                """
        )
        let task = try #require(definition.task("cut"))
        #expect(task.run.source == #"shard@1 {"count":["${params.n}"]}"#)
        #expect(definition.codePaths(of: task) == [])
        #expect(task.builtin?.call(parameters: ["n": 7], item: nil).arguments == ["count": ["7"]])
    }

    @Test(
        arguments: [
            ("*.json", "a.json", true), ("*.json", "b/a.json", false), ("**/*.json", "a.json", true),
            ("**/*.json", "b/c/a.json", true), ("b/**", "b/c/a", true), ("b/**", "c/b/a", false), ("?.x", "a.x", true),
            ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbY", false), ("**", "x/y", true), ("a/**/b/**/c", "a/b/x/c", true),
        ]
    )
    func `patterns go part by part`(pattern: String, path: String, isMatch: Bool) {
        #expect(Pattern(pattern).matches(path) == isMatch)
    }

    @Test func `pointers go through members and elements`() throws {
        let document: JSONValue = ["a/b": ["x": [1, 2.5]], "~": 3, "": 4]
        func value(_ pointer: String) throws -> JSONValue? {
            try #require(Comparison("\(pointer) > 0")).value(in: document)
        }
        #expect(try value("/a~1b/x/1") == 2.5)
        #expect(try value("/~0") == 3)
        #expect(try value("/") == 4)
        #expect(try value("/a~1b/x/01") == nil)
        #expect(try value("/a~1b/x/2") == nil)
        #expect(Comparison("a > 0") == nil)
        #expect(Comparison("/a > nan") == nil)
    }
}
