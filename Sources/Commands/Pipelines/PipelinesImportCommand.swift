import ArgumentParser
import Foundation
import Pipelines
import Primitives

/// `aku pipelines import`: needs no server.
package struct PipelinesImportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a pipeline file from another tool's; needs no server.",
        discussion: "Example:  aku pipelines import dvc dvc.yaml -o pipeline.yaml",
        subcommands: [PipelinesImportDVCCommand.self, PipelinesImportAirflowCommand.self]
    )

    package init() {}
}

/// `aku pipelines import dvc`.
package struct PipelinesImportDVCCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dvc",
        abstract: "Make a pipeline file from a dvc.yaml.",
        discussion: """
            Each stage becomes a task; what could not be carried over stands at the head of the file, and on standard error.
            Example:  aku pipelines import dvc dvc.yaml -o pipeline.yaml
            """
    )

    @Argument(help: "The file.")
    var file = "dvc.yaml"

    @OptionGroup var output: ImportOutput

    package init() {}

    package func run() async throws {
        try output.write(
            DVCImport.read(file, name: output.name, prefix: output.prefix(from: file)),
            origin: URL(fileURLWithPath: file).lastPathComponent,
            of: file
        )
    }
}

/// `aku pipelines import airflow`.
package struct PipelinesImportAirflowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "airflow",
        abstract: "Make a pipeline file from an Airflow DAG of Bash, Python and Kubernetes pod operators.",
        discussion: """
            The file is read by Python's own parser and never executed. What could not be carried over stands at the head of
            the file, and on standard error; a task that needs it fails and says so.
            Example:  aku pipelines import airflow dags/orders.py -o orders.yaml
            """
    )

    @Argument(help: "The file with the DAG.")
    var file: String

    @Option(name: .long, help: "Which DAG of the file. Default: its only one.")
    var dag: String?

    @Option(name: .long, help: "The Python whose parser reads it. Default: AKU_PYTHON, .venv here, else python3.")
    var python: String?

    @OptionGroup var output: ImportOutput

    package init() {}

    package func run() async throws {
        guard let python = LocalMachine.python(option: python) else {
            throw PlatformError(
                .pipelineImportFailed,
                "There is no python3 on the path.",
                nextStep: "Name an interpreter with --python."
            )
        }
        try output.write(
            AirflowImport.read(file, dag: dag, name: output.name, python: python),
            origin: URL(fileURLWithPath: file).lastPathComponent,
            of: file
        )
    }
}

/// Where an imported pipeline goes.
package struct ImportOutput: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: "The file to write. Default: standard output, to be kept beside the other."
    )
    var out: String?

    @Option(name: .long, help: "The pipeline's name. Default: from the other file.")
    var name: String?

    @Flag(name: .long, help: "Print JSON: the text, and what was not carried over.")
    var json = false

    package init() {}

    private struct Report: Encodable {
        let pipeline: String
        let tasks: Int
        let file: String?
        let text: String?
        let notCarried: [ImportedPipeline.Note]

        enum CodingKeys: String, CodingKey {
            case pipeline, tasks, file, text
            case notCarried = "not_carried"
        }
    }

    /// The way from the folder of the new file to that of the other; empty, or with a slash at its end.
    func prefix(from file: String) -> String {
        let there = Self.folder(of: file), here = Self.folder(of: out ?? file)
        let common = zip(there, here).prefix { $0 == $1 }.count
        let parts = Array(repeating: "..", count: here.count - common) + there.dropFirst(common)
        return parts.isEmpty ? "" : parts.joined(separator: "/") + "/"
    }

    private static func folder(of file: String) -> [String] {
        URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().pathComponents
    }

    /// Writes the file, or prints it, and says what is missing from it.
    func write(_ pipeline: ImportedPipeline, origin: String, of file: String) throws {
        let folder = URL(fileURLWithPath: out ?? file).standardizedFileURL.deletingLastPathComponent().path
        let text = try pipeline.text(origin: origin, folder: folder)
        if let out {
            do {
                try text.write(toFile: out, atomically: true, encoding: .utf8)
            } catch {
                throw PlatformError(
                    ErrorCode("file_failed", .internal),
                    "The file '\(out)' cannot be written: \(error.localizedDescription)."
                )
            }
        }
        if json {
            let report = Report(
                pipeline: pipeline.name,
                tasks: pipeline.tasks.count,
                file: out,
                text: out == nil ? text : nil,
                notCarried: pipeline.notes
            )
            return Terminal.print(try CanonicalJSON.text(report))
        }
        if let out {
            Terminal.print("\(out): pipeline '\(pipeline.name)' with \(pipeline.tasks.count) tasks")
        } else {
            Terminal.print(String(text.dropLast()))
        }
        for note in pipeline.notes { Terminal.note("\(origin):\(note.line): not carried over: \(note.text)") }
    }
}
