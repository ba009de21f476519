import ArgumentParser
import Pipelines
import Primitives

/// `aku pipelines lint`: needs no server.
package struct PipelinesLintCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check pipeline files and say what is wrong, with line and column; needs no server.",
        discussion: """
            Every problem is said, not only the first. Exit status 0 when nothing is wrong, 1 otherwise.
            Example:  aku pipelines lint mlops/pipelines/*.yaml
            """
    )

    @Argument(help: "Pipeline files.")
    var files: [String]

    @Flag(name: .long, help: "Print JSON instead of lines.")
    var json = false

    package init() {}

    package func run() async throws {
        let findings = files.flatMap { path in
            Self.problems(path).map { problem in
                LintFinding(
                    file: path,
                    line: problem.line,
                    column: problem.column,
                    code: problem.code.name,
                    message: problem.message,
                    nextStep: problem.nextStep
                )
            }
        }
        try LintFinding.report(findings, files: files.count, json: json)
    }

    /// A file that cannot be read is a finding too, so that the others are still checked.
    private static func problems(_ path: String) -> [DefinitionProblem] {
        do {
            return try PipelineFile(path: path).problems
        } catch let error as PlatformError {
            return [DefinitionProblem(error.code, error.message, nextStep: error.nextStep, line: 1, column: 1)]
        } catch {
            return [DefinitionProblem(.internalError, "\(error)", line: 1, column: 1)]
        }
    }
}
