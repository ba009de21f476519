import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku backup list`: the moments of a repository.
struct BackupList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the moments of a repository, the newest last.",
        discussion: "Example:  aku backup list --to /backups/aku --at 2026-11-23T12:00:00Z"
    )

    @Option(name: .long, help: "The repository: a folder, or s3://BUCKET/PREFIX?endpoint=….")
    var to: String

    @Option(name: .long, help: "Only the moment that a restore to this one would take.")
    var at: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let at: String
        let milliseconds: Int64
    }

    func run() async throws {
        let repository = try BackupRepository.open(to, creating: false)
        let names =
            if let at {
                [try repository.point(notAfter: Timestamp(rfc3339: at))]
            } else {
                try repository.points()
            }
        if json {
            let lines = names.map { Line(at: $0.moment.description, milliseconds: $0.moment.milliseconds) }
            return Terminal.print(try CanonicalJSON.text(["points": lines]))
        }
        Terminal.print(names.isEmpty ? "no points yet" : names.map(\.moment.description).joined(separator: "\n"))
    }
}

/// `aku backup prune`: removes moments, and what none names any more.
struct BackupPrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove moments that a rule does not keep, and what no moment names any more.",
        discussion: """
            Example:  aku backup prune --to /backups/aku --keep last=10,hourly=48,daily=30

            What no moment names is set aside a day after it was written, and removed by a pruning a day later: so backups
            may run meanwhile. End the command whenever you like: the repository stays valid.
            """
    )

    @Option(name: .long, help: "The repository: a folder, or s3://BUCKET/PREFIX?endpoint=….")
    var to: String

    @Option(name: .long, help: "last=10,hourly=48,daily=30,weekly=12,monthly=12,yearly=5; UTC, each may be left out.")
    var keep: String

    @Option(name: .long, help: "How long what no moment names waits, twice: longer than any backup takes.")
    var grace = "1d"

    @Flag(name: .long, help: "Only say what would be done.")
    var dryRun = false

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        let repository = try BackupRepository.open(to, creating: false)
        let done = try await repository.pruned(
            keeping: KeepRule(keep),
            apply: !dryRun,
            graceMilliseconds: Int64(Interval(grace, allowingZero: true).seconds) * 1000
        )
        if json { return Terminal.print(try CanonicalJSON.text(done)) }
        let lines = [
            "points     \(done.kept.count) kept, \(done.removed.count) \(dryRun ? "would be " : "")removed",
            "named      \(done.named.objects) chunks and objects, \(done.named.bytes) bytes",
            "set aside  \(done.setAside.objects), \(done.setAside.bytes) bytes; waiting \(done.waiting.objects), "
                + "new \(done.recent.objects), brought back \(done.restored.objects)",
            "freed      \(done.freed.objects), \(done.freed.bytes) bytes",
        ]
        Terminal.print(lines.joined(separator: "\n"))
    }
}

/// `aku backup check`: reads everything and compares it with its digests.
struct BackupCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read every chunk and object of a repository and check it; exit status 1 when something is wrong.",
        discussion: "Example:  aku backup check --to /backups/aku"
    )

    @Option(name: .long, help: "The repository: a folder, or s3://BUCKET/PREFIX?endpoint=….")
    var to: String

    @Option(name: .long, help: "Only the moment that a restore to this one would take.")
    var at: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        let repository = try BackupRepository.open(to, creating: false)
        let found = try await repository.checked(
            at.map { [try repository.point(notAfter: Timestamp(rfc3339: $0))] }
        )
        if json {
            Terminal.print(try CanonicalJSON.text(found))
        } else {
            Terminal.print(
                "read      \(found.points.count) points, \(found.read.objects) chunks and objects, "
                    + "\(found.read.bytes) bytes"
            )
            Terminal.print("problems  \(found.problems.count)")
            for problem in found.problems { Terminal.print("  \(problem)") }
        }
        if !found.problems.isEmpty { throw ExitCode(1) }
    }
}
