import Foundation

/// A table with one column a run: params with what differs marked, or metrics with the extremes marked.
struct CompareTable: Sendable, Hashable {
    /// The head row, and the rows where runs differ.
    let head: Markup
    let differing: Markup
    let differingCount: String
    let hasDiffering: Bool
    /// The rows that are the same for every run.
    let same: Markup
    let sameCount: String
    let hasSame: Bool
    let isAbsent: Bool

    /// Rows written of each part.
    static let maximumRows = 400

    /// What each run was given.
    init(parametersOf runs: [Console.Run], colours: [String]) {
        let keys = Set(runs.flatMap(\.parameters.keys)).sorted()
        let rows = keys.map { key in (key: key, values: runs.map { $0.parameters[key] }) }
        self.init(
            runs,
            colours,
            rows.map { row in
                let isNumeric = row.values.allSatisfy { $0.map { Double($0) != nil } ?? true }
                let cells = row.values.enumerated().map { index, value in
                    Self.cell(value, isNumeric: isNumeric, isMarked: index > 0 && value != row.values[0], mark: "")
                }
                return (row.key, Set(row.values).count > 1, cells.joined())
            }
        )
    }

    /// What each run measured last; the highest and lowest value of a row are marked.
    init(metricsOf runs: [Console.Run], colours: [String]) {
        let keys = Set(runs.flatMap(\.metrics.keys)).sorted()
        self.init(
            runs,
            colours,
            keys.map { key in
                let values = runs.map { $0.metrics[key] }
                let known = values.compactMap { $0 }
                let form = NumberColumn(known)
                let finite = known.filter(\.isFinite)
                let (low, high) = (finite.min(), finite.max())
                let cells = values.map { value in
                    let mark = low == high ? "" : value == high ? "▲" : value == low ? "▼" : ""
                    return Self.cell(value.map(form.text), isNumeric: true, isMarked: false, mark: mark)
                }
                return (key, true, cells.joined())
            }
        )
    }

    private init(_ runs: [Console.Run], _ colours: [String], _ rows: [(key: String, differs: Bool, cells: String)]) {
        head = Markup(
            runs.enumerated().map { index, run in
                let name = run.name.isEmpty ? Wording.identifier(run.id) : run.name
                return
                    "<th scope=\"col\" class=\"num\" title=\"\(SVG.escape(name))\"><a href=\"\(ConsolePath.run(run.id))\">"
                    + "<span class=\"key \(colours[index])\">\(index + 1)</span> \(SVG.escape(SVG.clip(name, to: 18)))</a></th>"
            }.joined()
        )
        func text(_ rows: [(key: String, differs: Bool, cells: String)]) -> Markup {
            Markup(
                rows.prefix(Self.maximumRows).map {
                    "<tr><th scope=\"row\" class=\"stick\" title=\"\(SVG.escape($0.key))\">\(SVG.escape(SVG.clip($0.key, to: 60)))</th>\($0.cells)</tr>"
                }.joined()
            )
        }
        let (differing, same) = (rows.filter(\.differs), rows.filter { !$0.differs })
        self.differing = text(differing)
        differingCount = Self.words(differing.count)
        hasDiffering = !differing.isEmpty
        self.same = text(same)
        sameCount = Self.words(same.count)
        hasSame = !same.isEmpty
        isAbsent = rows.isEmpty
    }

    private static func words(_ count: Int) -> String {
        count > maximumRows ? "\(count), the first \(maximumRows) shown" : "\(count)"
    }

    private static func cell(_ value: String?, isNumeric: Bool, isMarked: Bool, mark: String) -> String {
        let name = (isNumeric ? "num" : "num text") + (isMarked ? " diff" : "") + (value == nil ? " none" : "")
        guard let value else { return "<td class=\"\(name)\">–</td>" }
        let title = value.count > 24 ? " title=\"\(SVG.escape(SVG.clip(value, to: 500)))\"" : ""
        let word = mark == "▲" ? "highest" : "lowest"
        let sign =
            mark.isEmpty
            ? "" : "<span class=\"extreme\" role=\"img\" aria-label=\"\(word)\" title=\"\(word)\">\(mark)</span> "
        return "<td class=\"\(name)\"\(title)>\(sign)\(SVG.escape(SVG.clip(value, to: 40)))</td>"
    }
}
