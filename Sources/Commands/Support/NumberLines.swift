import Foundation
import Primitives

/// Files of one number a line.
enum NumberLines {
    /// - Parameter path: `-` is standard input.
    /// - Returns: not a number for lines that are empty or say so.
    /// - Throws: `file_missing`, `too_large`, `number_invalid` with the line.
    static func read(_ path: String, upTo limit: Int) throws -> [Double] {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else { throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.") }
        var data = Data()
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            data.append(part)
            if data.count > limit {
                throw PlatformError(
                    .tooLarge,
                    "'\(path)' is larger than \(limit) bytes.",
                    nextStep: "Give it in parts."
                )
            }
        }
        if data.last == UInt8(ascii: "\n") { data.removeLast() }
        return try data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map {
            let text = String(decoding: $1.prefix(80), as: UTF8.self).trimmingCharacters(in: .whitespaces)
            if text.isEmpty || text.lowercased() == "null" { return .nan }
            guard let value = Double(text) else {
                throw PlatformError(
                    ErrorCode("number_invalid", .invalidArgument),
                    "Line \($0 + 1) of '\(path)' is '\(text)', which is no number.",
                    nextStep: "Give one number a line; an empty line is a missing value."
                )
            }
            return value
        }
    }
}
