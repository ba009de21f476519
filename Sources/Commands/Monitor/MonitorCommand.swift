import ArgumentParser

/// `aku monitor`: how endpoints do, drift alerts, and what acts on them.
package struct MonitorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "See how an endpoint does, its drift and its alerts; declare triggers.",
        discussion: """
            Examples:
              aku monitor show intent
              aku monitor alerts --open
              aku monitor triggers apply mlops/monitoring/triggers.yaml
              aku monitor scan latencies.txt --reference 2000
            """,
        subcommands: [
            MonitorShowCommand.self, MonitorAlertsCommand.self, MonitorTriggersCommand.self, MonitorScanCommand.self,
        ]
    )

    package init() {}
}
