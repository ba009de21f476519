import Primitives
import Testing

@testable import Pipelines

@Suite struct FailureTaskTests {
    @Test func `a deadline and the tasks for a failure are read`() throws {
        let definition = try PipelineDefinition(
            yaml: """
                pipeline: p
                deadline_seconds: 90
                tasks: { a: { run: x } }
                on_failure: { tell: { run: y }, then: { run: z, after: [tell] } }
                """
        )
        #expect(definition.deadlineSeconds == 90)
        #expect(definition.tasks.map(\.name) == ["a", "tell", "then"])
        #expect(definition.tasks.map(\.isForFailure) == [false, true, true])
        #expect(definition.tasks.map(\.cache) == [true, false, false])
        #expect(definition.levels.map { "\($0.task.name) \($0.level)" } == ["a 0", "tell 1", "then 2"])
    }

    @Test(arguments: [
        ("deadline_seconds: 0", "deadline of the pipeline is 0"),
        ("deadline_seconds: soon", "deadline of the pipeline must be a whole number"),
        ("on_failure: {}", "'on_failure' has no task"),
        ("on_failure: { a: { run: y } }", "'a' is a task already"),
        ("on_failure: { c: { run: y, after: [a] } }", "waits for 'a', which is none"),
    ])
    func `what cannot be is named`(key: String, message: String) {
        let problems = DefinitionParser.parse("pipeline: p\ntasks: { a: { run: x } }\n\(key)\n").problems
        #expect(problems.count == 1)
        #expect(problems.first?.message.contains(message) == true, "\(problems)")
    }

    @Test func `an ordinary task cannot wait for what runs after a failure`() {
        let yaml = "pipeline: p\ntasks: { a: { run: x, after: [f] } }\non_failure: { f: { run: y } }\n"
        #expect(DefinitionParser.parse(yaml).problems.map(\.code) == [.pipelineInvalidValue])
    }

    @Test func `no export leaves a deadline or the tasks for a failure out`() throws {
        let definition = try PipelineDefinition(
            yaml: "pipeline: p\ndeadline_seconds: 5\ntasks: { a: { run: x } }\non_failure: { f: { run: y } }\n"
        )
        let error = #expect(throws: PlatformError.self) { try definition.checkExportable() }
        #expect(error?.code == .pipelineNotExportable)
        #expect(error?.message == "Only the platform's own engine knows 'deadline_seconds' and 'on_failure'.")
    }
}
