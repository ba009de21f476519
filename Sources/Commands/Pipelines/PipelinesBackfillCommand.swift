import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku pipelines backfill`.
package struct PipelinesBackfillCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Run the times of a schedule that lie in a span of the past; times with a run are left out.",
        discussion: "Example:  aku pipelines backfill intent --from 2026-11-01 --to 2026-11-03 --parallel 2 --dry-run"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pipeline.")
    var pipeline: String

    @Option(name: .long, help: "A date in the schedule's zone, or a moment (RFC 3339).")
    var from: String

    @Option(name: .long, help: "The same; a date is meant to its end.")
    var to: String

    @Option(name: .long, help: "The schedule. Default: the only one.")
    var schedule: String?

    @Option(name: .long, help: "The most runs at one time, from 1 to 64.")
    var parallel = 1

    @Option(
        name: [.customShort("p"), .customLong("parameter")],
        help: "key=value, before the schedule's own; may be repeated."
    )
    var parameters: [String] = []

    @Option(name: .long, help: "Which times that have a run get another: none, failed or all.")
    var again = "none"

    @Flag(name: .long, help: "Only say which times they are.")
    var dryRun = false

    @Flag(name: .long, help: "Wait for the end; exit status 1 when it does not succeed.")
    var watch = false

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        var body = try await client.send(
            SchedulesAPI.backfill,
            parameters: ["name": pipeline],
            body: StartBackfillBody(
                schedule: schedule,
                from: from,
                to: to,
                parallel: parallel,
                parameters: try RunParameters.values(parameters),
                again: again,
                dryRun: dryRun
            )
        )
        if watch, let id = body.id {
            while body.state == "running" {
                try await Task.sleep(for: .milliseconds(200))
                body = try await client.send(SchedulesAPI.backfillDetail, parameters: ["id": id])
            }
        }
        try connection.show(body, as: Self.text)
        if watch, !dryRun, body.state != "succeeded" { throw ExitCode.failure }
    }

    /// One line, and one for each time.
    static func text(_ body: BackfillBody) -> String {
        let times = body.times ?? []
        let good = times.count { $0.state == "succeeded" }
        var head = "\(body.id ?? "dry run")  \(body.pipeline) v\(body.version)  \(body.schedule)  \(body.state)  "
        head += body.id == nil ? "\(times.count) times" : "\(good)/\(times.count)"
        if let kept = body.kept, kept > 0 { head += ", \(kept) left out" }
        return ([head] + times.map { "  \($0.time)  \($0.state.padded(to: 9))  \($0.runID ?? "")" })
            .joined(separator: "\n")
    }
}

/// `aku pipelines backfills`.
package struct PipelinesBackfillsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backfills",
        abstract: "List backfills; show, cancel and resume one.",
        discussion: "Example:  aku pipelines backfills",
        subcommands: [
            BackfillsListCommand.self, BackfillsShowCommand.self, BackfillsCancelCommand.self,
            BackfillsResumeCommand.self,
        ],
        defaultSubcommand: BackfillsListCommand.self
    )

    package init() {}
}

/// `aku pipelines backfills list`.
package struct BackfillsListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List backfills, newest first.",
        discussion: "Example:  aku pipelines backfills list --pipeline intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(name: .long, help: "Backfills of this pipeline only.")
    var pipeline: String?

    package init() {}

    package func run() async throws {
        let list = try await connection.client().send(SchedulesAPI.backfills, query: ["pipeline": pipeline])
        try connection.show(list) { list in
            Terminal.table(
                ["BACKFILL", "PIPELINE", "SCHEDULE", "STATE", "STARTED", "BY"],
                list.backfills.map {
                    [$0.id ?? "", $0.pipeline, $0.schedule, $0.state, $0.createdAt?.description ?? "", $0.actor]
                }
            )
        }
    }
}

/// `aku pipelines backfills show`.
package struct BackfillsShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a backfill with its times and their runs.",
        discussion: "Example:  aku pipelines backfills show BACKFILL"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The backfill's id.")
    var id: String

    package init() {}

    package func run() async throws {
        let body = try await connection.client().send(SchedulesAPI.backfillDetail, parameters: ["id": id])
        try connection.show(body, as: PipelinesBackfillCommand.text)
    }
}

/// `aku pipelines backfills cancel`.
package struct BackfillsCancelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a backfill and the runs of it that are under way.",
        discussion: "Example:  aku pipelines backfills cancel BACKFILL"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The backfill's id.")
    var id: String

    package init() {}

    package func run() async throws {
        let body = try await connection.client().send(SchedulesAPI.cancelBackfill, parameters: ["id": id])
        try connection.show(body, as: PipelinesBackfillCommand.text)
    }
}

/// `aku pipelines backfills resume`.
package struct BackfillsResumeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a backfill that failed or was cancelled: times without a good run get one.",
        discussion: "Example:  aku pipelines backfills resume BACKFILL"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The backfill's id.")
    var id: String

    package init() {}

    package func run() async throws {
        let body = try await connection.client().send(SchedulesAPI.resumeBackfill, parameters: ["id": id])
        try connection.show(body, as: PipelinesBackfillCommand.text)
    }
}
