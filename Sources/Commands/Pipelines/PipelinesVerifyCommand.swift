import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku pipelines verify`.
package struct PipelinesVerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Execute a run's tasks again and compare every output; exit status 1 when one is not the same.",
        discussion: """
            Example:  aku pipelines verify RUN --task train

            Nothing that is made again is registered, and tasks reach neither server nor cache. Tasks that declare
            'cache: false' or 'verify: false' are skipped.
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The run's id.")
    var id: String

    @Option(name: .long, help: "Only this task. May be given again.")
    var task: [String] = []

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        var body = try await client.send(
            PipelinesAPI.verify,
            parameters: ["id": id],
            body: VerifyRunBody(tasks: task)
        )
        var verdicts: [String: String] = [:]
        while true {
            if !connection.json { report(body, &verdicts) }
            if body.state != "running" { break }
            try await Task.sleep(for: .milliseconds(200))
            body = try await client.send(
                PipelinesAPI.verification,
                parameters: ["id": id, "verification": body.id]
            )
        }
        try connection.show(body, as: Self.summary)
        if body.state != "same" { throw ExitCode.failure }
    }

    /// A line for each change.
    private func report(_ body: RunVerificationBody, _ verdicts: inout [String: String]) {
        let width = body.tasks.map(\.name.count).max() ?? 0
        for task in body.tasks
        where verdicts.updateValue(task.verdict, forKey: task.name) != task.verdict && task.verdict != "waiting" {
            Terminal.note(Self.line(task, width))
        }
    }

    private static func line(_ task: RunVerificationBody.Task, _ width: Int) -> String {
        let glyph = ["running": "▶", "same": "✓", "different": "≠", "failed": "✗", "skipped": "⊘"][task.verdict] ?? "·"
        var text = "  \(glyph) \(task.name.padded(to: width))  \(task.verdict.padded(to: 9))"
        if task.durationMilliseconds > 0 { text += "  \(RunProgress.time(task.durationMilliseconds))" }
        if task.verdict == "skipped" { text += "  \(task.reason)" }
        return text
    }

    private static func summary(_ body: RunVerificationBody) -> String {
        var lines: [String] = []
        for task in body.tasks {
            lines += task.outputs.map { output in
                let file =
                    output.file.isEmpty ? "output \(output.output)" : "output \(output.output), file \(output.file)"
                let more = output.files > 1 ? ", first of \(output.files) files" : ""
                return "≠ \(task.name): \(file): \(phrase(output))\(more)"
            }
            if task.verdict == "failed" { lines.append("✗ \(task.name): \(task.reason)") }
            if ["different", "failed"].contains(task.verdict) {
                lines += task.identity.map { "    since the run, \($0.part) changed: \($0.before) → \($0.now)" }
            }
        }
        let counts = ["same", "different", "failed", "skipped"].compactMap { verdict -> String? in
            let count = body.tasks.count { $0.verdict == verdict }
            return count > 0 ? "\(count) \(verdict)" : nil
        }
        lines.append("run \(body.runID): \(body.state) (\(counts.joined(separator: ", ")))")
        return lines.joined(separator: "\n")
    }

    private static func phrase(_ output: RunVerificationBody.Output) -> String {
        switch output.kind {
        case "bytes": "differs from byte \(output.offset ?? 0) on"
        case "missing": "is not there any more"
        case "added": "was not there before"
        case "mode": "may be run, or may not be run any more"
        default: "a file became a folder, or a folder a file"
        }
    }
}
