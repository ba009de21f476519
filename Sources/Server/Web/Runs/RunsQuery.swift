import Primitives

/// All that the address of the runs table says: filter, order, columns, page. A page's links are this value changed.
struct RunsQuery: Sendable, Hashable {
    /// Which runs are seen.
    enum Stage: String, Sendable, Hashable, CaseIterable {
        case active, deleted, all

        /// As people read it.
        var word: String { self == .active ? "in use" : self == .deleted ? "deleted" : "both" }
    }

    /// MLflow's filter language.
    var filter = ""
    /// The experiment's number; nil for all.
    var experiment: String?
    var stage = Stage.active
    /// Nil for the newest first.
    var sort: RunColumn?
    var isDescending = true
    /// Chosen columns in order; empty for the page's own choice.
    var columns: [RunColumn] = []
    var size = standardSize
    /// The page token of the page before.
    var token: String?
    /// Rows on the pages before, for the words under the table.
    var before = 0

    /// Rows a page.
    static let sizes = [25, 50, 100, 200]
    static let standardSize = 50
    /// The most columns beside state and name.
    static let maximumColumns = 40
    /// The longest filter taken from an address, in bytes.
    static let maximumFilterBytes = 8000

    /// The first page of everything.
    init() {}

    /// Reads an address; what it cannot use is left out.
    init(_ fields: FormFields) {
        filter = String(decoding: (fields["filter"] ?? "").utf8.prefix(Self.maximumFilterBytes), as: UTF8.self)
        experiment = fields["experiment"].flatMap { Int64($0) }.map(String.init)
        stage = fields["stage"].flatMap(Stage.init) ?? .active
        sort = fields["sort"].flatMap { RunColumn($0) }
        isDescending = fields["order"].map { $0 != "asc" } ?? sort?.startsDescending ?? true
        var seen: Set<RunColumn> = [.state, .name]
        columns = Array(
            fields.all("column").compactMap { RunColumn($0) }.filter { seen.insert($0).inserted }
                .prefix(Self.maximumColumns)
        )
        size = fields["size"].flatMap { Int($0) }.flatMap { Self.sizes.contains($0) ? $0 : nil } ?? Self.standardSize
        token = fields["page"]
        before = max(0, min(1 << 40, fields["before"].flatMap { Int($0) } ?? 0))
    }

    /// The query of an address, pages left out: what a saved view keeps. Equal for equal tables.
    var text: String { ConsolePath.with("", items).drop { $0 == "?" }.description }

    /// The address of the first page.
    var href: String { ConsolePath.with("/runs", items) }

    /// The address of another page.
    func href(page token: String, before: Int) -> String {
        ConsolePath.with("/runs", items + [("page", token), ("before", String(before))])
    }

    /// The same table with one thing changed, from its first page.
    func with(_ change: (inout RunsQuery) -> Void) -> RunsQuery {
        var copy = self
        copy.token = nil
        copy.before = 0
        change(&copy)
        return copy
    }

    /// The table sorted by a column; the other way round when it is sorted so already.
    func sorted(by column: RunColumn) -> RunsQuery {
        with {
            $0.isDescending = column == sort ? !isDescending : column.startsDescending
            $0.sort = column
        }
    }

    /// The ordering in MLflow's grammar.
    var order: [String] {
        guard let field = sort?.field else { return [] }
        return ["\(field) \(isDescending ? "DESC" : "ASC")"]
    }

    private var items: [(String, String?)] {
        let direction = sort.flatMap { $0.startsDescending == isDescending ? nil : isDescending ? "desc" : "asc" }
        return [
            ("filter", filter), ("experiment", experiment), ("stage", stage == .active ? nil : stage.rawValue),
            ("sort", sort?.text), ("order", direction), ("size", size == Self.standardSize ? nil : String(size)),
        ] + columns.map { ("column", $0.text) }
    }
}
