import ArgumentParser
import Client
import WireAPI

/// `aku monitor show ENDPOINT`.
package struct MonitorShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Latency, errors, drift evidence and labels of an endpoint.",
        discussion: """
            Example: aku monitor show intent

            The evidence of drift is a base-10 logarithm: 3 means that a fair bettor against "no drift" has multiplied
            the stake by 1000. An alarm is raised at the threshold, and not before, however long one watches.
            """
    )

    @Argument(help: "The endpoint's name.")
    package var endpoint: String

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let body = try await connection.client().send(MonitoringAPI.show, parameters: ["endpoint": endpoint])
        try connection.show(body) { MonitorPage(body: $0).text }
    }
}
