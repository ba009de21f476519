import Foundation
import Primitives

/// A folder of exported records in the layout of the `mlflow-export-import` tool (file version 2), which users of MLflow move
/// records between servers with: its `import-all` reads the folder as well as `aku import mlflow` does.
///
///     manifest.json
///     experiments/experiments.json
///     experiments/NUMBER/experiment.json
///     experiments/NUMBER/RUN/run.json, artifacts/…
///     logged_models/logged_models.json, logged_models/MODEL/logged_model.json, artifacts/…
///     models/models.json, models/NAME/model.json
///     traces/traces.json, traces/TRACE/trace.json
///     mlflow-artifacts/…      files that belong to neither, by their path below the artifact root
struct MLflowFolder: Sendable {
    let root: String

    var manifest: String { "manifest.json" }
    var experiments: String { "experiments/experiments.json" }
    var loggedModels: String { "logged_models/logged_models.json" }
    var models: String { "models/models.json" }
    var traces: String { "traces/traces.json" }
    var otherArtifacts: String { "mlflow-artifacts" }

    func experiment(_ id: Int64) -> String { "experiments/\(id)/experiment.json" }
    func run(_ id: String, of experiment: Int64) -> String { "experiments/\(experiment)/\(Self.part(id))" }
    func loggedModel(_ id: String) -> String { "logged_models/\(Self.part(id))" }
    func trace(_ id: String) -> String { "traces/\(Self.part(id))/trace.json" }
    func model(_ name: String) -> String { "models/\(Self.part(name))/model.json" }

    /// Where a path below the folder is.
    func path(_ relative: String) -> String { "\(root)/\(relative)" }

    /// A name as one part of a path: MLflow's names hold no slash, and what could lead elsewhere is written in percent signs.
    private static func part(_ name: String) -> String {
        if name.isEmpty || name.allSatisfy({ $0 == "." }) {
            return name.map { _ in "%2E" }.joined() + (name.isEmpty ? "%" : "")
        }
        return name.replacingOccurrences(of: "/", with: "%2F").replacingOccurrences(of: "\0", with: "%00")
    }

    /// The content of a file: its member `mlflow`.
    ///
    /// - Throws: `export_unreadable`.
    func content(of relative: String) throws -> OrderedJSON {
        guard let data = FileManager.default.contents(atPath: path(relative)),
            let text = String(validating: data, as: UTF8.self),
            let content = OrderedJSON.parse(text)?["mlflow"]
        else { throw Self.unreadable(path(relative)) }
        return content
    }

    static func unreadable(_ path: String) -> PlatformError {
        PlatformError(
            ErrorCode("export_unreadable", .invalidArgument),
            "'\(path)' is missing, or is no file of an export of MLflow's records.",
            nextStep: "Name a folder that 'aku export mlflow --to FOLDER' or mlflow-export-import's 'export-all' wrote."
        )
    }

    /// A path of artifacts that stays below its folder.
    ///
    /// - Throws: `export_unreadable` for one that does not.
    static func checked(_ artifact: String) throws -> String {
        let parts = artifact.split(separator: "/", omittingEmptySubsequences: false)
        guard !artifact.isEmpty, !parts.contains(""), !parts.contains(".."), !parts.contains(".") else {
            throw unreadable(String(artifact.prefix(200)))
        }
        return artifact
    }
}
