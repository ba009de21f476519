import Foundation
import Primitives
import Storage

/// Writes a shard under a temporary name, counting and hashing as it goes; it gets its name when it is complete.
struct ShardWriter: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var hash = SHA256Stream()

    private static let bufferBytes = 1 << 18

    /// The name while it is being written.
    private var partial: String { path + ".partial" }

    init(path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let opened = open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if opened < 0 { throw Self.failure(path) }
        self.path = path
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    mutating func write(_ row: RowValue) throws {
        row.write(to: &buffer)
        buffer.append(0x0A)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes what is left, makes it durable and gives the shard its name.
    consuming func finish() throws -> Digest {
        do {
            try flush()
            guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw failure() }
            return hash.finalize()
        } catch {
            unlink(partial)
            throw error
        }
    }

    /// Takes the unfinished file away.
    consuming func discard() {
        unlink(partial)
    }

    private mutating func flush() throws {
        var sent = 0
        while sent < buffer.count {
            let count = buffer.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent)
            }
            guard count > 0 else { throw failure() }
            sent += count
        }
        hash.update(Data(buffer))
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure() -> PlatformError { Self.failure(path) }

    private static func failure(_ path: String) -> PlatformError {
        let reason = errno
        return PlatformError(
            reason == ENOSPC || reason == EDQUOT ? .diskFull : .internalError,
            "'\(path)' cannot be written: \(String(cString: strerror(reason))).",
            nextStep: reason == ENOSPC || reason == EDQUOT ? "Make room and run the step again." : ""
        )
    }
}
