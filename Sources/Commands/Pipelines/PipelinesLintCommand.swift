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

    private struct Finding: Encodable {
        let file: String
        let line: Int
        let column: Int
        let code: String
        let message: String
        let nextStep: String

        enum CodingKeys: String, CodingKey {
            case file, line, column, code, message
            case nextStep = "next_step"
        }

        init(_ file: String, _ problem: DefinitionProblem) {
            self.file = file
            line = problem.line
            column = problem.column
            code = problem.code.name
            message = problem.message
            nextStep = problem.nextStep
        }

        var text: String {
            ["\(file):\(line):\(column): \(code):", message, nextStep].filter { !$0.isEmpty }.joined(separator: " ")
        }
    }

    package func run() async throws {
        let findings = files.flatMap { path in Self.problems(path).map { Finding(path, $0) } }
        if json {
            Terminal.print(try CanonicalJSON.text(findings))
        } else if findings.isEmpty {
            Terminal.print("\(files.count) file\(files.count == 1 ? "" : "s"), nothing wrong")
        } else {
            for finding in findings { Terminal.print(finding.text) }
        }
        if !findings.isEmpty { throw ExitCode.failure }
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
