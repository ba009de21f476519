import ArgumentParser
import Client
import Foundation

/// `aku pipelines logs`.
package struct PipelinesLogsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a task wrote.",
        discussion: "Example:  aku pipelines logs RUN train --follow"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    @Argument(help: "The task.")
    var task: String

    @Option(name: .long, help: "An attempt, from 1. Default: the latest.")
    var attempt: Int?

    @Flag(name: .shortAndLong, help: "Go on until the task is over.")
    var follow = false

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        var offset = 0, text = Data()
        while true {
            let part = try await client.pipelineLog(run: id, task: task, attempt: attempt, offset: offset)
            offset += part.bytes.count
            if connection.json { text += part.bytes } else { FileHandle.standardOutput.write(part.bytes) }
            if part.bytes.isEmpty {
                guard follow, part.isOpen else { break }
                try await Task.sleep(for: .milliseconds(300))
            }
        }
        if connection.json { try connection.show(["log": String(decoding: text, as: UTF8.self)]) { _ in "" } }
    }
}
