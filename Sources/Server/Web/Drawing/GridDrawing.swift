import Foundation
import Primitives

/// A pipeline's last runs side by side: a column a run, the newest on the right, a row a task, a bar above for the time that
/// the run took.
enum GridDrawing {
    /// Runs drawn.
    static let maximumRuns = 48
    /// Tasks drawn.
    static let maximumTasks = 120

    private static let cell = 14.0
    private static let gap = 3.0
    private static let gutter = 128.0
    private static let head = 46.0

    /// The drawing; empty when there is no run.
    ///
    /// - Parameter runs: newest first.
    static func svg(_ runs: [Console.PipelineRun], now: Timestamp, label: String) -> Markup {
        let runs = Array(runs.prefix(maximumRuns).reversed())
        guard let newest = runs.last else { return Markup("") }
        var names = newest.tasks.map(\.name)
        var known = Set(names)
        for run in runs.reversed() {
            for task in run.tasks where known.insert(task.name).inserted { names.append(task.name) }
        }
        let rows = names.prefix(maximumTasks)
        let step = cell + gap
        let width = gutter + Double(runs.count) * step + 8
        let height = head + Double(rows.count) * step + 4
        let longest = runs.map { took($0, now) }.max() ?? 1
        var out = SVG.open(width: width, height: height, label: label, class: "chart runs-grid", role: "group")
        for (index, name) in rows.enumerated() {
            let y = head + Double(index) * step + 11
            out += SVG.text(SVG.clip(name, to: 19), x: gutter - 8, y: y, anchor: "end", class: "tick")
        }
        for (column, run) in runs.enumerated() {
            let x = gutter + Double(column) * step
            let part = Double(took(run, now)) / Double(max(1, longest))
            out += bar(run, x: x, height: max(3, part * (head - 10)), now)
            let tasks = Dictionary(run.tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            for (index, name) in rows.enumerated() {
                guard let task = tasks[name] else { continue }
                out += square(task, of: run, x: x, y: head + Double(index) * step)
            }
        }
        return Markup(out + "</svg>")
    }

    private static func took(_ run: Console.PipelineRun, _ now: Timestamp) -> Int64 {
        max(0, (run.finishedAt ?? now).milliseconds - run.createdAt.milliseconds)
    }

    private static func bar(_ run: Console.PipelineRun, x: Double, height: Double, _ now: Timestamp) -> String {
        let badge = Badge(state: run.state)
        let time = Wording.duration(milliseconds: took(run, now))
        let words = "run of \(Wording.moment(run.createdAt)): \(badge.word), \(time)"
        return link(
            ConsolePath.pipelineRun(run.id),
            badge.tone,
            words,
            "x=\"\(SVG.number(x + 2))\" y=\"\(SVG.number(head - 6 - height))\" width=\"\(SVG.number(cell - 4))\" "
                + "height=\"\(SVG.number(height))\" rx=\"1.5\""
        )
    }

    private static func square(_ task: Console.Task, of run: Console.PipelineRun, x: Double, y: Double) -> String {
        let badge = Badge(state: task.state)
        return link(
            "\(ConsolePath.pipelineRun(run.id))#task-\(Wording.segment(task.name))",
            badge.tone,
            "\(task.name): \(badge.word), run of \(Wording.moment(run.createdAt))",
            "x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(SVG.number(cell))\" "
                + "height=\"\(SVG.number(cell))\" rx=\"2\""
        )
    }

    private static func link(_ href: String, _ tone: String, _ words: String, _ place: String) -> String {
        "<a class=\"t-\(tone)\" href=\"\(SVG.escape(href))\" aria-label=\"\(SVG.escape(words))\">"
            + "<title>\(SVG.escape(words))</title><rect \(place)/></a>"
    }
}
