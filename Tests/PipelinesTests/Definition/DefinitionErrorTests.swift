import Foundation
import Primitives
import TestSupport
import Testing

@testable import Pipelines

/// One bad definition, and what must be said about it.
struct BadDefinition: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String
    let code: String
    let line: Int
    let column: Int
    let message: String
    let nextStep: String

    init(
        _ name: String,
        _ code: String,
        _ line: Int,
        _ column: Int,
        _ message: String,
        _ nextStep: String,
        _ yaml: String
    ) {
        self.name = name
        self.code = code
        self.line = line
        self.column = column
        self.message = message
        self.nextStep = nextStep
        self.yaml = yaml
    }

    var testDescription: String { name }
}

@Suite struct DefinitionErrorTests {
    static let bad: [BadDefinition] = [
        BadDefinition(
            "unknown key of a task",
            "pipeline_unknown_key",
            3,
            19,
            "Unknown key 'input' in task 'a'.",
            "Did you mean 'inputs'?",
            "pipeline: p\ntasks:\n  a: { run: true, input: {} }"
        ),
        BadDefinition(
            "unknown key of the pipeline",
            "pipeline_unknown_key",
            2,
            1,
            "Unknown key 'task' in the pipeline.",
            "Did you mean 'tasks'?",
            "pipeline: p\ntask: {}\ntasks: { a: { run: x } }"
        ),
        BadDefinition(
            "unknown key of retries",
            "pipeline_unknown_key",
            5,
            16,
            "Unknown key 'limits' in 'retries' of task 'a'.",
            "Did you mean 'limit'?",
            "pipeline: p\ntasks:\n  a:\n    run: x\n    retries: { limits: 3 }"
        ),
        BadDefinition(
            "cycle of two",
            "pipeline_cycle",
            3,
            3,
            "Tasks wait for each other: a → b → a.",
            "Remove one of these inputs or 'after' entries.",
            "pipeline: p\ntasks:\n  a: { run: x, after: [b] }\n  b: { run: x, after: [a] }"
        ),
        BadDefinition(
            "cycle of three beside a good task",
            "pipeline_cycle",
            4,
            3,
            "Tasks wait for each other: a → b → c → a.",
            "Remove one of these inputs or 'after' entries.",
            "pipeline: p\ntasks:\n  z: { run: x }\n  a: { run: x, after: [z, c] }\n  b: { run: x, after: [a] }\n  c: { run: x, after: [b] }"
        ),
        BadDefinition(
            "task that waits for itself",
            "pipeline_cycle",
            3,
            3,
            "Tasks wait for each other: a → a.",
            "Remove one of these inputs or 'after' entries.",
            "pipeline: p\ntasks:\n  a: { run: x, after: [a] }"
        ),
        BadDefinition(
            "input of an unknown task",
            "pipeline_undefined_task",
            4,
            3,
            "No task is called 'colect', which input 'c' of task 'b' needs.",
            "Did you mean 'collect'?",
            "pipeline: p\ntasks:\n  collect: { run: x, outputs: [o] }\n  b: { run: x, inputs: { c: colect.o } }"
        ),
        BadDefinition(
            "unknown output",
            "pipeline_undefined_output",
            4,
            3,
            "Input 'c' of task 'b' needs 'a.corpsu', but task 'a' has no output 'corpsu'.",
            "Did you mean 'corpus'?",
            "pipeline: p\ntasks:\n  a: { run: x, outputs: [corpus] }\n  b: { run: x, inputs: { c: a.corpsu } }"
        ),
        BadDefinition(
            "unknown parameter",
            "pipeline_undefined_parameter",
            4,
            3,
            "The command of task 'a' uses ${params.sed}, but there is no such parameter.",
            "Did you mean 'seed'?",
            "pipeline: p\nparameters: { seed: { type: integer } }\ntasks:\n  a: { run: 'x ${params.sed}' }"
        ),
        BadDefinition(
            "unknown input in a command",
            "pipeline_undefined_input",
            3,
            3,
            "The command of task 'a' uses ${inputs.x}, but there is no such input.",
            "",
            "pipeline: p\ntasks:\n  a: { run: 'x ${inputs.x}' }"
        ),
        BadDefinition(
            "unknown scope",
            "pipeline_undefined_reference",
            3,
            3,
            "The command of task 'a' uses ${input.x}, which is no reference.",
            "Did you mean 'inputs'?",
            "pipeline: p\ntasks:\n  a: { run: 'x ${input.x}' }"
        ),
        BadDefinition(
            "same task twice",
            "pipeline_duplicate_name",
            3,
            3,
            "The key 'a' is there twice.",
            "Rename or remove one.",
            "pipeline: p\ntasks:\n  a: { run: x }\n  a: { run: y }"
        ),
        BadDefinition(
            "same output twice",
            "pipeline_duplicate_name",
            3,
            31,
            "'o' is twice in 'outputs' of task 'a'.",
            "Remove one.",
            "pipeline: p\ntasks:\n  a: { run: x, outputs: [ o,  o ] }"
        ),
        BadDefinition(
            "code paths with one name",
            "pipeline_duplicate_name",
            2,
            17,
            "Two code paths end in 'lib'; both would be code/lib.",
            "Rename one of the folders.",
            "pipeline: p\ncode: [one/lib, two/lib]\ntasks: { a: { run: x } }"
        ),
        BadDefinition(
            "absolute code path",
            "pipeline_invalid_value",
            2,
            8,
            "The code path '/etc' is absolute or has no name at its end.",
            "Write a path relative to the pipeline file that ends in the name of a file or folder.",
            "pipeline: p\ncode: [/etc]\ntasks: { a: { run: x } }"
        ),
        BadDefinition(
            "outputs that are no list",
            "pipeline_wrong_type",
            3,
            25,
            "'outputs' of task 'a' must be a list, for example [a, b].",
            "",
            "pipeline: p\ntasks:\n  a: { run: x, outputs: corpus }"
        ),
        BadDefinition(
            "cache that is text",
            "pipeline_wrong_type",
            3,
            23,
            "'cache' of task 'a' must be true or false.",
            "",
            "pipeline: p\ntasks:\n  a: { run: x, cache: \"true\" }"
        ),
        BadDefinition(
            "timeout out of bounds",
            "pipeline_invalid_value",
            3,
            33,
            "The timeout of task 'a' is 0; it must be from 1 to 604800.",
            "",
            "pipeline: p\ntasks:\n  a: { run: x, timeout_seconds: 0 }"
        ),
        BadDefinition(
            "default of another type",
            "pipeline_wrong_type",
            3,
            35,
            "The default of parameter 'seed' is not of type integer.",
            "Write a whole number, for example 17.",
            "pipeline: p\nparameters:\n  seed: { type: integer, default: many }\ntasks: { a: { run: x } }"
        ),
        BadDefinition(
            "unknown parameter type",
            "pipeline_invalid_value",
            3,
            17,
            "'int' is no type of parameter.",
            "Known: boolean, integer, list, number, string.",
            "pipeline: p\nparameters:\n  seed: { type: int }\ntasks: { a: { run: x } }"
        ),
        BadDefinition(
            "task without command",
            "pipeline_missing_key",
            3,
            3,
            "Task 'a' has no 'run'.",
            "Add the command as 'run:', or a built-in operator as 'uses:'.",
            "pipeline: p\ntasks:\n  a: { outputs: [o] }"
        ),
        BadDefinition(
            "no tasks",
            "pipeline_missing_key",
            1,
            1,
            "The pipeline has no 'tasks'.",
            "Add 'tasks:'.",
            "pipeline: p"
        ),
        BadDefinition(
            "empty file",
            "pipeline_missing_key",
            1,
            1,
            "The file is empty.",
            "Write 'pipeline: NAME' and 'tasks:'.",
            ""
        ),
        BadDefinition(
            "reserved variable",
            "pipeline_invalid_value",
            3,
            31,
            "'AKU_TOKEN' cannot name a variable of task 'a'.",
            "Use letters, digits and '_'; names beginning with AKU_ are the platform's.",
            "pipeline: p\ntasks:\n  a: { run: x, environment: { AKU_TOKEN: x } }"
        ),
        BadDefinition(
            "open bracket",
            "pipeline_syntax",
            4,
            1,
            "The file is not YAML here: did not find expected ',' or ']'.",
            "Check quotes, brackets and indentation.",
            "pipeline: p\ntasks:\n  a: { run: x, outputs: [o\n"
        ),
    ]

    @Test(arguments: bad) func `a bad definition is refused with code, place and next step`(_ bad: BadDefinition) throws
    {
        let (definition, problems) = DefinitionParser.parse(bad.yaml)
        #expect(definition == nil)
        let problem = try #require(problems.first)
        #expect(problem.code.name == bad.code)
        #expect(problem.message == bad.message)
        #expect(problem.nextStep == bad.nextStep)
        #expect("\(problem.line):\(problem.column)" == "\(bad.line):\(bad.column)")
    }

    @Test func `every problem is found in one pass, in the order of the lines`() {
        let (_, problems) = DefinitionParser.parse(
            """
            pipeline: p
            tasks:
              a: { run: x, retrys: {}, cache: maybe }
              b: { run: x, after: [c] }
            """
        )
        #expect(
            problems.map { "\($0.line) \($0.code)" } == [
                "3 pipeline_unknown_key", "3 pipeline_wrong_type", "4 pipeline_undefined_task",
            ]
        )
    }

    @Test func `a mistake in a task's own keys is not told again as the references that it breaks`() {
        let (_, problems) = DefinitionParser.parse(
            """
            pipeline: p
            tasks:
              a: { run: x, output: [o] }
              b: { run: "x ${inputs.i}", input: { i: a.o } }
              c: { run: "x ${inputs.i}", inputs: { i: a.o } }
            """
        )
        #expect(
            problems.map { "\($0.line) \($0.nextStep)" } == ["3 Did you mean 'outputs'?", "4 Did you mean 'inputs'?"]
        )
    }

    @Test func `a file over 1 MiB and more than 1,000 tasks are refused`() {
        let large = "pipeline: p\n# " + String(repeating: "x", count: 1 << 20)
        #expect(DefinitionParser.parse(large).problems.map(\.code) == [.pipelineTooLarge])
        let many = "pipeline: p\ntasks:\n" + (0...1000).map { "  t\($0): { run: x }\n" }.joined()
        #expect(DefinitionParser.parse(many).problems.map(\.code) == [.pipelineTooMany])
    }

    @Test func `deep nesting is refused and does not exhaust the stack`() {
        let deep = "pipeline: p\ntasks: " + String(repeating: "[", count: 100_000)
        #expect(DefinitionParser.parse(deep).problems.map(\.code) == [.pipelineSyntax])
    }

    @Test func `aliases that double at each level are refused without being expanded`() {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...40 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(DefinitionParser.parse(yaml + "pipeline: p\n").problems.allSatisfy { $0.code != .pipelineTooMany })
    }

    @Test func `a code path that is not there is a problem of the file, with its place`() throws {
        let folder = try TemporaryFolder()
        try folder.write("lib/x.py", "")
        let path = try folder.write("p.yaml", "pipeline: p\ncode:\n  - lib\n  - lab\ntasks: { a: { run: x } }\n")
        let problems = try PipelineFile(path: path).problems
        #expect(
            problems == [
                DefinitionProblem(
                    .pipelineCodeMissing,
                    "The code 'lab' is not there.",
                    nextStep: "Write a path relative to the folder of the pipeline file.",
                    line: 4,
                    column: 5
                )
            ]
        )
    }
}
