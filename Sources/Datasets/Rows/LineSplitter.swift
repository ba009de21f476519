import Foundation
import Primitives

/// One row as it stands in a file.
package struct ShardLine: Sendable, Equatable {
    /// Its bytes, valid UTF-8, without the line end.
    package let bytes: [UInt8]
    /// Its place, from 1; lines of white space count but are not rows.
    package let number: Int
}

/// Splits blocks of a shard into rows, whatever their source: a file or an object that streams in. It keeps at most one row.
package struct LineSplitter: Sendable {
    /// The longest row, in bytes without its line feed.
    package static let maximumRowBytes = 1 << 20

    private let name: String
    private var rest: [UInt8] = []
    private var number = 0
    private var offset: Int64 = 0

    /// Starts a shard, named as errors shall name it.
    package init(name: String) {
        self.name = name
    }

    /// Takes the next block and returns the rows that end in it.
    ///
    /// - Throws: `dataset_row_too_large`, `invalid_utf8` with the byte's offset in the shard.
    package mutating func add(_ block: some Sequence<UInt8>) throws -> [ShardLine] {
        rest.append(contentsOf: block)
        var lines: [ShardLine] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: 0x0A) {
            if let line = try close(Array(rest[start..<end])) { lines.append(line) }
            start = end + 1
        }
        rest.removeFirst(start)
        if rest.count > Self.maximumRowBytes { throw tooLarge(number + 1) }
        return lines
    }

    /// The last row, when the shard does not end with a line feed.
    package mutating func finish() throws -> [ShardLine] {
        defer { rest = [] }
        return try rest.isEmpty ? [] : [close(rest)].compactMap { $0 }
    }

    private mutating func close(_ raw: [UInt8]) throws -> ShardLine? {
        number += 1
        let start = offset
        offset += Int64(raw.count) + 1
        if raw.count > Self.maximumRowBytes { throw tooLarge(number) }
        if let bad = UTF8Check.firstInvalid(raw) { throw invalidUTF8(at: start + Int64(bad)) }
        var bytes = raw
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? nil : ShardLine(bytes: bytes, number: number)
    }

    private func tooLarge(_ line: Int) -> PlatformError {
        PlatformError(
            .datasetRowTooLarge,
            "Line \(line) of '\(name)' is longer than \(Self.maximumRowBytes) bytes.",
            nextStep: "Split the row, or keep long content in files and name them in the row.",
            context: ["file": name, "line": "\(line)"]
        )
    }

    private func invalidUTF8(at byte: Int64) -> PlatformError {
        PlatformError(
            .invalidUTF8,
            "'\(name)' is not UTF-8 at byte \(byte) (line \(number)).",
            nextStep: "Convert the file to UTF-8, for example with 'iconv -t UTF-8'.",
            context: ["file": name, "line": "\(number)", "offset": "\(byte)"]
        )
    }
}
