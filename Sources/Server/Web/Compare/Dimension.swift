import Foundation
import Primitives

/// One column of some runs as an axis: numbers where every run that has a value has a number, words otherwise.
struct Dimension: Sendable {
    let column: RunColumn
    /// In the order of the runs; nil where a run has no value.
    let values: [String?]
    let scale: Scale
    private let numbers: [Double?]

    /// Looks a column up in some runs.
    init(_ column: RunColumn, _ runs: [Console.Run]) {
        self.column = column
        if column.kind == .metric {
            numbers = runs.map { $0.metrics[column.key] }
            let form = NumberColumn(numbers.compactMap { $0 })
            values = numbers.map { $0.map(form.text) }
        } else {
            let texts = runs.map { Self.text(column, $0) }
            values = texts
            let parsed = texts.map { $0.flatMap { Double($0) } }
            numbers = zip(texts, parsed).allSatisfy { $0 == nil || $1 != nil } ? parsed : texts.map { _ in nil }
        }
        let known = numbers.compactMap { $0 }.filter { $0.isFinite && abs($0) < 1e300 }
        if known.isEmpty {
            scale = Scale(words: values.compactMap { $0 })
        } else {
            scale = Scale(numbers: known, isLogarithmic: Self.spansDecades(known), count: 5, round: false)
        }
    }

    /// The head of the axis.
    var title: String { scale.isLogarithmic ? "\(column.heading) (log)" : column.heading }

    /// Where a run stands, 0…1; nil without a value that can be shown.
    func place(_ index: Int) -> Double? {
        if let number = numbers[index] { return scale.place(number) }
        return values[index].flatMap { scale.place(word: $0) }
    }

    /// Whether its values are numbers.
    var isNumeric: Bool { numbers.contains { $0 != nil } }

    /// Learning rates and the like: two decades or more, all above zero.
    private static func spansDecades(_ values: [Double]) -> Bool {
        guard let low = values.min(), let high = values.max(), low > 0 else { return false }
        return high / low >= 100
    }

    private static func text(_ column: RunColumn, _ run: Console.Run) -> String? {
        switch column.kind {
        case .metric: nil
        case .parameter: run.parameters[column.key]
        case .tag: run.tags[column.key]
        case .attribute:
            switch column.key {
            case "user_id": run.user
            case "experiment": run.experiment
            case "status": run.status.lowercased()
            case "duration": run.endedAt.map { String(($0.milliseconds - run.startedAt.milliseconds) / 1000) }
            default: nil
            }
        }
    }
}
