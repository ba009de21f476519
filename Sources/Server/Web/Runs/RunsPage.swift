import Foundation
import Primitives

/// Training runs: filtered with MLflow's filter language, sorted and cut into pages by the server.
struct RunsPage: ConsolePage {
    static let template = "runs"
    static let section: PageFrame.Section? = .runs
    let heading = "Runs"

    struct Choice: Sendable, Hashable {
        let value: String
        let word: String
        let isChosen: Bool
    }

    struct Head: Sendable, Hashable {
        let head: String
        let headTitle: String
        let headClass: String
        let sortHref: String?
        /// `ascending`, `descending`, or nil.
        let sorted: String?
        let arrow: String
    }

    struct Row: Sendable, Hashable {
        let id: String
        let name: String
        let runHref: String
        let badge: Badge
        let cells: Markup
    }

    struct Group: Sendable, Hashable {
        let group: String
        let choices: [Choice]
    }

    struct View: Sendable, Hashable {
        let viewName: String
        let viewHref: String
        let viewTitle: String
        let isHere: Bool
    }

    let filter: String
    let problem: String?
    let hasProblem: Bool
    let experiments: [Choice]
    let stages: [Choice]
    let sizes: [Choice]
    let sortText: String?
    let orderText: String?
    let groups: [Group]
    let heads: [Head]
    let rows: [Row]
    let isEmpty: Bool
    let isNarrowed: Bool
    let range: String
    let nextHref: String?
    let firstHref: String?
    let canCompare: Bool
    let views: [View]
    let hasViews: Bool
    let canSave: Bool
    let viewQuery: String

    /// Keys of one kind offered as columns.
    static let maximumChoices = 60
    /// Experiments in the list to choose from.
    static let maximumExperiments = 300

    init(
        _ list: Console.RunList,
        _ query: RunsQuery,
        problem: String?,
        views: [Console.SavedView],
        canSave: Bool,
        now: Timestamp
    ) {
        filter = query.filter
        self.problem = problem
        hasProblem = problem != nil
        experiments = Self.experiments(list.experiments, query)
        stages = RunsQuery.Stage.allCases.map { Choice(value: $0.rawValue, word: $0.word, isChosen: $0 == query.stage) }
        sizes = RunsQuery.sizes.map { Choice(value: "\($0)", word: "\($0)", isChosen: $0 == query.size) }
        sortText = query.sort?.text
        orderText = query.sort.map { _ in query.isDescending ? "desc" : "asc" }
        let several = query.experiment == nil && Set(list.runs.map(\.experiment)).count > 1
        let columns =
            query.columns.isEmpty ? RunsTable.ownColumns(list.runs, several: several) : query.columns
        groups = Self.groups(list.runs, chosen: columns)
        let table = RunsTable(columns, list.runs, now: now)
        heads = ([.state, .name] + columns).map { Self.head($0, query, isNumeric: table.isNumeric($0)) }
        rows = list.runs.map { run in
            Row(
                id: run.id,
                name: run.name.isEmpty ? Wording.identifier(run.id) : SVG.clip(run.name, to: 120),
                runHref: ConsolePath.run(run.id),
                badge: Badge(state: run.status),
                cells: table.cells(run)
            )
        }
        isEmpty = rows.isEmpty
        isNarrowed = !query.filter.isEmpty || query.experiment != nil || query.stage != .active || query.token != nil
        let last = query.before + rows.count
        range = rows.isEmpty ? "" : "Rows \(Wording.count(Int64(query.before) + 1))–\(Wording.count(Int64(last)))"
        nextHref = list.nextToken.map { query.href(page: $0, before: last) }
        firstHref = query.token == nil ? nil : query.href
        canCompare = rows.count > 1
        self.views = views.map { view in
            View(
                viewName: view.name,
                viewHref: view.query.isEmpty ? "/runs" : "/runs?\(view.query)",
                viewTitle: "Saved by \(view.savedBy), \(Wording.moment(view.savedAt)) UTC",
                isHere: view.query == query.text
            )
        }
        hasViews = !views.isEmpty
        self.canSave = canSave
        viewQuery = query.text
    }

    private static func experiments(_ all: [Console.Experiment], _ query: RunsQuery) -> [Choice] {
        let shown =
            all.prefix(maximumExperiments) + all.dropFirst(maximumExperiments).filter { $0.id == query.experiment }
        return shown.map { Choice(value: $0.id, word: SVG.clip($0.name, to: 60), isChosen: $0.id == query.experiment) }
    }

    private static func groups(_ runs: [Console.Run], chosen: [RunColumn]) -> [Group] {
        let keys: [(String, RunColumn.Kind, [String])] = [
            ("Metrics", .metric, runs.flatMap(\.metrics.keys)), ("Params", .parameter, runs.flatMap(\.parameters.keys)),
            ("Tags", .tag, runs.flatMap(\.tags.keys)),
        ]
        let attributes = RunColumn.attributes.map {
            Choice(value: $0.text, word: $0.heading, isChosen: chosen.contains($0))
        }
        return [Group(group: "About the run", choices: attributes)]
            + keys.compactMap { name, kind, found in
                let kept = chosen.filter { $0.kind == kind }.map(\.key)
                let known = Array(Set(found + kept)).sorted()
                if known.isEmpty { return nil }
                let offered = known.prefix(maximumChoices) + known.dropFirst(maximumChoices).filter(kept.contains)
                return Group(
                    group: name,
                    choices: offered.map { key in
                        let column = RunColumn(kind, key)
                        return Choice(value: column.text, word: SVG.clip(key, to: 40), isChosen: kept.contains(key))
                    }
                )
            }
    }

    private static func head(_ column: RunColumn, _ query: RunsQuery, isNumeric: Bool) -> Head {
        let isNewest = query.sort == nil && column == .started
        let isSorted = query.sort == column || isNewest
        let down = isNewest || query.isDescending
        return Head(
            head: SVG.clip(column.heading, to: 28),
            headTitle: column.text,
            headClass: (isNumeric ? "num" : "") + (column == .name ? " stick" : ""),
            sortHref: column.field == nil
                ? nil : (isNewest ? query.with { $0.sort = column } : query).sorted(by: column).href,
            sorted: isSorted ? down ? "descending" : "ascending" : nil,
            arrow: isSorted ? down ? "▾" : "▴" : ""
        )
    }
}
