import ArgumentParser
import Client
import Datasets
import Primitives
import WireAPI

/// `aku data preview`: the first rows of a shard.
package struct DataPreviewCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show the first rows of a shard.",
        discussion: "Example:  aku data preview intents@1 --shard sw.jsonl --rows 5"
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "NAME@VERSION.")
    var dataset: String

    @Option(name: .long, help: "The shard's path; default: the first.")
    var shard: String?

    @Option(name: .long, help: "Rows, from 1 to 100.")
    var rows = 10

    package init() {}

    package func run() async throws {
        let reference = try DatasetReference(text: dataset)
        let reply = try await connection.client().send(
            DatasetsAPI.preview,
            parameters: ["name": reference.name, "version": "\(reference.number)"],
            query: ["shard": shard, "limit": "\(rows)"]
        )
        try connection.show(reply) { reply in
            "\(reply.shard.path): \(reply.rows.count) of \(reply.shard.rows) rows\n"
                + reply.rows.map { (try? CanonicalJSON.text($0)) ?? "" }.joined(separator: "\n")
        }
    }
}
