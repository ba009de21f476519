import Foundation
import Primitives

/// Two to fifty runs side by side: what differs in their params, their metrics, and drawings of both.
struct ComparePage: ConsolePage {
    static let template = "compare"
    static let section: PageFrame.Section? = .runs
    let heading: String
    let crumbs = [PageFrame.Crumb("Runs", "/runs")]

    struct Member: Sendable, Hashable {
        let id: String
        let number: String
        let colour: String
        let name: String
        let runHref: String
        let badge: Badge
        let experiment: String
        let took: String
        let when: Moment
        /// Nil for the baseline itself.
        let baselineHref: String?
        /// Nil while there are only two.
        let removeHref: String?
    }

    struct Choice: Sendable, Hashable {
        let value: String
        let word: String
        let isChosen: Bool
    }

    struct Controls: Sendable, Hashable {
        let smoothings: [Choice]
        let isTimed: Bool
        let isLogX: Bool
        let isLogY: Bool

        init(_ options: CurveOptions) {
            smoothings = CurveOptions.smoothings.map {
                Choice(value: "\($0)", word: $0 == 0 ? "none" : "\($0)", isChosen: $0 == options.smoothing)
            }
            isTimed = options.isTimed
            isLogX = options.isLogX
            isLogY = options.isLogY
        }
    }

    let runList: String
    let members: [Member]
    let canCompare: Bool
    let notices: [String]
    let hasNotices: Bool
    let parameters: CompareTable
    let metrics: CompareTable
    let controls: Controls
    let curveChoices: [Choice]
    let hasCurves: Bool
    let figures: [CurveFigure]
    let axisChoices: [Choice]
    let hasParallel: Bool
    let parallel: Markup
    let ramp: String?
    let xChoices: [Choice]
    let yChoices: [Choice]
    let hasScatter: Bool
    let scatter: Markup

    /// Keys offered for axes.
    static let maximumChoices = 120
    /// Runs up to which a line has its run's own colour; above, lines are coloured by the value on the last axis.
    static let ownColours = 8

    /// Makes the page.
    ///
    /// - Parameters:
    ///   - runs: in the order of the query; those that are not there are left out.
    ///   - histories: by metric, one for each run.
    init(
        _ runs: [Console.Run],
        _ query: CompareQuery,
        histories: [(metric: String, histories: [Console.History?])],
        now: Timestamp
    ) {
        heading = runs.count < 2 ? "Compare runs" : "\(runs.count) runs side by side"
        canCompare = runs.count >= 2
        let ids = runs.map(\.id)
        runList = ids.joined(separator: ",")
        let axes = (query.axes.isEmpty ? Self.ownAxes(runs) : query.axes).map { Dimension($0, runs) }
        let colours = Self.colours(runs, by: axes.last)
        members = runs.enumerated().map { Self.member($1, $0, colours[$0], ids, query, now) }
        notices = Self.notices(query, found: runs.count)
        hasNotices = !notices.isEmpty
        parameters = CompareTable(parametersOf: runs, colours: colours)
        metrics = CompareTable(metricsOf: runs, colours: colours)
        controls = Controls(query.options)

        let plottable = Self.plottable(runs)
        let drawn = Set(histories.map(\.metric))
        curveChoices = plottable.prefix(Self.maximumChoices).map {
            Choice(value: $0, word: SVG.clip($0, to: 40), isChosen: drawn.contains($0))
        }
        hasCurves = !plottable.isEmpty
        figures = histories.map { entry in
            let curves = zip(runs, entry.histories).enumerated().compactMap { index, pair in
                pair.1.map { (name: "\(index + 1) \(pair.0.name)", index: index, history: $0) }
            }
            return CurveFigure(CurveChart(title: entry.metric, curves, colours: colours, options: query.options))
        }

        let columns = Self.columns(runs)
        axisChoices = Self.choices(columns, axes.map(\.column))
        hasParallel = axes.count > 1
        parallel = hasParallel ? ParallelChart(runs: runs, axes: axes, colours: colours).svg() : Markup("")
        ramp = runs.count > Self.ownColours ? axes.last.map { $0.column.heading } : nil

        let own = Self.ownAxes(runs)
        let numeric = own.filter { $0.kind == .parameter && Dimension($0, runs).isNumeric }
        let x = query.x ?? numeric.last ?? own.first
        let y = query.y ?? own.last { $0.kind == .metric } ?? own.last
        xChoices = Self.choices(columns, [x].compactMap { $0 })
        yChoices = Self.choices(columns, [y].compactMap { $0 })
        hasScatter = x != nil && y != nil && canCompare
        if let x, let y {
            scatter = ScatterChart(runs: runs, x: Dimension(x, runs), y: Dimension(y, runs), colours: colours).svg()
        } else {
            scatter = Markup("")
        }
    }

    /// Metrics with more than one step, those that most runs share first.
    static func plottable(_ runs: [Console.Run]) -> [String] {
        RunColumn.common(runs.flatMap { run in run.lastSteps.filter { $0.value > 0 }.keys })
    }

    /// The metrics whose curves a page draws: those asked for, or the first few.
    static func curves(_ query: CompareQuery, _ runs: [Console.Run]) -> [String] {
        let all = plottable(runs)
        let asked = query.curves.filter(Set(all).contains)
        return asked.isEmpty ? Array(all.prefix(runs.count > 12 ? 2 : 4)) : asked
    }

    private static func columns(_ runs: [Console.Run]) -> [RunColumn] {
        let parameters = Set(runs.flatMap(\.parameters.keys)).sorted().map { RunColumn(.parameter, $0) }
        let metrics = Set(runs.flatMap(\.metrics.keys)).sorted().map { RunColumn(.metric, $0) }
        return Array(
            (parameters + metrics + [.duration, RunColumn(.attribute, "user_id"), .experiment]).prefix(maximumChoices)
        )
    }

    /// Params that differ, at most six, and metrics that most runs share, at most three; a metric comes last.
    private static func ownAxes(_ runs: [Console.Run]) -> [RunColumn] {
        let parameters = columns(runs).filter { column in
            column.kind == .parameter && Set(runs.map { $0.parameters[column.key] }).count > 1
        }
        let metrics = RunColumn.common(runs.flatMap(\.metrics.keys)).prefix(3).map { RunColumn(.metric, $0) }
        return parameters.prefix(6) + metrics.reversed()
    }

    private static func choices(_ columns: [RunColumn], _ chosen: [RunColumn]) -> [Choice] {
        (columns + chosen.filter { !columns.contains($0) }).map { column in
            let kind = column.kind == .parameter ? "param" : column.kind == .metric ? "metric" : ""
            let word = kind.isEmpty ? column.heading : "\(kind) \(SVG.clip(column.key, to: 40))"
            return Choice(value: column.text, word: word, isChosen: chosen.contains(column))
        }
    }

    private static func colours(_ runs: [Console.Run], by axis: Dimension?) -> [String] {
        runs.indices.map { index in
            guard runs.count > ownColours else { return RunColour.of(index) }
            guard let place = axis?.place(index) else { return "r0" }
            return "r\(min(6, Int(place * 7)))"
        }
    }

    private static func member(
        _ run: Console.Run,
        _ index: Int,
        _ colour: String,
        _ ids: [String],
        _ query: CompareQuery,
        _ now: Timestamp
    ) -> Member {
        let others = ids.filter { $0 != run.id }
        return Member(
            id: run.id,
            number: "\(index + 1)",
            colour: colour,
            name: run.name.isEmpty ? Wording.identifier(run.id) : SVG.clip(run.name, to: 80),
            runHref: ConsolePath.run(run.id),
            badge: Badge(state: run.status),
            experiment: run.experiment,
            took: Wording.duration(milliseconds: (run.endedAt ?? now).milliseconds - run.startedAt.milliseconds),
            when: Moment(run.startedAt, now: now),
            baselineHref: index == 0 ? nil : query.href(runs: [run.id] + others),
            removeHref: ids.count > 2 ? query.href(runs: others) : nil
        )
    }

    private static func notices(_ query: CompareQuery, found: Int) -> [String] {
        var notices: [String] = []
        let missing = query.runs.count - found
        if missing > 0 {
            notices.append("\(missing) of the runs \(missing == 1 ? "is" : "are") not here any more and left out.")
        }
        if query.surplus > 0 {
            notices.append("\(query.surplus) more runs were chosen; a page compares \(CompareQuery.maximumRuns).")
        }
        return notices
    }
}

/// A curve chart with its caption.
struct CurveFigure: Sendable, Hashable {
    let caption: String
    let latest: String?
    let drawing: Markup
    let note: String?

    init(_ chart: CurveChart, latest: String? = nil) {
        caption = chart.title
        self.latest = latest
        drawing = chart.svg()
        let count = chart.unshown
        let why = chart.options.isLogX || chart.options.isLogY ? "not finite or not above zero" : "not finite"
        note =
            count == 0
            ? nil : "\(Wording.count(Int64(count))) \(count == 1 ? "value is" : "values are") \(why) and left out."
    }
}
