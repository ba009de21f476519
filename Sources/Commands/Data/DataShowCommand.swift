import ArgumentParser
import Client
import Datasets
import Foundation
import Primitives
import WireAPI

/// `aku data show`: the versions of a data set, or one version with its shards.
package struct DataShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the versions of a data set, or one version.",
        discussion: """
            Example:  aku data show intents
                      aku data show intents@2 --json
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "NAME for all versions, NAME@VERSION for one.")
    var dataset: String

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        if dataset.contains("@") {
            let reference = try DatasetReference(text: dataset)
            let parameters = ["name": reference.name, "version": "\(reference.number)"]
            try connection.show(try await client.send(DatasetsAPI.version, parameters: parameters), as: Self.describe)
        } else {
            let reply = try await client.send(DatasetsAPI.versions, parameters: ["name": dataset])
            try connection.show(reply) { reply in
                Terminal.table(
                    ["VERSION", "ROWS", "SHARDS", "LICENCE", "DERIVED FROM", "CREATED", "TREE"],
                    reply.versions.map { version in
                        [
                            "\(version.name)@\(version.version)", "\(version.rows)", "\(version.shards.count)",
                            version.licence,
                            version.derivedFrom ?? "–", version.createdAt.description, version.tree.short,
                        ]
                    }
                )
            }
        }
    }

    private static func describe(_ version: DatasetVersionBody) -> String {
        let facts: [(String, String)] = [
            ("version", "\(version.name)@\(version.version)"),
            ("tree", version.tree.description),
            ("created", "\(version.createdAt) by \(version.createdBy)"),
            ("licence", version.licence),
            ("derived from", version.derivedFrom ?? "–"),
            ("rows", "\(version.rows)"),
            ("bytes", "\(version.bytes)"),
            ("source", text(version.source)),
            ("tags", text(version.tags)),
        ]
        let head = facts.map { "\($0.0.padding(toLength: 14, withPad: " ", startingAt: 0))\($0.1)" }
        let shards = Terminal.table(
            ["SHARD", "LANGUAGE", "ROWS", "BYTES", "SHA-256"],
            version.shards.map { [$0.path, $0.language, "\($0.rows)", "\($0.bytes)", $0.digest.hex] }
        )
        return head.joined(separator: "\n") + "\n\n" + shards
    }

    private static func text(_ value: JSONValue) -> String {
        value.stringValue ?? (try? CanonicalJSON.text(value)) ?? ""
    }
}
