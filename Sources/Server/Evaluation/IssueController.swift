import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about issues found in traces.
package struct IssueController: Sendable {
    private let issues: IssueStore

    /// Makes the controller of a store.
    package init(issues: IssueStore) {
        self.issues = issues
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.evaluation(.post, "issues", .trackingWrite, create)
        routes.evaluation(.post, "issues/search", .trackingRead, search)
        routes.evaluation(.get, "issues/{issue_id}", .trackingRead) { call, _ in
            Self.reply(try await issues.get(call.call.parameter("issue_id")))
        }
        routes.evaluation(.patch, "issues/{issue_id}", .trackingWrite) { call, members in
            Self.reply(
                try await issues.update(
                    call.call.parameter("issue_id"),
                    name: members.words("name"),
                    description: members.words("description"),
                    status: Self.choice("status", members),
                    severity: Self.choice("severity", members),
                    actor: call.actor
                )
            )
        }
    }

    private func create(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let issue = IssueStore.NewIssue(
            experimentID: try members.experiment(),
            name: try members.required("name"),
            description: try members.required("description"),
            status: try Self.choice("status", members) ?? .pending,
            severity: try Self.choice("severity", members),
            rootCauses: try members.texts("root_causes"),
            categories: try members.texts("categories"),
            sourceRunID: try members.words("source_run_id"),
            createdBy: try members.words("created_by")
        )
        return Self.reply(try await issues.create(issue, actor: call.actor))
    }

    private func search(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let page = try await issues.search(
            experiment: members.words("experiment_id").map(ExperimentStore.number),
            filter: members.words("filter_string"),
            maximum: members.integer("max_results").map { Int(clamping: $0) } ?? IssueStore.standardPage,
            token: members.words("page_token"),
            countsTraces: members.flag("include_trace_count") ?? false
        )
        return .mlflow(page, as: "issues", lastToken: "") { $0.members(of: $1) }
    }

    private static func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ members: RequestMembers) throws
        -> T?
    where T.RawValue == String {
        guard let text = try members.text(name) else { return nil }
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw PlatformError.mlflowInvalid("Invalid \(name) '\(text.prefix(100))'. Valid values are [\(known)].")
        }
        return value
    }

    private static func reply(_ issue: QualityIssue) -> Response {
        .mlflow { writer in writer.object("issue") { $0.members(of: issue) } }
    }
}

extension JSONWriter {
    /// The members of an issue (`issues.proto`).
    fileprivate mutating func members(of issue: QualityIssue) {
        member("issue_id", issue.id)
        member("experiment_id", String(issue.experimentID))
        member("name", issue.name)
        member("description", issue.description)
        member("status", issue.status.rawValue)
        member("severity", issue.severity?.rawValue)
        if !issue.rootCauses.isEmpty { array("root_causes", issue.rootCauses) { $0.element($1) } }
        member("source_run_id", issue.sourceRunID)
        if !issue.categories.isEmpty { array("categories", issue.categories) { $0.element($1) } }
        member("created_timestamp", issue.createdTime.milliseconds)
        member("last_updated_timestamp", issue.lastUpdateTime.milliseconds)
        member("created_by", issue.createdBy)
        member("trace_count", issue.traceCount)
    }
}
