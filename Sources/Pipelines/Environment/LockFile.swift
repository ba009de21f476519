import Primitives
import Storage

/// The lock file of a task, as it stands in the object store.
package struct LockFile: Sendable, Hashable {
    /// The last part of its path; its ending says what it is.
    package let name: String
    /// Its bytes.
    package let digest: Digest

    /// Makes a value.
    package init(name: String, digest: Digest) {
        self.name = name
        self.digest = digest
    }
}

extension PipelineVersion {
    /// The lock file that a task's `python:` names.
    func lock(_ path: String) -> LockFile? {
        items.first { $0.path == path }.map { LockFile(name: $0.name, digest: $0.digest) }
    }
}

extension PipelineDefinition {
    /// A lock is a file, not a folder.
    ///
    /// - Throws: `pipeline_invalid_value`.
    func checkLocks(_ code: [CodeItem]) throws {
        for item in code where item.kind != .file && lockPaths.contains(item.path) {
            throw PlatformError(
                .pipelineInvalidValue,
                "The lock file '\(item.path)' is a folder.",
                nextStep: "Name the file in it.",
                context: ["path": item.path]
            )
        }
    }
}
