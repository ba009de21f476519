import Primitives

/// All that the address of a comparison says: the runs, and what each drawing shows.
struct CompareQuery: Sendable, Hashable {
    /// In the order of the page; the first is what the others are compared with.
    var runs: [String] = []
    /// Metrics drawn as curves; empty for the page's own choice.
    var curves: [String] = []
    /// Columns of the parallel coordinates; empty for the page's own choice.
    var axes: [RunColumn] = []
    /// Columns of the scatter plot; nil for the page's own choice.
    var x: RunColumn?
    var y: RunColumn?
    var options = CurveOptions()
    /// How many runs the address named beyond those that are compared.
    var surplus = 0

    /// The most runs on one page.
    static let maximumRuns = 50
    /// The most metrics drawn as curves, and the most axes of the parallel coordinates.
    static let maximumCurves = 8
    static let maximumAxes = 12

    /// Reads an address; what it cannot use is left out.
    init(_ fields: FormFields) {
        var seen: Set<String> = []
        let named = fields.all("run").flatMap { $0.split(separator: ",").map(String.init) }
            .filter { Self.isIdentifier($0) && seen.insert($0).inserted }
        runs = Array(named.prefix(Self.maximumRuns))
        surplus = named.count - runs.count
        curves = Array(fields.all("curve").prefix(Self.maximumCurves))
        axes = Array(fields.all("axis").compactMap { RunColumn($0) }.prefix(Self.maximumAxes))
        x = fields["x"].flatMap { RunColumn($0) }
        y = fields["y"].flatMap { RunColumn($0) }
        options = CurveOptions(fields)
    }

    /// The address with the runs changed.
    func href(runs: [String]) -> String {
        let items: [(String, String?)] =
            [("run", runs.joined(separator: ","))] + curves.map { ("curve", $0) } + axes.map { ("axis", $0.text) }
            + [("x", x?.text), ("y", y?.text)] + options.items
        return ConsolePath.with("/compare", items)
    }

    /// Identifiers stand in the search's filter between quotes, so nothing else may pass.
    private static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                ($0 | 32) >= 97 && ($0 | 32) <= 122 || $0 >= 48 && $0 <= 57 || $0 == 45 || $0 == 95
            }
    }
}
