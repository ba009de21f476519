import Foundation
import Primitives

/// The folder where one platform keeps everything: database, objects, keys, task folders and logs. The value holds an
/// exclusive lock on it for as long as it (or a copy) lives, so that two servers never write the same store.
package struct DataFolder: Sendable {
    /// Its absolute path.
    package let path: String
    private let lock: FolderLock

    /// Makes the folder (mode 0700) and its subfolders where they lack, and takes the lock.
    ///
    /// - Throws: `data_folder_in_use` with the other process's id, `disk_full`, `file_failed`.
    package init(path: String) throws {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        self.path = absolute
        try DiskFile.makeFolder(absolute)
        lock = try FolderLock(folder: absolute)
        for folder in [objects, keys, work, logs] { try DiskFile.makeFolder(folder) }
        guard chmod(absolute, 0o700) == 0, chmod(keys, 0o700) == 0 else {
            throw DiskFailure.make(errno, "restrict", absolute)
        }
    }

    /// The SQLite file.
    package var database: String { path + "/aku.sqlite" }
    /// The object store's root.
    package var objects: String { path + "/objects" }
    /// Copies of objects that a bucket keeps.
    package var objectCache: String { path + "/object-cache" }
    /// Signing keys and the administrator's token; mode 0700.
    package var keys: String { path + "/keys" }
    /// Private folders of running tasks.
    package var work: String { path + "/work" }
    /// Logs of tasks and of the server.
    package var logs: String { path + "/logs" }
    /// The journal's signed checkpoints, one note after another: copy it elsewhere to hold the platform to its past.
    package var checkpoints: String { path + "/checkpoints.txt" }
}

extension ErrorCode {
    /// Another process serves this data folder.
    package static let dataFolderInUse = ErrorCode("data_folder_in_use", .failedPrecondition)
}

/// An exclusive `flock` on `<folder>/lock`; the file's content is the holder's process id, for people.
final class FolderLock: @unchecked Sendable {
    // @unchecked: the file is only kept open; nothing touches it after init.
    private let file: DiskFile

    init(folder: String) throws {
        let path = folder + "/lock"
        file = try DiskFile.appending(path)
        guard try file.lock() else {
            let holder = (try? DiskFile.reading(path).read(64, at: 0)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let process = holder.trimmingCharacters(in: .whitespacesAndNewlines)
            throw PlatformError(
                .dataFolderInUse,
                "The data folder '\(folder)' is in use by process \(process.isEmpty ? "(unknown)" : process).",
                nextStep: "Stop that process, or choose another folder.",
                context: ["path": folder, "pid": process]
            )
        }
        try file.truncate()
        try file.write(Data("\(getpid())\n".utf8))
    }
}
