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
        let offset = try OffsetToken.offset(of: query.token)
        let statement = try RunSearch(query)
        let arguments = statement.arguments + [.integer(Int64(query.maximum) + 1), .integer(Int64(offset))]
        let maximum = query.maximum
        return try await database.read { reader in
            let handles = try reader.query(statement.sql + " LIMIT ? OFFSET ?", arguments).map { row in
                RunHandle(key: try row.integer("run_key"), id: "", experimentID: 0, stage: .active)
            }
            let runs = try Self.load(Array(handles.prefix(maximum)), reader)
            return Page(elements: runs, nextToken: handles.count > maximum ? OffsetToken.make(offset + maximum) : nil)
        }
    }
}
