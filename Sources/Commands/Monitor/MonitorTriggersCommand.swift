import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku monitor triggers`: what starts pipelines when an endpoint drifts.
package struct MonitorTriggersCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "Declare and list what starts pipelines when an endpoint drifts.",
        discussion: "Example: aku monitor triggers apply mlops/monitoring/triggers.yaml",
        subcommands: [Apply.self, List.self]
    )

    package init() {}

    /// `aku monitor triggers apply FILE`.
    package struct Apply: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Declare the triggers of a YAML file, or change those of the same name.",
            discussion: "Example: aku monitor triggers apply mlops/monitoring/triggers.yaml"
        )

        @Argument(help: "The YAML file: one document a trigger, separated by ---.")
        package var file: String

        @OptionGroup package var connection: ConnectionOptions

        package init() {}

        package func run() async throws {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw PlatformError(.fileMissing, "The trigger file '\(file)' cannot be read.")
            }
            guard let yaml = String(data: data, encoding: .utf8) else {
                throw PlatformError(.invalidUTF8, "The trigger file '\(file)' is not UTF-8.")
            }
            let reply = try await connection.client().send(MonitoringAPI.apply, body: ApplyTriggersBody(yaml: yaml))
            try connection.show(reply) { reply in
                reply.applied.map { "\($0): \(reply.changed.contains($0) ? "applied" : "unchanged")" }
                    .joined(separator: "\n")
            }
        }
    }

    /// `aku monitor triggers list`.
    package struct List: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "List triggers and what they did last.",
            discussion: "Example: aku monitor triggers list"
        )

        @OptionGroup package var connection: ConnectionOptions

        package init() {}

        package func run() async throws {
            let reply = try await connection.client().send(MonitoringAPI.triggers)
            try connection.show(reply) { reply in
                Terminal.table(
                    ["TRIGGER", "ON", "ENDPOINT", "PIPELINE", "LIMITS", "LAST"],
                    reply.triggers.map { trigger in
                        [
                            trigger.name,
                            trigger.on,
                            trigger.endpoint,
                            trigger.pipeline,
                            "\(trigger.cooldownSeconds) s apart, \(trigger.maximumPerDay) a day",
                            trigger.firings.first.map { "\($0.at) \($0.outcome): \($0.run ?? $0.reason)" } ?? "never",
                        ]
                    }
                )
            }
        }
    }
}
