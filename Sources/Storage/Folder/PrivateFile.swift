import Foundation
import Primitives

/// Small files that only the owner may read: keys and tokens.
package enum PrivateFile {
    /// The largest such file, in bytes.
    private static let maximumBytes = 64 << 10

    /// Writes durably with mode 0600, replacing what is there at once.
    ///
    /// - Throws: `disk_full`, `file_failed`.
    package static func write(_ data: Data, to path: String) throws {
        let temporary = "\(path).\(UUID().uuidString)"
        do {
            let file = try DiskFile.creating(temporary, mode: 0o600)
            try file.write(data)
            try file.synchronise()
            try DiskFile.rename(temporary, to: path)
            try DiskFile.synchronise(folder: (path as NSString).deletingLastPathComponent)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Reads a file that must be private.
    ///
    /// - Returns: nil when there is none.
    /// - Throws: `file_not_private` when others may read or write it.
    package static func read(_ path: String) throws -> Data? {
        guard access(path, F_OK) == 0 else { return nil }
        let file = try DiskFile.reading(path, followingLinks: false)
        let mode = try file.status().mode & 0o777
        guard mode & 0o077 == 0 else {
            throw PlatformError(
                ErrorCode("file_not_private", .failedPrecondition),
                "'\(path)' may be read by others (mode \(String(mode, radix: 8))).",
                nextStep: "Run 'chmod 600' on it if nobody else has read it; otherwise replace it.",
                context: ["path": path]
            )
        }
        return try file.read(maximumBytes, at: 0)
    }

    /// Appends to a file durably, making it with mode 0600.
    static func append(_ data: Data, to path: String) throws {
        let file = try DiskFile.appending(path)
        try file.write(data)
        try file.synchronise()
    }
}
