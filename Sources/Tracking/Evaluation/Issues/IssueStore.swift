import Primitives
import Storage

/// Keeps the issues that were found in traces.
package struct IssueStore: Sendable {
    /// What a client sends to create an issue.
    package struct NewIssue: Sendable {
        let experimentID: Int64
        let name: String
        let description: String
        let status: QualityIssue.Status
        let severity: QualityIssue.Severity?
        let rootCauses: [String]
        let categories: [String]
        let sourceRunID: String?
        let createdBy: String?

        /// Takes what a client sends.
        package init(
            experimentID: Int64,
            name: String,
            description: String,
            status: QualityIssue.Status = .pending,
            severity: QualityIssue.Severity? = nil,
            rootCauses: [String] = [],
            categories: [String] = [],
            sourceRunID: String? = nil,
            createdBy: String? = nil
        ) {
            self.experimentID = experimentID
            self.name = name
            self.description = description
            self.status = status
            self.severity = severity
            self.rootCauses = rootCauses
            self.categories = categories
            self.sourceRunID = sourceRunID
            self.createdBy = createdBy
        }
    }

    /// The page size of a search that names none.
    package static let standardPage = 100
    /// The longest name, in characters.
    static let nameLength = 250
    /// The longest creator, in characters.
    static let creatorLength = 255

    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Creates an issue.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` for an unknown experiment, `BAD_REQUEST` for an unknown run.
    package func create(_ new: NewIssue, actor: String) async throws -> QualityIssue {
        try MLflowName.checkLength("name", new.name, upTo: Self.nameLength)
        try MLflowName.checkLength("created_by", new.createdBy ?? "", upTo: Self.creatorLength)
        let id = "iss-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            try EvaluationSQL.requireVisible(experiment: new.experimentID, transaction)
            if let run = new.sourceRunID { try Self.require(run: run, transaction) }
            try transaction.execute(
                "INSERT INTO quality_issue (issue_id, experiment_id, name, description, status, severity, root_causes, "
                    + "categories, source_run_id, created_time, last_update_time, created_by) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .integer(new.experimentID), .text(new.name), .text(new.description),
                    .text(new.status.rawValue), .integer(new.severity?.rank ?? -1), try .json(new.rootCauses),
                    try .json(new.categories), .optional(new.sourceRunID), .time(now), .time(now),
                    .optional(new.createdBy),
                ]
            )
            try Self.record("created", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// An issue.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> QualityIssue {
        try await database.read { try Self.load(id, $0) }
    }

    /// Changes what is not nil.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func update(
        _ id: String,
        name: String?,
        description: String?,
        status: QualityIssue.Status?,
        severity: QualityIssue.Severity?,
        actor: String
    ) async throws -> QualityIssue {
        if let name { try MLflowName.checkLength("name", name, upTo: Self.nameLength) }
        let now = time.now()
        return try await database.write { transaction in
            let count = try transaction.execute(
                "UPDATE quality_issue SET name = COALESCE(?, name), description = COALESCE(?, description), "
                    + "status = COALESCE(?, status), severity = COALESCE(?, severity), last_update_time = ? "
                    + "WHERE issue_id = ?",
                [
                    .optional(name), .optional(description), .optional(status?.rawValue), .optional(severity?.rank),
                    .time(now), .text(id),
                ]
            )
            if count == 0 { throw Self.missing(id) }
            try Self.record("changed", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// One page of issues: the most severe first, then those seen in most traces, then the newest.
    ///
    /// - Parameters:
    ///   - experiment: nil for all.
    ///   - filter: `status` and `source_run_id` with `=` and `!=`.
    ///   - countsTraces: whether to count the traces of each issue.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func search(
        experiment: Int64?,
        filter: String?,
        maximum: Int,
        token: String?,
        countsTraces: Bool
    ) async throws -> Page<QualityIssue> {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = PageOrder(
            [SortTerm("severity", ascending: false)]
                + (countsTraces ? [SortTerm("trace_count", ascending: false)] : [])
                + [
                    SortTerm("created_time", ascending: false),
                    SortTerm("issue_id", ascending: false),
                ]
        )
        var condition = SQLCondition("1 = 1")
        if let experiment { condition = SQLCondition("experiment_id = ?", [.integer(experiment)]) }
        for clause in try SearchFilter.parse(filter) { condition.and(try Self.condition(clause)) }
        let place = try pageOrder.condition(after: token)
        let count =
            "(SELECT COUNT(DISTINCT a.trace_id) FROM trace_assessment AS a "
            + "WHERE a.name = quality_issue.issue_id AND a.type = 'issue') AS trace_count"
        let inner = "SELECT *\(countsTraces ? ", \(count)" : "") FROM quality_issue WHERE \(condition.sql)"
        let sql = "SELECT * FROM (\(inner)) AS found WHERE \(place.sql) ORDER BY \(pageOrder.sql) LIMIT ?"
        let arguments = condition.arguments + place.arguments + [.integer(Int64(maximum) + 1)]
        let page = try pageOrder.page(try await database.read { try $0.query(sql, arguments) }, maximum: maximum)
        return Page(
            elements: try page.elements.map { try QualityIssue(row: $0, countsTraces: countsTraces) },
            nextToken: page.nextToken
        )
    }

    private static func condition(_ clause: SearchClause) throws -> SQLCondition {
        guard clause.entity == nil, ["status", "source_run_id"].contains(clause.key) else {
            let field = clause.entity.map { "\($0).\(clause.key)" } ?? clause.key
            throw PlatformError.mlflowInvalid(
                "Invalid filter field '\(field)'. Supported fields: {'source_run_id', 'status'}"
            )
        }
        guard [.equal, .notEqual].contains(clause.comparator) else {
            throw PlatformError.mlflowInvalid(
                "Invalid comparator '\(clause.comparator.rawValue)'. Supported comparators: {'!=', '='}"
            )
        }
        return try SQLCondition.text(clause.key, clause)
    }

    private static func load(_ id: String, _ reader: any SQLReader) throws -> QualityIssue {
        guard let row = try reader.first("SELECT * FROM quality_issue WHERE issue_id = ?", [.text(id)]) else {
            throw missing(id)
        }
        return try QualityIssue(row: row)
    }

    private static func missing(_ id: String) -> PlatformError {
        PlatformError.mlflowMissing("Issue with ID '\(id)' not found")
    }

    private static func require(run id: String, _ reader: any SQLReader) throws {
        guard try reader.first("SELECT 1 AS found FROM tracking_run WHERE run_id = ?", [.text(id)]) == nil else {
            return
        }
        throw PlatformError(
            ErrorCode("BAD_REQUEST", .invalidArgument),
            "FOREIGN KEY constraint failed: no run has the id '\(id.prefix(100))'.",
            nextStep: "Name a run that exists, or leave source_run_id out."
        )
    }

    private static func record(_ what: String, _ id: String, _ actor: String, in transaction: any SQLTransaction) throws
    {
        try transaction.record(JournalEvent(kind: "evaluation.issue.\(what)", subject: "issue/\(id)", actor: actor))
    }
}
