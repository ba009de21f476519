import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct DefinitionTests {
    @Test func `the format of the handbook reads as written`() throws {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: intent
                description: From text to endpoint
                parameters:
                  languages: { type: list, default: [en, fr, no] }
                  seed: { type: integer, default: 17 }
                code: [../training/intent]
                tasks:
                  collect:
                    run: python code/intent/collect.py --languages ${params.languages} --out ${outputs.corpus}
                    outputs: [corpus]
                  split:
                    inputs: { corpus: collect.corpus }
                    run: split ${inputs.corpus}
                    retries: { limit: 2, backoff_seconds: 0.5 }
                    timeout_seconds: 1800
                    cache: false
                    after: [collect]
                    environment: { OMP_NUM_THREADS: "2" }
                    code: []
                """
        )
        #expect(
            definition
                == PipelineDefinition(
                    name: "intent",
                    summary: "From text to endpoint",
                    parameters: [
                        ParameterDefinition(name: "languages", type: .list, standard: ["en", "fr", "no"], summary: ""),
                        ParameterDefinition(name: "seed", type: .integer, standard: 17, summary: ""),
                    ],
                    code: ["../training/intent"],
                    tasks: [
                        TaskDefinition(
                            name: "collect",
                            run: CommandTemplate(
                                "python code/intent/collect.py --languages ${params.languages} --out ${outputs.corpus}"
                            ),
                            inputs: [],
                            outputs: ["corpus"],
                            after: [],
                            retries: .none,
                            timeoutSeconds: 3600,
                            cache: true,
                            environment: [:],
                            code: nil
                        ),
                        TaskDefinition(
                            name: "split",
                            run: CommandTemplate("split ${inputs.corpus}"),
                            inputs: [.init(name: "corpus", task: "collect", output: "corpus")],
                            outputs: [],
                            after: ["collect"],
                            retries: RetryPolicy(limit: 2, backoffSeconds: 0.5),
                            timeoutSeconds: 1800,
                            cache: false,
                            environment: ["OMP_NUM_THREADS": "2"],
                            code: []
                        ),
                    ]
                )
        )
    }

    @Test func `values are quoted for the shell, lists are joined by commas, and the shell keeps its own variables`() {
        let template = CommandTemplate(
            "a ${params.x} ${params.l} ${inputs.i} ${outputs.o} $HOME ${HOME:-.} ${params.e}"
        )
        let command = template.render(parameters: ["x": "it's; rm -rf /", "l": ["en", "fr", 3], "e": ""])
        #expect(command == "a 'it'\\''s; rm -rf /' en,fr,3 inputs/i outputs/o $HOME ${HOME:-.} ''")
    }

    @Test(
        arguments: [
            (ParameterType.integer, JSONValue.string("17"), JSONValue?.some(.integer(17))),
            (.integer, .string("1.5"), nil),
            (.integer, .number(2), .integer(2)),
            (.number, .string("0.25"), .number(0.25)),
            (.number, .string("nan"), nil),
            (.boolean, .string("true"), .bool(true)),
            (.boolean, .string("yes"), nil),
            (.list, .string("en,fr"), ["en", "fr"]),
            (.list, .string(""), []),
            (.list, ["en", 3], ["en", 3]),
            (.list, ["a,b"], nil),
            (.string, .integer(3), nil),
            (.string, "x", "x"),
        ] as [(ParameterType, JSONValue, JSONValue?)]
    )
    func `a parameter takes its type, or text that spells it`(
        _ type: ParameterType,
        _ value: JSONValue,
        _ expected: JSONValue?
    ) {
        #expect(type.accept(value) == expected)
    }

    @Test(
        arguments: [
            (["sed": "1"], "parameter_unknown: Pipeline 'p' has no parameter 'sed'. Did you mean 'seed'?"),
            (
                ["seed": "x", "need": "1"],
                "parameter_type: Parameter 'seed' is 'x'; it must be of type integer. Write a whole number, for example 17."
            ),
            (
                [:],
                "parameter_missing: Parameter 'need' of pipeline 'p' has no default and no value. Give one: -p need=VALUE."
            ),
        ] as [([String: JSONValue], String)]
    )
    func `bad parameters are refused by name`(_ given: [String: JSONValue], _ expected: String) throws {
        let definition = try PipelineDefinition(
            yaml:
                "pipeline: p\nparameters: { seed: { type: integer, default: 1 }, need: { type: string } }\ntasks: { a: { run: x } }"
        )
        let error = #expect(throws: PlatformError.self) { try definition.resolve(parameters: given) }
        #expect(error?.description == expected)
    }
}
