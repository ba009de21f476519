import ArgumentParser
import Client
import Foundation
import Pipelines
import Primitives
import WireAPI

/// `aku pipelines schedules`.
package struct PipelinesSchedulesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "List schedules with their next times; preview, pause and resume them.",
        discussion: "Example:  aku pipelines schedules",
        subcommands: [
            SchedulesListCommand.self, SchedulesPreviewCommand.self, SchedulesPauseCommand.self,
            SchedulesResumeCommand.self,
        ],
        defaultSubcommand: SchedulesListCommand.self,
        aliases: ["schedule"]
    )

    package init() {}
}

/// `aku pipelines schedules list`.
package struct SchedulesListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List schedules: the next times, the last run, and whether they stand still.",
        discussion: "Example:  aku pipelines schedules list --pipeline intent --next 5"
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(name: .long, help: "Schedules of this pipeline only.")
    var pipeline: String?

    @Option(name: .long, help: "How many next times of each, from 0 to 100.")
    var next = 5

    package init() {}

    package func run() async throws {
        let list = try await connection.client().send(
            SchedulesAPI.list,
            query: ["pipeline": pipeline, "next": String(next)]
        )
        try connection.show(list, as: Self.text)
    }

    /// A table, and below it the next times of each.
    static func text(_ list: ScheduleListBody) -> String {
        let table = Terminal.table(
            ["PIPELINE", "SCHEDULE", "CRON", "ZONE", "NEXT", "LAST RUN"],
            list.schedules.map { schedule in
                [
                    schedule.pipeline, schedule.name, schedule.cron, schedule.timezone,
                    schedule.paused
                        ? "paused\(schedule.pausedBy.map { " by \($0)" } ?? "")"
                        : schedule.next.first?.localTime ?? "never",
                    schedule.last.map { "\($0.time) \($0.state)" } ?? "-",
                ]
            }
        )
        let more = list.schedules.filter { $0.next.count > 1 }.map { schedule in
            "\(schedule.pipeline)/\(schedule.name) then: "
                + schedule.next.dropFirst().map(\.localTime).joined(separator: ", ")
        }
        return ([table] + more).joined(separator: "\n")
    }
}

/// `aku pipelines schedules preview`: needs no server.
package struct SchedulesPreviewCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show the times of the schedules in a pipeline file; needs no server.",
        discussion: "Example:  aku pipelines schedules preview mlops/pipelines/intent.yaml --from 2026-10-24 --count 4"
    )

    @Argument(help: "The pipeline file.")
    var file: String

    @Option(name: .long, help: "A date in the schedule's zone, or a moment (RFC 3339). Default: now.")
    var from: String?

    @Option(name: .long, help: "How many times of each schedule, from 1 to 1000.")
    var count = 10

    @Flag(name: .long, help: "Print JSON instead of lines.")
    var json = false

    package init() {}

    private struct Preview: Encodable {
        let schedule: String
        let cron: String
        let timezone: String
        let parameters: [String: JSONValue]
        let times: [LogicalTimeBody]
    }

    package func run() async throws {
        guard (1...1000).contains(count) else {
            throw PlatformError(.invalidArgument, "--count is \(count); it must be from 1 to 1000.")
        }
        let definition = try PipelineFile(path: file).definition()
        if definition.schedules.isEmpty { _ = try definition.schedule(nil) }
        let previews = try definition.schedules.map { schedule in
            // The first moment itself counts.
            let start = try from.map { try Schedule.moment($0, in: schedule.zone) } ?? Timestamp.now()
            let times = schedule.next(count, after: start.advanced(byMilliseconds: -1))
            return Preview(
                schedule: schedule.name,
                cron: schedule.cron.source,
                timezone: schedule.zoneName,
                parameters: times.first.map { schedule.parameters(at: $0) } ?? [:],
                times: times.map { LogicalTimeBody(time: $0, localTime: schedule.localText($0)) }
            )
        }
        if json {
            Terminal.print(try CanonicalJSON.text(previews))
        } else {
            for preview in previews {
                Terminal.print("\(preview.schedule): \(preview.cron) \(preview.timezone)")
                for time in preview.times { Terminal.print("  \(time.localTime)  \(time.time)") }
            }
        }
    }
}

/// `aku pipelines schedules pause`.
package struct SchedulesPauseCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Hold a schedule still; runs under way go on.",
        discussion: "Example:  aku pipelines schedules pause intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pipeline.")
    var pipeline: String

    @Option(name: .long, help: "The schedule. Default: the only one.")
    var schedule: String?

    package init() {}

    package func run() async throws {
        let list = try await connection.client().send(
            SchedulesAPI.pause,
            parameters: ["name": pipeline],
            body: ScheduleNameBody(schedule: schedule)
        )
        try connection.show(list, as: SchedulesListCommand.text)
    }
}

/// `aku pipelines schedules resume`.
package struct SchedulesResumeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a schedule go on from now; times that passed meanwhile are for a backfill.",
        discussion: "Example:  aku pipelines schedules resume intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pipeline.")
    var pipeline: String

    @Option(name: .long, help: "The schedule. Default: the only one.")
    var schedule: String?

    package init() {}

    package func run() async throws {
        let list = try await connection.client().send(
            SchedulesAPI.resume,
            parameters: ["name": pipeline],
            body: ScheduleNameBody(schedule: schedule)
        )
        try connection.show(list, as: SchedulesListCommand.text)
    }
}
