import Foundation
import Primitives
import Storage

extension BackupRepository {
    /// Opens a repository by what people write: a folder, or `s3://…`.
    static func open(_ place: String, creating: Bool) throws -> BackupRepository {
        let environment = ProcessInfo.processInfo.environment
        guard place.hasPrefix("s3://") else {
            return try BackupRepository(
                folder: URL(fileURLWithPath: place).standardizedFileURL.path,
                creating: creating
            )
        }
        let caches = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return try BackupRepository(
            bucket: S3Location(place, environment: environment),
            cache: "\(caches)/aku/backup-\(Digest.sha256(of: Data(place.utf8)).short)",
            environment: environment,
            creating: creating
        )
    }

    /// Whether a text names a repository rather than a file with one moment.
    static func isPlace(_ text: String) -> Bool {
        var isFolder: ObjCBool = false
        return text.hasPrefix("s3://")
            || (FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) && isFolder.boolValue)
    }
}
