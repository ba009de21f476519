import Foundation
import Primitives

/// Reads the rows of a corpus or a test split: JSON lines `{"text", "intent", "language"}`, or plain lines.
enum TextRows {
    /// One row.
    struct Row: Codable, Sendable, Hashable {
        let text: String
        let intent: String?
        let language: String?
    }

    /// The largest file, in bytes.
    static let maximumBytes = 1 << 30

    /// The rows of a file; `-` is standard input. Blank lines are left out.
    ///
    /// - Throws: `file_missing`, `too_large`, `invalid_utf8`, `invalid_json` with the line's number.
    static func read(_ path: String) throws -> [Row] {
        let data = path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try bytes(path)
        guard String(validating: data, as: UTF8.self) != nil else {
            throw PlatformError(.invalidUTF8, "The file '\(path)' is not UTF-8.", nextStep: "Convert it with iconv.")
        }
        let isJSON = data.first == UInt8(ascii: "{")
        return try data.split(separator: 10).enumerated().compactMap { index, line in
            if line.allSatisfy({ $0 == 32 || $0 == 13 || $0 == 9 }) { return nil }
            guard isJSON else { return Row(text: String(decoding: line, as: UTF8.self), intent: nil, language: nil) }
            return try CanonicalJSON.decode(Row.self, from: Data(line), what: "row \(index + 1) of '\(path)'")
        }
    }

    /// The rows of a file that must all have an intent.
    ///
    /// - Throws: as `read`; `invalid_argument` for a row without one or a file without rows.
    static func labelled(_ path: String) throws -> [Row] {
        let rows = try read(path)
        guard !rows.isEmpty else { throw PlatformError(.invalidArgument, "The file '\(path)' has no rows.") }
        if let index = rows.firstIndex(where: { $0.intent == nil }) {
            throw PlatformError(.invalidArgument, "Row \(index + 1) of '\(path)' has no 'intent'.")
        }
        return rows
    }

    /// The bytes of a file.
    static func bytes(_ path: String) throws -> Data {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size, let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.", context: ["path": path])
        }
        guard size <= maximumBytes else {
            throw PlatformError(.tooLarge, "The file '\(path)' is larger than \(maximumBytes) bytes.")
        }
        return data
    }
}
