import Foundation
import Primitives
import Storage

/// The folders of one engine: attempts under way, and logs, which stay.
package struct Workspace: Sendable {
    /// The engine's own folder.
    package let root: String

    /// Names the folders; `prepare` makes them.
    package init(root: String) {
        self.root = root
    }

    /// Where attempts run.
    var attempts: String { root + "/attempts" }

    /// Makes the folders.
    func prepare() throws {
        for folder in [attempts, root + "/logs"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// The folder of one attempt.
    func attempt(_ run: String, _ task: String, _ attempt: Int) -> AttemptFolder {
        AttemptFolder(path: "\(attempts)/\(run)/\(task).\(attempt)", log: log(run, task, attempt))
    }

    /// The log of one attempt.
    package func log(_ run: String, _ task: String, _ attempt: Int) -> String {
        "\(root)/logs/\(run)/\(task).\(attempt).log"
    }

    /// Makes a folder below one that exists; one that is there already is no error.
    ///
    /// - Throws: `disk_full`, `internal_error` with the system's reason.
    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        let code = errno
        throw PlatformError(
            code == ENOSPC || code == EDQUOT ? .diskFull : .internalError,
            "The folder '\(path)' cannot be made: \(String(cString: strerror(code))).",
            nextStep: "Make room, or give the server's user the right to write there.",
            context: ["path": path]
        )
    }

    /// Removes a folder with everything in it, read-only folders too.
    static func remove(_ path: String) {
        // Most attempts find nothing to remove, which Foundation takes long to say.
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if (try? FileManager.default.removeItem(atPath: path)) != nil { return }
        if let walk = FileManager.default.enumerator(atPath: path) {
            for case let item as String in walk
            where walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                chmod(path + "/" + item, 0o700)
            }
        }
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The folder of one attempt: the task's current folder with `code/`, `inputs/` and `outputs/`, its own home and
/// temporary
/// folder, and the note of its process.
struct AttemptFolder: Sendable {
    let path: String
    let log: String

    private var run: String { (path as NSString).deletingLastPathComponent }
    private var logs: String { (log as NSString).deletingLastPathComponent }
    var work: String { path + "/work" }
    var home: String { path + "/home" }
    var temporary: String { path + "/tmp" }
    var note: String { path + "/process.json" }

    func output(_ name: String) -> String { "\(work)/outputs/\(name)" }

    /// Renames the folder out of the way of whoever makes it anew.
    ///
    /// - Returns: where it is now.
    func setAside() -> String {
        let other = "\(path).\(UUID().uuidString)"
        return rename(path, other) == 0 ? other : path
    }

    /// Makes the folders, and puts code and inputs there, read-only and verified.
    func prepare(code: Digest?, inputs: [String: TaskOutput], outputs: [String], objects: ObjectStore) throws {
        Workspace.remove(path)
        if mkdir(run, 0o755) == 0 { FolderSpread.ask(below: run) }
        // Only what is declared: a file system takes longer over folders that come and go than over anything else here.
        var folders = [run, path, work, home, temporary, logs]
        if !inputs.isEmpty { folders.append(work + "/inputs") }
        if !outputs.isEmpty { folders.append(work + "/outputs") }
        for folder in folders { try Workspace.makeFolder(folder) }
        if let code { try objects.materialise(tree: code, at: work + "/code") }
        for (name, output) in inputs {
            let target = "\(work)/inputs/\(name)"
            switch output.kind {
            case .file: try objects.materialise(output.digest, at: target, executable: false)
            case .tree: try objects.materialise(tree: output.digest, at: target)
            }
        }
    }

    /// Keeps the outputs in the object store; returns after they are durable.
    ///
    /// - Throws: `task_output_missing`, `task_output_invalid`.
    func collect(_ names: [String], objects: ObjectStore) throws -> [TaskOutput] {
        try names.map { name in
            let path = output(name)
            var status = stat()
            guard lstat(path, &status) == 0 else {
                throw PlatformError(
                    .taskOutputMissing,
                    "The command ended well but did not write its output '\(name)'.",
                    nextStep: "Write it to ${outputs.\(name)}, or take it off the task's outputs.",
                    context: ["output": name]
                )
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                let stored = try objects.put(file: path)
                return TaskOutput(name: name, digest: stored.digest, kind: .file, bytes: stored.size)
            case S_IFDIR:
                do {
                    let stored = try objects.putTree(directory: path)
                    return TaskOutput(name: name, digest: stored.digest, kind: .tree, bytes: stored.bytes)
                } catch let error as PlatformError where error.code == .treeInvalid {
                    throw PlatformError(
                        .taskOutputInvalid,
                        "Output '\(name)': \(error.message)",
                        nextStep: error.nextStep,
                        context: ["output": name]
                    )
                }
            default:
                throw PlatformError(
                    .taskOutputInvalid,
                    "Output '\(name)' is a link or a device; only files and folders are kept.",
                    nextStep: "Copy the content to ${outputs.\(name)}.",
                    context: ["output": name]
                )
            }
        }
    }
}
