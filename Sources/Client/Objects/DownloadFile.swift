import Foundation
import Primitives
import Storage

/// A file that is checked against a digest while it is written.
final class DownloadFile {
    private let path: String
    private let expected: Digest
    private let handle: FileHandle
    private var hash = SHA256Stream()

    init(path: String, expecting expected: Digest) throws {
        self.path = path
        self.expected = expected
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw PlatformError(.fileFailed, "Could not create '\(path)': \(reason).", context: ["path": path])
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ data: Data) throws {
        hash.update(data)
        try handle.write(contentsOf: data)
    }

    func finish(executable: Bool) throws {
        let actual = hash.finalize()
        guard actual == expected else {
            throw PlatformError(
                .digestMismatch,
                "What arrived has the digest \(actual), not \(expected).",
                nextStep: "Download it again; if that fails too, run 'aku verify'.",
                context: ["path": path]
            )
        }
        try handle.close()
        chmod(path, executable ? 0o755 : 0o644)
    }

    func discard() {
        try? handle.close()
        unlink(path)
    }
}
