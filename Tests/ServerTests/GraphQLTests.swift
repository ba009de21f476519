import Primitives
import Testing

@testable import Server

@Suite struct GraphQLTests {
    /// A server with one experiment and one run.
    private func run(_ text: String, variables: [String: JSONValue] = [:]) async throws -> (JSONValue, [String]) {
        let document = try GraphQLParser.parse(text)
        let executor = GraphQLExecutor(
            resolve: { type, field, parent, arguments in
                switch (type, field) {
                case (_, "mlflowGetRun"):
                    let id = arguments["input"]?["runId"] ?? .null
                    if id == .null { throw PlatformError.mlflowMissing("no run") }
                    return [
                        "run": [
                            "info": ["run_id": id, "start_time": 5],
                            "data": [
                                "metrics": [["key": "m", "value": "NaN", "step": 2], ["key": "n", "value": 0.5]]
                            ],
                        ]
                    ]
                case ("MlflowRun", "experiment"):
                    return ["name": .string("of " + (parent["info"]?["run_id"]?.stringValue ?? ""))]
                default: return nil
                }
            },
            document: document,
            variables: variables
        )
        return await executor.run(try document.operation(nil))
    }

    @Test func `Fields, aliases, fragments, variables and directives are answered`() async throws {
        let (data, errors) = try await run(
            """
            query Q($id: String!, $no: Boolean = false) @component(name: "x") {
              first: mlflowGetRun(input: {runId: $id}) { run { ...Parts experiment { name } __typename } }
            }
            fragment Parts on MlflowRun {
              info { runId startTime endTime status @include(if: $no) } # a comment
              ... on MlflowRun { data { metrics { key value step } params { key } } }
            }
            """,
            variables: ["id": "r1", "no": false]
        )
        #expect(errors == [])
        #expect(
            data == [
                "first": [
                    "run": [
                        "__typename": "MlflowRun", "experiment": ["name": "of r1"],
                        "info": ["runId": "r1", "startTime": "5", "endTime": "0"],
                        "data": [
                            "metrics": [
                                ["key": "m", "value": nil, "step": "2"], ["key": "n", "value": 0.5, "step": "0"],
                            ], "params": [],
                        ],
                    ]
                ]
            ]
        )
    }

    @Test(arguments: [
        ("{ nothing { x } }", "Cannot query field 'nothing' on type 'Query'."),
        ("{ mlflowGetRun(input: {runId: \"r\"}) }", "must have a selection of subfields"),
        ("{ mlflowGetRun(input: {runId: \"r\"}) { run { info { runId { x } } } } }", "must not have a selection"),
        ("{ mlflowGetRun(input: {}) { run { info { runId } } } }", "no run"),
    ])
    func `What cannot be answered is told`(_ query: String, _ message: String) async throws {
        let (_, errors) = try await run(query)
        #expect(errors.count == 1)
        #expect(errors.first?.contains(message) == true)
    }

    @Test(arguments: [
        "", "{", "{}", "{ a(b: ) }", "query { a", "{ a } }", "{ \"a\" }", "subscription { a }", "{ a(b: \"x) }",
        "{ … }",
        "fragment F on T { a }", "query A { a } query B { b }", String(repeating: "{ a ", count: 100),
        "{ a(b: " + String(repeating: "[", count: 100) + ") }", String(repeating: "x", count: 100_001),
    ])
    func `What is no query is refused`(_ text: String) {
        #expect(throws: PlatformError.self) { try GraphQLParser.parse(text).operation(nil) }
    }

    @Test func `A query has MLflow's bounds, also through fragments that name each other`() throws {
        func refusal(_ text: String) throws -> String? { GraphQLBounds.refusal(of: try GraphQLParser.parse(text)) }
        let roots = (0..<11).map { "k\($0): test(inputString: \"a\") { output }" }.joined(separator: " ")
        #expect(try refusal("{ \(roots) }")?.contains("at most 10 root fields, got 11") == true)
        let aliases = (0..<11).map { "k\($0): name" }.joined(separator: " ")
        #expect(try refusal("{ a { ...F } } fragment F on T { \(aliases) }")?.contains("at most 10 aliases") == true)
        let deep = String(repeating: "a { ", count: 11) + "b" + String(repeating: " }", count: 11)
        #expect(try refusal("{ \(deep) }") == "Query exceeds maximum depth of 10")
        let wide = (0..<1001).map { "f\($0)" }.joined(separator: " ")
        #expect(try refusal("{ a { \(wide) } }") == "Query exceeds maximum total selections of 1000")
        #expect(try refusal("{ ...F } fragment F on T { a ...G } fragment G on T { b ...F }") == nil)
        let bomb = "{ ...F } fragment F on T { a { ...F ...F } b { ...F } c { ...F } }"
        #expect(try refusal(bomb)?.contains("maximum") == true)
    }
}
