import Foundation
import Primitives

/// Reads an Airflow DAG file: Python's own parser takes it apart, and nothing in it is executed. Operators of Bash, Python
/// and Kubernetes pods become tasks; what is not understood is listed, and a task that needs it fails and says so, rather
/// than do something else.
package struct AirflowImport {
    private let document: Document
    private let dag: Document.DAG
    private let file: String
    private var pipeline: ImportedPipeline
    /// Names here, by those in Airflow.
    private var names: [String: String] = [:]

    /// What the script answers.
    private struct Document: Decodable {
        struct DAG: Decodable {
            let id: String
            let line: Int
            let cron: String?
            let zone: String?
            let catchUp: Bool?
            let deadline: Int?
            let description: String
            let tasks: [Task]

            enum CodingKeys: String, CodingKey {
                case id, line, cron, zone, deadline, description, tasks
                case catchUp = "catch_up"
            }
        }

        struct Task: Decodable {
            let id: String
            let line: Int
            let after: [String]
            let inputs: [String]
            let returns: Bool
            let env: [String: String]
            let retries: Int
            let delay: Double
            let timeout: Int?
            let join: String?
            let bash: String?
            let words: [String]?
            let image: String?
            let code: String?
            let call: String?
            let problems: [String]
        }

        let dags: [DAG]
        let notes: [ImportedPipeline.Note]
        let error: String?
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - dag: which of the file's DAGs; nil where it has one.
    ///   - name: of the pipeline; nil for the DAG's.
    ///   - python: the interpreter whose parser is asked, 3.9 or newer.
    /// - Throws: `file_missing`, `pipeline_too_large`, `pipeline_import_failed`.
    package static func read(_ path: String, dag: String? = nil, name: String? = nil, python: String) throws
        -> ImportedPipeline
    {
        let document = try document(path, python)
        if let error = document.error {
            throw PlatformError(.pipelineImportFailed, "'\(path)' is no Python that can be read: \(error).")
        }
        let known = document.dags.map(\.id)
        guard let chosen = document.dags.first(where: { dag == nil || $0.id == dag }), dag != nil || known.count == 1
        else {
            throw PlatformError(
                .pipelineImportFailed,
                known.isEmpty
                    ? "No DAG was found in '\(path)'."
                    : "'\(path)' has the DAGs \(known.joined(separator: ", "))\(dag.map { ", and no '\($0)'" } ?? "").",
                nextStep: known.isEmpty ? "" : "Name one: --dag \(known[0])"
            )
        }
        var reader = AirflowImport(
            document: document,
            dag: chosen,
            file: (path as NSString).lastPathComponent,
            pipeline: ImportedPipeline(name: name ?? ImportedPipeline.name(chosen.id, besides: []))
        )
        reader.make()
        return reader.pipeline
    }

    private static func document(_ path: String, _ python: String) throws -> Document {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.", context: ["path": path])
        }
        let source = try file.read(upToCount: PipelineDefinition.maximumBytes + 1) ?? Data()
        guard source.count <= PipelineDefinition.maximumBytes else {
            throw PlatformError(
                .pipelineTooLarge,
                "'\(path)' has more than \(PipelineDefinition.maximumBytes) bytes, which is too many."
            )
        }
        // Not Foundation's Process: its way through the open files of a large process reads past their list.
        let call = ProgramRun(
            program: URL(fileURLWithPath: python).path,
            arguments: ["-I", "-c", AirflowReader.script],
            environment: ProcessInfo.processInfo.environment,
            input: source
        )
        let result: ProgramRun.Result
        do {
            result = try call.run()
        } catch {
            throw PlatformError(
                .pipelineImportFailed,
                "The Python '\(python)' cannot be started: \((error as? PlatformError)?.message ?? "\(error)")",
                nextStep: "Name another with --python."
            )
        }
        guard result.status == 0, let document = try? JSONDecoder().decode(Document.self, from: result.output) else {
            throw PlatformError(
                .pipelineImportFailed,
                "'\(path)' could not be taken apart by '\(python)' (status \(result.status)).",
                nextStep: "Python 3.9 or newer is needed.",
                context: ["errors": String(result.errors.suffix(2_000))]
            )
        }
        return document
    }

    private mutating func note(_ line: Int, _ text: String) {
        pipeline.notes.append(.init(line: line, text: text))
    }

    private mutating func make() {
        pipeline.notes = document.notes
        pipeline.summary = dag.description
        pipeline.deadlineSeconds = dag.deadline.map { min($0, DefinitionParser.maximumDeadlineSeconds) }
        if let cron = dag.cron {
            pipeline.schedule = (cron, dag.zone, dag.catchUp == true ? "all" : nil)
            note(dag.line, "a run stands for its own time here, and for the interval before it in Airflow")
            if dag.catchUp == true { note(dag.line, "times since start_date; 'aku pipelines backfill' runs them") }
        }
        if dag.tasks.contains(where: { $0.retries > 1 }) {
            note(dag.line, "the pause between retries, which doubles each time here")
        }
        for task in dag.tasks { names[task.id] = ImportedPipeline.name(task.id, besides: names.values) }
        let all = dag.tasks
        for task in all { pipeline.tasks.append(self.task(task)) }
        pipeline.notes.sort { $0.line < $1.line }
    }

    private mutating func task(_ other: Document.Task) -> ImportedPipeline.Task {
        var task = ImportedPipeline.Task(name: names[other.id] ?? other.id)
        var problems = other.problems
        // What is done in Airflow is done each time.
        task.isCached = false
        task.join = other.join
        task.retryLimit = min(max(0, other.retries), DefinitionParser.maximumRetries)
        task.retrySeconds = min(max(0, other.delay), 3600)
        // There, nothing bounds a task that does not say so.
        task.timeoutSeconds = min(other.timeout ?? .max, DefinitionParser.maximumTimeoutSeconds)
        task.environment = other.env.filter { !$0.key.hasPrefix("AKU_") }
        for name in other.env.keys.sorted() where name.hasPrefix("AKU_") { problems.append("variable '\(name)'") }
        for id in other.inputs {
            guard let producer = names[id] else { continue }
            task.inputs[input(id)] = "\(producer).\(Self.returned)"
        }
        task.after = other.after.filter { !other.inputs.contains($0) }.compactMap { names[$0] }
        if other.returns { task.outputs = [Self.returned] }
        if let image = other.image {
            if image.contains("@sha256:") {
                task.image = image
            } else {
                problems.append("the image '\(image)', which names no digest (image: NAME@sha256:…)")
            }
        }
        task.run = refusal(other, problems) + command(other)
        for problem in problems { note(other.line, "\(problem), in task '\(other.id)'") }
        return task
    }

    private static let returned = "return_value"

    private func input(_ id: String) -> String { ImportedPipeline.name(id, besides: [], withDots: false) }

    /// A task of which something is missing does not do the rest.
    private func refusal(_ task: Document.Task, _ problems: [String]) -> String {
        if problems.isEmpty { return "" }
        let text = "\(file):\(task.line): not carried over: \(problems.joined(separator: "; "))"
        return "echo \(ImportedPipeline.shell(ImportedPipeline.oneLine(text))) >&2; exit 64\n"
    }

    private func command(_ task: Document.Task) -> String {
        if let bash = task.bash { return "bash -c \(ImportedPipeline.shell(bash))" }
        if let words = task.words { return words.map(ImportedPipeline.shell).joined(separator: " ") }
        guard let code = task.code, let call = task.call else { return "true" }
        var parts: [String] = []
        if !task.inputs.isEmpty {
            let places = task.inputs.map { "\(Python.text($0)): \(Python.text("inputs/" + input($0)))" }
            parts.append(
                """
                def _returned(task):
                    import json
                    with open({\(places.joined(separator: ", "))}[task]) as file:
                        return json.load(file)
                """
            )
        }
        if !code.isEmpty { parts.append(code) }
        parts.append(
            task.returns
                ? """
                _result = \(call)
                import json
                with open("outputs/\(Self.returned)", "w") as file:
                    json.dump(_result, file)
                """ : call
        )
        let program = parts.joined(separator: "\n\n\n")
        // A here-document cannot hold its own end, nor say that a reference in it is none.
        let isPlain =
            !ImportedPipeline.hasReference(program)
            && !program.split(whereSeparator: \.isNewline).contains("AKU_PYTHON")
        return isPlain
            ? "python - <<'AKU_PYTHON'\n\(program)\nAKU_PYTHON" : "python -c \(ImportedPipeline.shell(program))"
    }
}
