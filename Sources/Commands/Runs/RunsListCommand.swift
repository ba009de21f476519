import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku runs list`.
package struct RunsListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, newest first.",
        discussion: """
            Example:  aku runs list --filter "metrics.accuracy > 0.9 AND params.seed = '17'" --order "metrics.accuracy DESC"

            The filter and the order are written in MLflow's search language.
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "Only runs of this experiment.")
    var experiment: String?

    @Option(name: .long, help: "Only runs that match.")
    var filter: String?

    @Option(name: .long, help: "A field with ASC or DESC.")
    var order: String?

    @Option(name: .long, help: "At most this many, up to 1000.")
    var limit = 20

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(
            RunsAPI.list,
            query: ["experiment": experiment, "filter": filter, "order": order, "limit": "\(limit)"]
        )
        try connection.show(reply) { reply in
            Terminal.table(["RUN", "NAME", "EXPERIMENT", "STATUS", "STARTED", "METRICS"], reply.runs.map(Self.row))
        }
    }

    private static func row(_ run: RunBody) -> [String] {
        let metrics = run.metrics.sorted { $0.key < $1.key }.prefix(3).map { "\($0.key)=\(RunText.number($0.value))" }
        let more = run.metrics.count > 3 ? ["+\(run.metrics.count - 3)"] : []
        return [
            String(run.id.prefix(16)), run.name, run.experiment, run.status, run.startedAt.description,
            (metrics + more).joined(separator: " "),
        ]
    }
}
