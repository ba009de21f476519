import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct ConditionTests {
    private static let parameters: [String: JSONValue] = [
        "n": 3, "rate": 0.5, "flag": true, "name": "blue-green", "langs": ["en", "fr"], "a.b": "dotted",
    ]

    private func values() throws -> (ConditionValues, TemporaryFolder) {
        let folder = try TemporaryFolder(), objects = try ObjectStore(root: folder.path("objects"))
        let document = try objects.put(
            Data(#"{"accuracy":0.93,"by":[{"lang":"en","n":7}],"promote":true,"x":null}"#.utf8)
        )
        try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: true)
        try Data(#"{"loss":2}"#.utf8).write(to: URL(fileURLWithPath: folder.path("out/metrics.json")))
        let tree = try objects.putTree(directory: folder.path("out"))
        let broken = try objects.put(Data("{\"half\":".utf8))
        let values = ConditionValues(
            parameters: Self.parameters,
            inputs: [
                "m": TaskOutput(name: "m", digest: document.digest, kind: .file, bytes: document.size),
                "dir": TaskOutput(name: "dir", digest: tree.digest, kind: .tree, bytes: tree.bytes),
                "broken": TaskOutput(name: "broken", digest: broken.digest, kind: .file, bytes: broken.size),
            ],
            states: ["train": .cached, "check": .failed],
            objects: objects
        )
        return (values, folder)
    }

    @Test(arguments: [
        ("params.n == 3", true), ("params.n == 3.0", true), ("params.n < 3", false), ("params.n <= 3", true),
        ("-1 < params.n", true), ("params.rate >= 0.5 and params.flag", true), ("not params.flag", false),
        ("params.flag == true", true), ("params.name == 'blue-green'", true), ("params.name != \"x\"", true),
        ("'green' in params.name", true), ("'fr' in params.langs", true), ("'de' not in params.langs", true),
        ("params.name in ['a', 'blue-green']", true), ("params[\"a.b\"] == 'dotted'", true),
        ("false or false or params.n > 2", true), ("true or params.n", true), ("false and params.n", false),
        ("not (params.flag and params.n > 5)", true), ("not not params.flag", true),
        ("inputs.m.accuracy > 0.9", true), ("inputs.m.by[0].n == 7 and inputs.m.by[0]['lang'] == 'en'", true),
        ("inputs.m.by[1] == null", true), ("inputs.m.nothing.at.all == null", true), ("inputs.m.x == null", true),
        ("inputs.m.promote", true), ("'accuracy' in inputs.m", true), ("inputs.dir['metrics.json'].loss == 2", true),
        ("inputs.dir['other.json'] == null", true), ("tasks.train.state in ['succeeded', 'cached']", true),
        ("tasks.check.state == 'failed'", true), ("'a\\'b' == \"a'b\"", true), ("'a' < 'b'", true),
        ("true or false and false", true), ("  params.n==3  ", true), ("params.langs == ['en', 'fr']", true),
    ])
    func `a condition is decided from parameters, JSON inputs and states`(text: String, holds: Bool) throws {
        let (values, folder) = try values()
        defer { _ = folder }
        #expect(try Condition(text).decide(values).holds == holds)
    }

    @Test func `the verdict names the values that decided`() throws {
        let (values, folder) = try values()
        defer { _ = folder }
        #expect(
            try Condition("params.n > 5 or inputs.m.accuracy > 0.95").decide(values).explanation
                == "'params.n > 5 or inputs.m.accuracy > 0.95' does not hold: "
                + "params.n is 3, inputs.m.accuracy is 0.93."
        )
        #expect(try Condition("1 < 2").decide(values).explanation == "'1 < 2' holds.")
    }

    @Test(arguments: [
        ("inputs.m.promote > 1", "task_condition_failed", "true > 1"),
        ("inputs.m.accuracy", "task_condition_failed", "neither true nor false"),
        ("inputs.m.by < 'x'", "task_condition_failed", "cannot be decided"),
        ("1 in inputs.m.accuracy", "task_condition_failed", "1 in 0.93"),
        ("inputs.dir == null", "task_condition_failed", "'inputs.dir' is a folder"),
        ("inputs.broken.half == 1", "invalid_json", "inputs.broken.half"),
    ])
    func `what cannot be decided is an error with its values`(text: String, code: String, part: String) throws {
        let (values, folder) = try values()
        defer { _ = folder }
        let error = #expect(throws: PlatformError.self) { try Condition(text).decide(values) }
        #expect(error?.code.name == code)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("", 0, "a value must stand"), ("params", 0, "followed by no name"), ("params.", 7, "a name must stand"),
        ("params.n = 3", 9, "'=' is no comparison"), ("parms.n == 3", 0, "nothing that a condition knows"),
        ("${params.n} == 3", 0, "without '${}'"), ("params.n == blue", 12, "a text stands between quotes"),
        ("params.n == 'blue", 12, "has no end"), ("(params.flag", 12, "')' must stand"),
        ("params.flag params.n", 12, "'and', 'or' or the end"), ("params.n == 1.2.3", 12, "'1.2.3' is no number"),
        ("params.n not 3", 13, "'in' must stand"), ("params.langs[x]", 13, "a text between quotes"),
        ("params.n + 1 == 2", 9, "no part of a condition"), ("params.n == 1 == true", 14, "the end must stand"),
        ("!params.flag", 0, "'!' is no comparison"), ("[1, 2", 5, "']' must stand"),
    ])
    func `what is no condition is refused with its place`(text: String, offset: Int, part: String) {
        let problem = #expect(throws: ConditionProblem.self) { try Condition(text) }
        #expect(problem?.offset == offset)
        #expect(problem?.message.contains(part) == true, "\(problem?.message ?? "")")
    }

    @Test func `length and depth are bounded`() {
        let deep = String(repeating: "(", count: 33) + "true" + String(repeating: ")", count: 33)
        #expect(throws: ConditionProblem.self) { try Condition(deep) }
        #expect(throws: Never.self) { try Condition(String(deep.dropFirst().dropLast())) }
        #expect(throws: ConditionProblem.self) { try Condition(String(repeating: "not ", count: 33) + "true") }
        #expect(throws: ConditionProblem.self) {
            try Condition("'" + String(repeating: "a", count: Condition.maximumCharacters) + "' == 'a'")
        }
    }

    @Test(arguments: [
        ("params.deploi", 6, 11, "There is no parameter 'deploi'."),
        ("\"params.deploy and params.n\"", 6, 30, "The condition is neither true nor false."),
        ("params.n == 'x'", 6, 20, "These two can never be compared by '=='"),
        ("params.deploy > 1", 6, 25, "These two can never be compared by '>'"),
        ("inputs.y.a == 1", 6, 11, "The task has no input 'y'."),
        ("tasks.b.state == 'failed'", 6, 11, "The task does not wait for 'b'."),
        ("tasks.a.output == 'x'", 6, 11, "Of a task, a condition knows the state."),
        ("tasks.a.state == 'ok'", 6, 11, "No task that is over is 'ok'."),
        ("params.n ==", 6, 22, "The condition ends here"),
    ])
    func `lint says where a condition goes wrong`(when: String, line: Int, column: Int, message: String) throws {
        let problems = DefinitionParser.parse(
            """
            pipeline: p
            parameters: { deploy: { type: boolean, default: true }, n: { type: integer, default: 1 } }
            tasks:
              a: { run: x, outputs: [o] }
              c:
                when: \(when)
                inputs: { x: a.o }
                run: x
              b: { run: x }
            """
        ).problems
        #expect(problems.map(\.code.name) == ["pipeline_invalid_condition"])
        #expect(problems.map { [$0.line, $0.column] } == [[line, column]])
        #expect(problems.first?.message.contains(message) == true, "\(problems)")
    }
}
