import ArgumentParser
import Pipelines
import Primitives
import WireAPI

/// `aku pipelines apply`.
package struct PipelinesApplyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Register a pipeline file and its code as the next version; the same again changes nothing.",
        discussion: "Example:  aku pipelines apply mlops/pipelines/intent.yaml"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pipeline file.")
    var file: String

    package init() {}

    package func run() async throws {
        let version = try await connection.client(timeoutSeconds: 600).apply(PipelineFile(path: file))
        try connection.show(version) { "\($0.name) version \($0.version), \($0.tasks.count) tasks, \($0.digest.short)" }
    }
}

/// `aku pipelines lint`: needs no server.
package struct PipelinesLintCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check pipeline files and say what is wrong, with line and column; needs no server.",
        discussion: "Example:  aku pipelines lint mlops/pipelines/*.yaml"
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
    }

    package func run() async throws {
        var findings: [Finding] = []
        for path in files {
            findings += try PipelineFile(path: path).problems.map { problem in
                Finding(
                    file: path,
                    line: problem.line,
                    column: problem.column,
                    code: problem.code.name,
                    message: problem.message,
                    nextStep: problem.nextStep
                )
            }
        }
        if json {
            Terminal.print(try CanonicalJSON.text(findings))
        } else if findings.isEmpty {
            Terminal.print("\(files.count) file\(files.count == 1 ? "" : "s"), nothing wrong")
        } else {
            for finding in findings {
                let place = "\(finding.file):\(finding.line):\(finding.column)"
                Terminal.print(
                    [place + ": " + finding.code + ":", finding.message, finding.nextStep]
                        .filter { !$0.isEmpty }.joined(separator: " ")
                )
            }
        }
        if !findings.isEmpty { throw ExitCode.failure }
    }
}
