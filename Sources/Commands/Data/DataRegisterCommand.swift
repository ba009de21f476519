import ArgumentParser
import Client
import Datasets
import Primitives
import WireAPI

/// `aku data register`: uploads a folder and makes it the next version of a data set.
package struct DataRegisterCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Upload a data set folder and register it as a version.",
        discussion: """
            The folder holds dataset.json (name, licence, source, schema, tags), shards (*.jsonl) and perhaps
            provenance.json. Registering the same content again gives the version that is there already.

            Example:  aku data register --name intents --from clean --derived-from intents-raw@1
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The data set.")
    var name: String

    @Option(name: .customLong("from"), help: "The folder.")
    var folder: String

    @Option(name: .long, help: "NAME@VERSION that this one was made from.")
    var derivedFrom: String?

    package init() {}

    package func run() async throws {
        try Name.check(name, what: "data set")
        let parent = try derivedFrom.map(DatasetReference.init(text:))
        // Looked at here first, so that a folder that is no data set fails before anything is uploaded.
        let local = try DatasetFolder(path: folder)
        let client = try connection.client(timeoutSeconds: 600)
        let uploaded = try await client.uploadTree(directory: local.path)
        let reply = try await client.send(
            DatasetsAPI.register,
            parameters: ["name": name],
            body: RegisterDatasetBody(tree: uploaded.digest, derivedFrom: parent?.description)
        )
        try connection.show(reply) { reply in
            let version = reply.version
            let state = reply.created ? "registered" : "was registered already"
            return
                "\(version.name)@\(version.version) \(state): \(version.rows) rows in \(version.shards.count) shards, "
                + "tree \(version.tree)"
        }
    }
}
