import Foundation

/// Reads the log of an attempt.
package enum LogFile {
    /// The last lines: at most 20 of them and 4 KiB, in one text.
    package static func tail(_ path: String) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? handle.close() }
        let end = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: end > 4096 ? end - 4096 : 0)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        if lines.last?.isEmpty == true { lines = lines.dropLast() }
        return lines.suffix(20).joined(separator: "\n")
    }

    /// Bytes from an offset, at most `limit`; empty at or after the end, or when there is no log.
    package static func read(_ path: String, from offset: Int64, limit: Int) -> Data {
        guard offset >= 0, let handle = FileHandle(forReadingAtPath: path) else { return Data() }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: UInt64(offset))) != nil else { return Data() }
        return (try? handle.read(upToCount: limit)) ?? Data()
    }

    /// Adds a line.
    static func append(_ line: String, to path: String) {
        guard let file = fopen(path, "a") else { return }
        fputs(line + "\n", file)
        fclose(file)
    }

    /// Bytes so far; 0 when there is no log.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
