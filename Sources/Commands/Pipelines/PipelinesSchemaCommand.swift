import ArgumentParser
import Pipelines

/// `aku pipelines schema`: needs no server.
package struct PipelinesSchemaCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of pipeline files, by which editors complete and check them.",
        discussion: """
            An editor with a YAML language server reads it from the first line of a pipeline file:
            # yaml-language-server: $schema=../pipeline.schema.json
            Example:  aku pipelines schema > mlops/pipeline.schema.json
            """
    )

    package init() {}

    package func run() async throws {
        Terminal.print(String(PipelineSchema.file.dropLast()))
    }
}
