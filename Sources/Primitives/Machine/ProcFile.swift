import Foundation

/// Reads figures that the Linux kernel keeps under `/proc` (proc(5)).
package enum ProcFile {
    /// The value of a line like `VmRSS:     1234 kB`, in KiB; nil when the file or the line is not there.
    package static func kibibytes(_ key: String, in path: String) -> Int? {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        return line.flatMap { Int($0.split(whereSeparator: { !$0.isNumber }).first ?? "") }
    }
}
