import ArgumentParser
import Foundation
import Pipelines
import Primitives

/// `aku pipelines export`: needs no server.
package struct PipelinesExportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a pipeline as a DAG of Airflow 3, a flow of Prefect 3 or a Workflow of Argo; needs no server.",
        discussion: """
            Each of its tasks calls 'aku task exec', so that cache, digests and states stay in one place.
            Example:  aku pipelines export mlops/pipelines/intent.yaml --engine airflow --out dags/intent.py
            """
    )

    @Argument(help: "The pipeline file.")
    var file: String

    @Option(name: .long, help: "airflow, argo or prefect.")
    var engine: PipelineExport.Engine

    @Option(name: .long, help: "The file to write. Default: standard output.")
    var out: String?

    @Option(name: .long, help: "Where the engine's workers find the pipeline file. Default: where it is here.")
    var path: String?

    @Option(name: .long, help: "The image of Argo's containers; it has aku and the pipeline file.")
    var image = "aku:latest"

    package init() {}

    package func run() async throws {
        let definition = try PipelineFile(path: file).definition()
        if let task = definition.tasks.first(where: { $0.placement.image != nil }) {
            throw PlatformError(
                ErrorCode("export_unsupported", .failedPrecondition),
                "Task '\(task.name)' runs in an image, which only the platform's own engine does.",
                nextStep: "Take 'image' away, and give the other engine's workers what the task needs."
            )
        }
        let place = path ?? URL(fileURLWithPath: file).standardizedFileURL.path
        let text = try PipelineExport(definition, path: place, image: image).text(for: engine)
        guard let out else { return Terminal.print(String(text.dropLast())) }
        do {
            try text.write(toFile: out, atomically: true, encoding: .utf8)
        } catch {
            throw PlatformError(
                ErrorCode("file_failed", .internal),
                "The file '\(out)' cannot be written: \(error.localizedDescription)."
            )
        }
    }
}

extension PipelineExport.Engine: ExpressibleByArgument {}
