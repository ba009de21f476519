import Primitives
import Storage

extension RunStore {
    /// What a run search asks for.
    package struct Query: Sendable {
        /// The experiments to look in.
        package let experiments: [Int64]
        /// Comparisons of attributes, metrics, params, tags and data sets joined by AND.
        package let filter: String?
        /// Which runs it sees.
        package let view: ViewType
        /// Runs a page.
        package let maximum: Int
        /// Fields with ASC or DESC; the newest runs come first by default.
        package let order: [String]
        /// The page token of the page before.
        package let token: String?

        /// Describes a search.
        package init(
            experiments: [Int64],
            filter: String? = nil,
            view: ViewType = .activeOnly,
            maximum: Int = 1000,
            order: [String] = [],
            token: String? = nil
        ) {
            self.experiments = experiments
            self.filter = filter
            self.view = view
            self.maximum = maximum
            self.order = order
            self.token = token
        }
    }

    /// One page of runs.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a filter, field, page size or token that cannot be used.
    package func search(_ query: Query) async throws -> Page<Run> {
        try TrackingLimits.page(query.maximum)
        let search = try RunSearch(query)
        let maximum = query.maximum
        return try await readSettled { reader in
            let hits = try search.hits(reader)
            let shown = hits.prefix(maximum)
            let runs = try Self.load(
                shown.map { RunHandle(key: $0.key, id: "", experimentID: 0, stage: .active) },
                reader
            )
            guard hits.count > maximum, let last = shown.last else { return Page(elements: runs, nextToken: nil) }
            return Page(elements: runs, nextToken: SortPaging.token(after: last.sortValues))
        }
    }
}
