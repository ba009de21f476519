import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku verify`: checks every digest, the journal's chain and the signatures.
package struct VerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every stored byte, the journal and the signatures.",
        discussion: """
            Recomputes the digest of every object, the hash chain of the journal, its signed checkpoints and the \
            signatures of packages. Each finding names the object and the byte range, the entry of the journal, or the \
            checkpoint. The exit status is 1 when anything is wrong.

            Example: aku verify
            Example: aku verify --json
            """
    )

    @OptionGroup var connection: ConnectionOptions

    /// A verification reads every byte of the store, so that it may run for a day.
    private static let timeoutSeconds: Int64 = 24 * 3600

    package init() {}

    package mutating func run() async throws {
        let client = try connection.client(timeoutSeconds: Self.timeoutSeconds)
        let report = try await client.verify { line in
            guard let check = line.check, let done = line.done, let total = line.total, total > 0 else { return }
            let share = Double(done) / Double(total)
            Terminal.progress("\(Terminal.bar(share)) \(check) \(done)/\(total)")
        }
        if Terminal.isInteractive { Terminal.progress("") }
        try connection.show(report, as: VerifyTable.text)
        if !report.ok { throw ExitCode.failure }
    }
}

/// A verification's report as text.
enum VerifyTable {
    static func text(_ report: VerifyReport) -> String {
        let rows = report.checks.map { check in
            [
                check.name, check.checked.map(String.init) ?? "", check.bytes.map(size) ?? "",
                "\(check.milliseconds) ms", check.findings == 0 ? "ok" : "damage: \(check.findings)",
            ]
        }
        let checks = Terminal.table(["CHECK", "CHECKED", "READ", "TIME", "RESULT"], rows)
        guard !report.ok else { return checks + "\n\nEverything is as it was stored." }
        let findings = report.findings.map { finding in
            var place = ""
            if let first = finding.firstByte, let end = finding.endByte { place = "bytes \(first)..<\(end)" }
            return "\(finding.code)  \(finding.subject)  \(place)\n    \(finding.message)"
        }
        let count = report.findings.count
        return "\(checks)\n\n\(count) \(count == 1 ? "finding" : "findings"):\n\(findings.joined(separator: "\n"))"
    }

    private static func size(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\(String(format: "%.1f", value)) \(units[unit])"
    }
}
