import ArgumentParser
import Datasets
import Foundation

/// `aku data clean`: works on folders, without a server.
package struct DataCleanCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Normalise, redact and de-duplicate the rows of a data set folder; needs no server.",
        discussion: """
            Reads dataset.json and every *.jsonl of one folder, writes the same layout into another, and provenance.json
            with what was counted. E-mail addresses, phone numbers and IP addresses become <EMAIL>, <PHONE> and <IP>.

            Example:  aku data clean --in corpus --out clean
            """
    )

    @Option(name: .customLong("in"), help: "The folder to read.")
    var input: String

    @Option(name: .customLong("out"), help: "The folder to write; empty or not there yet.")
    var output: String

    @Flag(name: .long, help: "Print JSON instead of a table.")
    var json = false

    package init() {}

    package func run() async throws {
        let started = Date()
        let report = try DatasetCleaner(input: input, output: output).run { progress in
            let share = Double(progress.bytesRead) / Double(max(1, progress.bytesTotal))
            Terminal.progress("\(Terminal.bar(share)) \(Int(share * 100)) %  \(progress.shard)")
        }
        let seconds = Date().timeIntervalSince(started)
        Terminal.progress(
            "\(Terminal.bar(1)) 100 %  \(report.total.rowsIn) rows in \(String(format: "%.1f", seconds)) s",
            final: true
        )
        try show(report)
    }

    private func show(_ report: CleaningReport) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(report), as: UTF8.self))
            return
        }
        func row(_ name: String, _ counts: CleaningCounts) -> [String] {
            let kinds = RedactionKind.allCases.map { "\(counts.redactions[$0.rawValue] ?? 0)" }
            return [name, "\(counts.rowsIn)", "\(counts.rowsOut)", "\(counts.duplicates)", "\(counts.empty)"] + kinds
        }
        Terminal.print(
            Terminal.table(
                ["SHARD", "ROWS IN", "ROWS OUT", "DUPLICATES", "EMPTY"] + RedactionKind.allCases.map(\.mark),
                report.shards.map { row($0.path, $0.counts) } + [row("total", report.total)]
            )
        )
    }
}
