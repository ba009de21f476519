import Primitives

/// A pipeline as another engine's own file. The other engine decides when and where a task runs; what it does, its cache
/// and its outputs stay the platform's, since each of its tasks calls `aku task exec`.
package struct PipelineExport: Sendable {
    /// The other engine.
    package enum Engine: String, Sendable, CaseIterable {
        /// Airflow 3: a DAG file.
        case airflow
        /// Argo Workflows: a Workflow.
        case argo
        /// Prefect 3: a module with a flow.
        case prefect
    }

    let definition: PipelineDefinition
    /// Where the engine's workers find the pipeline file.
    let path: String
    /// The image that has `aku` and the pipeline file; for Argo.
    let image: String

    /// Prepares an export.
    package init(_ definition: PipelineDefinition, path: String, image: String) {
        self.definition = definition
        self.path = path
        self.image = image
    }

    /// The file: the same text for the same pipeline.
    ///
    /// - Throws: `pipeline_not_exportable` for a pipeline with mapped tasks: how many there are is known to the platform
    ///   alone, and only while the run goes on.
    package func text(for engine: Engine) throws -> String {
        try definition.checkExportable()
        return switch engine {
        case .airflow: airflow
        case .argo: argo
        case .prefect: prefect
        }
    }

    /// Seconds on top of a task's own timeout, which the platform enforces: for fetching, digests and the commit. An
    /// engine that ends a task after that ends one that hangs.
    static let marginSeconds = 300

    /// The first line of every export.
    func origin(_ engine: Engine) -> String {
        "Written by 'aku pipelines export --engine \(engine.rawValue)': change the pipeline file and export again."
    }

    /// The pipeline's sentence on one line.
    var summary: String { definition.summary.split(whereSeparator: \.isNewline).joined(separator: " ") }
}

extension PipelineDefinition {
    /// - Throws: `pipeline_not_exportable` with the tasks that only the own engine runs.
    func checkExportable() throws {
        let mapped = mapped.map { "'\($0.name)'" }
        if mapped.isEmpty { return try checkWithoutOwnEnd() }
        throw PlatformError(
            .pipelineNotExportable,
            "Mapped tasks run on the platform's own engine only: \(mapped.joined(separator: ", ")).",
            nextStep: "Run it with 'aku pipelines run', or let one task work through the list.",
            context: ["pipeline": name]
        )
    }
}

/// Literals of Python.
enum Python {
    /// A text between double quotes; every character that is not printable ASCII is escaped.
    static func text(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where (32..<127).contains(scalar.value): out.unicodeScalars.append(scalar)
            default: out += "\\U" + Self.padded(String(scalar.value, radix: 16), to: 8)
            }
        }
        return out + "\""
    }

    /// Any value.
    static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .string(let text): self.text(text)
        case .array(let elements): "[" + elements.map(self.value).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\(self.text($0.key)): \(self.value($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    /// Seconds without a needless fraction.
    static func seconds(_ seconds: Double) -> String { Int(exactly: seconds).map(String.init) ?? seconds.description }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
