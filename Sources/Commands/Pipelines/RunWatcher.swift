import Client
import Foundation
import Primitives
import WireAPI

/// Follows a run to its end: redraws in place on a terminal, prints a line for each change elsewhere.
struct RunWatcher {
    let client: AkuClient
    /// Nothing is drawn; for `--json` on a pipe.
    let isSilent: Bool

    private static let interval = Duration.milliseconds(200)
    /// So many answers in a row may fail (a server that is restarted) before the watch gives up.
    private static let maximumFailures = 150

    /// - Returns: the run at its end.
    func watch(_ id: String) async throws -> PipelineRunBody {
        var drawn = 0, failures = 0
        var states: [String: String] = [:]
        while true {
            let run: PipelineRunBody
            do {
                run = try await client.send(PipelinesAPI.runDetail, parameters: ["id": id])
                failures = 0
            } catch let error as PlatformError where error.code.kind == .unavailable && failures < Self.maximumFailures
            {
                failures += 1
                try await Task.sleep(for: Self.interval)
                continue
            }
            if Terminal.isInteractive {
                draw(run, over: &drawn)
            } else if !isSilent {
                report(run, &states)
            }
            if run.state != "running" { return run }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// Goes up over what was drawn and writes each line anew; lines are cut, since a wrapped one would break the count.
    private func draw(_ run: PipelineRunBody, over drawn: inout Int) {
        let width = Terminal.width
        let lines = RunProgress(now: Timestamp.now().milliseconds).lines(run).map { String($0.prefix(width - 1)) }
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        FileHandle.standardError.write(Data((up + lines.map { "\r\u{1B}[2K\($0)\n" }.joined()).utf8))
        drawn = lines.count
    }

    private func report(_ run: PipelineRunBody, _ states: inout [String: String]) {
        let progress = RunProgress(now: Timestamp.now().milliseconds)
        let tasks = run.tasks ?? [], width = tasks.map(\.name.count).max() ?? 0
        if states.isEmpty { Terminal.note("run \(run.id) of \(run.pipeline) version \(run.version)") }
        for task in tasks {
            let key = "\(task.state) \(task.attempts)"
            if states.updateValue(key, forKey: task.name) != key, !["waiting", "ready"].contains(task.state) {
                Terminal.note(progress.line(task, nameWidth: width))
            }
        }
        if run.state != "running" { Terminal.note(progress.header(run)) }
    }
}
