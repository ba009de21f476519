import Foundation
import Primitives
import WireAPI

/// A run as lines for a terminal: a bar, and one line a task.
struct RunProgress {
    /// Milliseconds since 1970, for what is still under way.
    let now: Int64

    /// The sign before a task.
    static func glyph(_ state: String) -> String {
        [
            "waiting": "·", "ready": "○", "running": "▶", "succeeded": "✓", "cached": "≡", "failed": "✗",
            "retrying": "↻",
            "skipped": "⊘", "cancelled": "■",
        ][state] ?? "?"
    }

    /// The first line: pipeline, bar of finished tasks, elapsed time.
    func header(_ run: PipelineRunBody) -> String {
        let tasks = run.tasks ?? []
        let done = tasks.count(where: \.isFinal)
        let share = tasks.isEmpty ? 0 : Double(done) / Double(tasks.count)
        return "\(Terminal.bar(share)) \(done)/\(tasks.count)  \(run.pipeline) v\(run.version)  \(run.state)  "
            + "\(Self.time(run.durationMilliseconds))  \(run.id)"
    }

    /// One line of a task.
    func line(_ task: PipelineTaskBody, nameWidth: Int) -> String {
        var text = "  \(Self.glyph(task.state)) \(task.name.padded(to: nameWidth))  \(task.state.padded(to: 9))"
        switch task.state {
        case "cached": text += "  linked"
        case "retrying":
            let wait = max(0, (task.retryAt?.milliseconds ?? now) - now)
            text += "  attempt \(task.attempts + 1) in \(Self.time(wait))"
        case _ where task.durationMilliseconds > 0 || task.state == "running":
            text += "  \(Self.time(task.durationMilliseconds))"
        default: break
        }
        if task.attempts > 1, task.state != "retrying" { text += "  attempt \(task.attempts)" }
        if let count = task.instances {
            let states = task.instanceStates ?? [:]
            let good = (states["succeeded"] ?? 0) + (states["cached"] ?? 0)
            text += "  \(good)/\(count)"
            if let failed = states["failed"] { text += ", \(failed) failed" }
        }
        if let cost = Self.cost(task.cpuMilliseconds, task.peakMemoryBytes) { text += "  \(cost)" }
        if let reason = task.skipReason { text += "  \(reason)" }
        if let failure = task.failure, task.state == "failed" { text += "  \(failure.code)" }
        return text
    }

    /// The whole picture.
    func lines(_ run: PipelineRunBody) -> [String] {
        let tasks = run.tasks ?? []
        let width = tasks.map(\.name.count).max() ?? 0
        return [header(run)] + tasks.map { line($0, nameWidth: width) }
    }

    /// `cpu 1.20 s, 31 MB`; nil where nothing was measured.
    static func cost(_ milliseconds: Int64?, _ bytes: Int64?) -> String? {
        milliseconds.map { "cpu \(time($0)), \((bytes ?? 0) / 1_000_000) MB" }
    }

    /// What the whole run took, or nil where nothing was measured.
    static func cost(_ run: PipelineRunBody) -> String? {
        let tasks = (run.tasks ?? []).filter { $0.cpuMilliseconds != nil }
        if tasks.isEmpty { return nil }
        let sum = tasks.compactMap(\.cpuMilliseconds).reduce(0, +)
        return cost(sum, tasks.compactMap(\.peakMemoryBytes).max()).map { "  in all: \($0) at most" }
    }

    /// `0.42 s`, `12 s`, `3 min 20 s`.
    static func time(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<10_000: String(format: "%.2f s", Double(milliseconds) / 1000)
        case ..<60_000: "\(milliseconds / 1000) s"
        default: "\(milliseconds / 60_000) min \(milliseconds / 1000 % 60) s"
        }
    }

    /// Why a run failed: each failed task with the last lines of its log and the next step.
    static func failures(_ run: PipelineRunBody) -> String {
        let own = run.failureCode.map { code in
            "\n✗ \(code): The run was not over at its deadline\(run.deadline.map { ", \($0)" } ?? "").\n"
                + "  Raise deadline_seconds, or make its tasks faster."
        }
        return
            ([own].compactMap(\.self)
            + (run.tasks ?? []).compactMap { task in
                guard task.state == "failed", let failure = task.failure else { return nil }
                return "\n✗ \(task.name): \(failure.code): \(failure.message)\n  \(failure.nextStep)\n"
                    + "  Log: aku pipelines logs \(run.id) \(task.name)"
            }).joined(separator: "\n")
    }
}
