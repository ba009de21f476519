import Foundation
import Primitives
import Storage

/// Reads a file line by line in flat memory: one buffer of 256 KiB and one row.
package struct LineReader: ~Copyable {
    /// The longest row, in bytes without its line feed.
    package static let maximumRowBytes = 1 << 20

    /// The file as errors name it.
    package let name: String
    /// The number of the line read last, from 1.
    package private(set) var line = 0
    /// The offset in the file of the first byte of the line read last.
    package private(set) var lineOffset: Int64 = 0
    /// Bytes taken from the file so far.
    package private(set) var bytesRead: Int64 = 0

    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var filled = 0
    private var position = 0
    private var consumed: Int64 = 0
    private var hash = SHA256Stream()

    /// Opens a file.
    ///
    /// - Throws: `file_missing`.
    package init(path: String, name: String) throws {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        if opened < 0 {
            throw PlatformError(.fileMissing, "'\(path)' cannot be opened: \(String(cString: strerror(errno))).")
        }
        descriptor = opened
        self.name = name
    }

    deinit {
        close(descriptor)
    }

    /// Reads the next line that holds more than white space into `row`, without its line feed.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: `dataset_row_too_large`, `invalid_utf8` with the byte's offset in the file.
    package mutating func next(into row: inout [UInt8]) throws -> Bool {
        while try readLine(into: &row) {
            if line == 1, row.starts(with: [0xEF, 0xBB, 0xBF]) { row.removeFirst(3) }
            if row.last == 0x0D { row.removeLast() }
            if row.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            if let bad = UTF8Check.firstInvalid(row) { throw invalidUTF8(at: lineOffset + Int64(bad)) }
            return true
        }
        return false
    }

    /// SHA-256 of the bytes read so far: of the whole file once `next` has returned false.
    package func digest() -> Digest { hash.finalize() }

    private mutating func readLine(into row: inout [UInt8]) throws -> Bool {
        row.removeAll(keepingCapacity: true)
        lineOffset = consumed
        var started = false
        while true {
            if position == filled {
                guard try refill() else { break }
            }
            if !started {
                started = true
                line += 1
            }
            let end = buffer[position..<filled].firstIndex(of: 0x0A) ?? filled
            if row.count + end - position > Self.maximumRowBytes { throw tooLarge() }
            row.append(contentsOf: buffer[position..<end])
            consumed += Int64(end - position)
            position = end
            if end < filled {
                position += 1
                consumed += 1
                break
            }
        }
        return started
    }

    private mutating func refill() throws -> Bool {
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            throw PlatformError(.fileMissing, "'\(name)' cannot be read: \(String(cString: strerror(errno))).")
        }
        position = 0
        filled = count
        buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        bytesRead += Int64(count)
        return count > 0
    }

    private func tooLarge() -> PlatformError {
        PlatformError(
            .datasetRowTooLarge,
            "Line \(line) of '\(name)' is longer than \(Self.maximumRowBytes) bytes.",
            nextStep: "Split the row, or keep long content in files and name them in the row.",
            context: ["file": name, "line": "\(line)"]
        )
    }

    private func invalidUTF8(at offset: Int64) -> PlatformError {
        PlatformError(
            .invalidUTF8,
            "'\(name)' is not UTF-8 at byte \(offset) (line \(line)).",
            nextStep: "Convert the file to UTF-8, for example with 'iconv -t UTF-8'.",
            context: ["file": name, "line": "\(line)", "offset": "\(offset)"]
        )
    }
}
