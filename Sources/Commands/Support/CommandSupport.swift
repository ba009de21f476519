import ArgumentParser
import Client
import Foundation
import Primitives

/// Options that every verb takes: which server, which token, which output.
package struct ConnectionOptions: ParsableArguments {
    @Option(name: .long, help: "The server. Default: AKU_URL, else http://127.0.0.1:8470.")
    package var server: String?

    @Option(name: .long, help: "A file with the token. Default: the variable AKU_TOKEN.")
    package var tokenFile: String?

    @Flag(name: .long, help: "Print JSON instead of a table.")
    package var json = false

    package init() {}

    /// The client that these options describe.
    ///
    /// - Throws: `file_missing` when the token file cannot be read.
    package func client(timeoutSeconds: Int64 = 60) throws -> AkuClient {
        let environment = ProcessInfo.processInfo.environment
        var token = environment["AKU_TOKEN"]
        if let tokenFile {
            guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
                throw PlatformError(.fileMissing, "The token file '\(tokenFile)' cannot be read.")
            }
            token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return AkuClient(
            baseURL: server ?? environment["AKU_URL"] ?? "http://127.0.0.1:8470",
            token: token,
            timeoutSeconds: timeoutSeconds
        )
    }

    /// Prints a value: as JSON when asked, else what `text` makes of it.
    package func show<T: Encodable>(_ value: T, as text: (T) -> String) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(value), as: UTF8.self))
        } else {
            Terminal.print(text(value))
        }
    }
}

/// What the command line writes: tables that fit the terminal, progress bars on standard error, small plots.
package enum Terminal {
    /// Writes a line to standard output.
    package static func print(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Writes a line to standard error.
    package static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Whether standard error is a terminal, so that a line can be redrawn.
    package static var isInteractive: Bool { isatty(2) == 1 }

    /// Columns of the terminal: COLUMNS, else what the terminal says, else 100.
    package static var width: Int {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let value = Int(text), value > 20 { return value }
        var size = winsize()
        return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 100
    }

    /// A table with a header; cells are cut so that a row fits the terminal.
    package static func table(_ header: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return header.joined(separator: "  ") + "\n(none)" }
        var widths = header.indices.map { column in
            ([header] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        let room = width - 2 * (widths.count - 1)
        while widths.reduce(0, +) > room, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > 8
        {
            widths[widest] -= 1
        }
        func line(_ cells: [String]) -> String {
            cells.enumerated().map { index, cell in
                let limit = widths[index]
                let shown = cell.count > limit ? cell.prefix(max(1, limit - 1)) + "…" : cell[...]
                return index == cells.count - 1
                    ? String(shown) : shown + String(repeating: " ", count: limit - shown.count)
            }.joined(separator: "  ")
        }
        return
            ([line(header), widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")] + rows.map(line))
            .joined(separator: "\n")
    }

    /// A line of eight-level blocks, one a value.
    package static func sparkline(_ values: [Double]) -> String {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return "" }
        let blocks = Array("▁▂▃▄▅▆▇█")
        return String(
            values.map { value in
                guard value.isFinite else { return " " }
                let share = high > low ? (value - low) / (high - low) : 0.5
                return blocks[min(7, max(0, Int(share * 8)))]
            }
        )
    }

    /// `[████████░░░░]  62 %` for a share from 0 to 1.
    package static func bar(_ share: Double, width: Int = 24) -> String {
        let filled = Int((min(1, max(0, share)) * Double(width)).rounded())
        return "[" + String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + "]"
    }

    /// Redraws the last line of standard error; on a pipe it prints only when `final`.
    package static func progress(_ text: String, final: Bool = false) {
        if isInteractive {
            FileHandle.standardError.write(Data("\r\u{1B}[2K\(text)\(final ? "\n" : "")".utf8))
        } else if final {
            note(text)
        }
    }
}
