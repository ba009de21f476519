import Foundation
import Primitives
import Storage

/// Reads a shard from a file, block by block in flat memory, and hashes it on the way.
package struct ShardReader: ~Copyable {
    /// Bytes taken from the file so far.
    package private(set) var bytesRead: Int64 = 0

    private let name: String
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var splitter: LineSplitter
    private var hash = SHA256Stream()
    private var isAtEnd = false

    /// Opens a file; errors call it by `name`.
    ///
    /// - Throws: `file_missing`.
    package init(path: String, name: String) throws {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        if opened < 0 {
            throw PlatformError(.fileMissing, "'\(path)' cannot be opened: \(String(cString: strerror(errno))).")
        }
        descriptor = opened
        self.name = name
        splitter = LineSplitter(name: name)
    }

    deinit {
        close(descriptor)
    }

    /// The rows of the next block, perhaps none; nil at the end of the file.
    ///
    /// - Throws: `dataset_row_too_large`, `invalid_utf8`.
    package mutating func nextRows() throws -> [ShardLine]? {
        if isAtEnd { return nil }
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            throw PlatformError(.fileMissing, "'\(name)' cannot be read: \(String(cString: strerror(errno))).")
        }
        if count == 0 {
            isAtEnd = true
            return try splitter.finish()
        }
        bytesRead += Int64(count)
        buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return try splitter.add(buffer[..<count])
    }

    /// SHA-256 of the bytes read so far: of the whole file once `nextRows` has returned nil.
    package func digest() -> Digest { hash.finalize() }
}
