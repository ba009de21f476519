import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku pipelines explain`.
package struct PipelinesExplainCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say for each task of a run whether it was served from the cache, and what had changed if not.",
        discussion: "Example:  aku pipelines explain RUN train"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    @Argument(help: "One task. Default: all.")
    var task: String?

    package init() {}

    package func run() async throws {
        try await Self.show(id, task, connection)
    }

    /// Prints the explanation of a run.
    static func show(_ id: String, _ task: String?, _ connection: ConnectionOptions) async throws {
        let body = try await connection.client().send(
            PipelinesAPI.explain,
            parameters: ["id": id],
            query: ["task": task]
        )
        try connection.show(body, as: text)
    }

    private static func text(_ body: ExplainRunBody) -> String {
        var lines = [Terminal.table(["TASK", "STATE", "CACHE", "IDENTITY", "CHANGED"], body.tasks.map(row))]
        for task in body.tasks {
            lines.append("\(RunProgress.glyph(task.state)) \(task.name): \(task.explanation)")
            lines += task.differences.map(line)
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ task: ExplainRunBody.Task) -> [String] {
        let parts = task.differences.map(\.part).filter { !$0.hasPrefix("python.packages.") }
        return [
            task.name, task.state, task.verdict, task.identity?.short ?? "-",
            parts.isEmpty ? "-" : parts.joined(separator: ", "),
        ]
    }

    private static func line(_ difference: ExplainRunBody.Difference) -> String {
        func shown(_ text: String) -> String {
            let line = text.replacingOccurrences(of: "\n", with: "⏎")
            return line.isEmpty ? "(nothing)" : line.count > 60 ? String(line.prefix(59)) + "…" : line
        }
        return "    \(difference.part): \(shown(difference.before)) → \(shown(difference.now))"
    }
}
