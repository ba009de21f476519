import Foundation
import Primitives

/// Bytes of a file or pipe for the records of a backup, with buffers so that small records cost no call each.
final class BackupFile {
    private static let bufferBytes = 1 << 20

    private let descriptor: Int32
    private var waiting = Data()
    private var ready = Data()

    /// Takes a descriptor over and closes it with the value.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Foundation.close(descriptor) }

    /// Makes a file that only the owner may read; it must not exist.
    static func creating(_ path: String) throws -> BackupFile {
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskFailure.make(errno, "create", path) }
        return BackupFile(descriptor: descriptor)
    }

    static func reading(_ path: String) throws -> BackupFile {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskFailure.make(errno, "open", path) }
        return BackupFile(descriptor: descriptor)
    }

    func write(_ data: Data) throws {
        waiting.append(data)
        if waiting.count >= Self.bufferBytes { try flush() }
    }

    func flush() throws {
        try waiting.withUnsafeBytes { bytes in
            var place = 0
            while place < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress?.advanced(by: place), bytes.count - place)
                if count > 0 {
                    place += count
                } else if errno != EINTR {
                    throw DiskFailure.make(errno, "write", "the backup")
                }
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Writes what waits and brings it to the disk.
    func synchronise() throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw DiskFailure.make(errno, "synchronise", "the backup") }
    }

    /// That many bytes; fewer at the end of the file.
    func read(_ count: Int) throws -> Data {
        while ready.count < count {
            var buffer = [UInt8](repeating: 0, count: max(Self.bufferBytes, min(count - ready.count, 64 << 20)))
            let got = Foundation.read(descriptor, &buffer, buffer.count)
            if got < 0 {
                if errno == EINTR { continue }
                throw DiskFailure.make(errno, "read", "the backup")
            }
            if got == 0 { break }
            ready.append(contentsOf: buffer[0..<got])
        }
        let part = Data(ready.prefix(count))
        ready = Data(ready.dropFirst(part.count))
        return part
    }
}
