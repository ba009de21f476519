import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku pipelines instances`.
package struct PipelinesInstancesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "instances",
        abstract: "List the instances of a mapped task that have begun.",
        discussion: """
            Each is called TASK[INDEX], and has attempts and a log of its own: aku pipelines logs RUN 'score[17]'.
            Example:  aku pipelines instances RUN score --state failed
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    @Argument(help: "The mapped task.")
    var task: String

    @Option(name: .long, help: "Those of one state only, for example failed.")
    var state: String?

    @Option(name: .long, help: "Those after this index.")
    var after: Int?

    @Option(name: .long, help: "At most so many, from 1 to 1000.")
    var limit = 100

    package init() {}

    package func run() async throws {
        var query = ["limit": String(limit)]
        query["state"] = state
        query["after"] = after.map(String.init)
        let body = try await connection.client().send(
            PipelinesAPI.instances,
            parameters: ["id": id, "task": task],
            query: query
        )
        try connection.show(body) { body in
            let progress = RunProgress(now: Timestamp.now().milliseconds)
            let width = body.instances.map(\.name.count).max() ?? 0
            let lines = body.instances.map { progress.line($0, nameWidth: width) }
            let more = body.nextPageToken.map { ["  more: --after \($0)"] } ?? []
            return (lines + more).joined(separator: "\n")
        }
    }
}
