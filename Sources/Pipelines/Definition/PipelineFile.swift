import Foundation
import Primitives

/// A pipeline file on disk, with the folder that its code paths are relative to.
package struct PipelineFile: Sendable {
    /// The file.
    package let path: String
    /// Its text.
    package let source: String
    /// What is wrong with it, in the order of the lines.
    package let problems: [DefinitionProblem]
    private let parsed: PipelineDefinition?

    /// Reads and checks a file, its code paths included.
    ///
    /// - Throws: `file_missing`, `invalid_utf8`, `pipeline_too_large`; what is wrong inside is in `problems`.
    package init(path: String) throws {
        self.path = path
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value ?? 0
        guard size <= PipelineDefinition.maximumBytes else {
            throw PlatformError(
                .pipelineTooLarge,
                "'\(path)' has \(size) bytes; the most is \(PipelineDefinition.maximumBytes).",
                nextStep: "Move long commands into code files."
            )
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlatformError(.fileMissing, "The pipeline file '\(path)' cannot be read.", context: ["path": path])
        }
        guard let source = String(validating: data, as: UTF8.self) else {
            throw PlatformError(
                .invalidUTF8,
                "'\(path)' is not UTF-8 text.",
                nextStep: "Save it as UTF-8.",
                context: ["path": path]
            )
        }
        self.source = source
        let folder = Self.folder(of: path)
        (parsed, problems) = DefinitionParser.parse(source) {
            FileManager.default.fileExists(atPath: folder + "/" + $0)
        }
    }

    /// The definition.
    ///
    /// - Throws: the first problem.
    package func definition() throws -> PipelineDefinition {
        if let first = problems.first { throw first.error }
        guard let parsed else { throw PlatformError(.internalError, "The definition parser said nothing.") }
        return parsed
    }

    /// Where a code path of the definition lies, and whether it is a folder.
    package func location(of codePath: String) -> (path: String, isFolder: Bool) {
        let path = Self.folder(of: path) + "/" + codePath
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return (path, isThere && isFolder.boolValue)
    }

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
}
