import Primitives
import Storage

/// A problem that was found in traces, as MLflow's issues are.
package struct QualityIssue: Sendable, Hashable {
    /// Where its treatment stands.
    package enum Status: String, Sendable, CaseIterable {
        case pending, rejected, resolved
    }

    /// How bad it is, from harmless to high.
    package enum Severity: String, Sendable, CaseIterable {
        case notAnIssue = "not_an_issue"
        case low, medium, high

        /// Its rank, from 0; issues without a severity rank below all.
        var rank: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
    }

    /// `iss-` and 32 hexadecimal digits.
    package let id: String
    /// The experiment.
    package let experimentID: Int64
    /// A short name.
    package let name: String
    /// What is wrong.
    package let description: String
    /// Where its treatment stands.
    package let status: Status
    /// How bad it is.
    package let severity: Severity?
    /// Why it happens.
    package let rootCauses: [String]
    /// What kind of problem it is.
    package let categories: [String]
    /// The run that found it.
    package let sourceRunID: String?
    /// When it was created.
    package let createdTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp
    /// Who created it, as the client says.
    package let createdBy: String?
    /// How many traces it was seen in; nil unless a search asks for it.
    package let traceCount: Int64?

    init(row: SQLRow, countsTraces: Bool = false) throws {
        id = try row.text("issue_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        description = try row.text("description")
        status = Status(rawValue: try row.text("status")) ?? .pending
        let rank = Int(try row.integer("severity"))
        severity = Severity.allCases.indices.contains(rank) ? Severity.allCases[rank] : nil
        rootCauses = try row.json("root_causes", as: [String].self)
        categories = try row.json("categories", as: [String].self)
        sourceRunID = try row.optionalText("source_run_id")
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
        createdBy = try row.optionalText("created_by")
        traceCount = countsTraces ? try row.integer("trace_count") : nil
    }
}
