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
