import Foundation
import Logging
import Primitives

/// Writes each log line as one JSON object to standard error: `at`, `level`, `label`, `message`, then the metadata.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info
    private let label: String

    /// Makes a handler for a label.
    package init(label: String) {
        self.label = label
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line: [String: JSONValue] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            line[key] = .string("\(value)")
        }
        line["at"] = .string(Timestamp.now().description)
        line["level"] = .string(event.level.rawValue)
        line["label"] = .string(label)
        line["message"] = .string("\(event.message)")
        guard let text = try? CanonicalJSON.text(line) else { return }
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
