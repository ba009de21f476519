import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku monitor alerts`.
package struct MonitorAlertsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List drift alerts, newest first.",
        discussion: "Example: aku monitor alerts --open --endpoint intent"
    )

    @Option(help: "Only this endpoint's.")
    package var endpoint: String?

    @Flag(help: "Only those not resolved.")
    package var open = false

    @Option(help: "At most this many, 1 to 1000.")
    package var limit = 100

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(
            MonitoringAPI.alerts,
            query: ["endpoint": endpoint, "open": open ? "true" : nil, "limit": String(limit)]
        )
        try connection.show(reply) { Self.table($0.alerts) }
    }

    /// Alerts as a table.
    static func table(_ alerts: [AlertBody]) -> String {
        Terminal.table(
            ["RAISED", "ENDPOINT", "VERSION", "AFTER", "EVIDENCE", "MOVED", "STATE"],
            alerts.map { alert in
                [
                    alert.at.description,
                    alert.endpoint,
                    "\(alert.model) \(alert.version)",
                    "\(alert.requests) requests",
                    String(format: "%.1f of %.1f", alert.evidence, alert.threshold),
                    alert.leading.map { "\($0.feature) \(Int(($0.totalVariation * 100).rounded())) %" }
                        .joined(separator: ", "),
                    alert.resolution ?? "open",
                ]
            }
        )
    }
}
