import Foundation
import Primitives

/// The cells of a runs table: which columns it has and how each value is written.
struct RunsTable: Sendable {
    private let columns: [RunColumn]
    private let forms: [RunColumn: NumberColumn]
    private let now: Timestamp

    /// Metric columns, and param columns, that a table shows when nobody chose: those that most of its runs share.
    static let ownMetrics = 4
    static let ownParameters = 3

    /// Looks at the runs of a page.
    init(_ columns: [RunColumn], _ runs: [Console.Run], now: Timestamp) {
        self.columns = columns
        self.now = now
        var forms: [RunColumn: NumberColumn] = [:]
        for column in columns {
            switch column.kind {
            case .metric: forms[column] = NumberColumn(runs.compactMap { $0.metrics[column.key] })
            case .parameter:
                let values = runs.compactMap { $0.parameters[column.key] }
                if !values.isEmpty, values.allSatisfy({ Double($0) != nil }) { forms[column] = NumberColumn([]) }
            case .attribute, .tag: break
            }
        }
        self.forms = forms
    }

    /// The columns of a table that nobody chose columns for.
    static func ownColumns(_ runs: [Console.Run], several: Bool) -> [RunColumn] {
        let parameters = RunColumn.common(runs.flatMap(\.parameters.keys)).filter { key in
            Set(runs.map { $0.parameters[key] }).count > 1
        }
        return (several ? [.experiment] : []) + [.started, .duration]
            + RunColumn.common(runs.flatMap(\.metrics.keys)).prefix(ownMetrics).map { RunColumn(.metric, $0) }
            + parameters.prefix(ownParameters).map { RunColumn(.parameter, $0) }
    }

    /// Whether a column's values are written flush right.
    func isNumeric(_ column: RunColumn) -> Bool { forms[column] != nil || column == .duration }

    /// A run's cells after its name.
    func cells(_ run: Console.Run) -> Markup {
        Markup(columns.map { cell($0, run) }.joined())
    }

    private func cell(_ column: RunColumn, _ run: Console.Run) -> String {
        guard let text = text(column, run), !text.isEmpty else {
            return "<td class=\"\(isNumeric(column) ? "num none" : "none")\">–</td>"
        }
        let name = isNumeric(column) ? "num" : column.kind == .attribute ? "nowrap muted" : "clip"
        let title = text.count > 24 || column == .started ? " title=\"\(SVG.escape(full(column, run) ?? text))\"" : ""
        return "<td class=\"\(name)\"\(title)>\(SVG.escape(SVG.clip(text, to: 60)))</td>"
    }

    private func text(_ column: RunColumn, _ run: Console.Run) -> String? {
        switch column.kind {
        case .metric: return run.metrics[column.key].map { forms[column]?.text($0) ?? Wording.number($0) }
        case .parameter: return run.parameters[column.key]
        case .tag: return run.tags[column.key]
        case .attribute: break
        }
        switch column.key {
        case "experiment": return run.experiment
        case "start_time": return Wording.ago(run.startedAt, now: now)
        case "end_time": return run.endedAt.map { Wording.ago($0, now: now) }
        case "duration":
            return Wording.duration(milliseconds: (run.endedAt ?? now).milliseconds - run.startedAt.milliseconds)
        case "user_id": return run.user
        default: return run.id
        }
    }

    private func full(_ column: RunColumn, _ run: Console.Run) -> String? {
        column == .started ? "\(Wording.moment(run.startedAt)) UTC" : text(column, run)
    }
}
