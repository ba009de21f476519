import Hummingbird
import Primitives
import Tracking
import WireAPI

extension RunController {
    func addHistoryRoutes(to routes: RouteTable) {
        routes.mlflow(.get, "mlflow/metrics/get-history", .trackingRead) { call in
            let page = try await runs.history(
                run: Self.run(call.query("run_id"), call.query("run_uuid")),
                key: MLflowCall.require(call.query("metric_key"), "metric_key"),
                maximum: try call.integer("max_results").map { Int(clamping: $0) },
                token: call.query("page_token")
            )
            return .mlflow { writer in
                if !page.elements.isEmpty {
                    writer.array("metrics", page.elements) { writer, point in writer.object { $0.members(of: point) } }
                }
                writer.member("next_page_token", page.nextToken)
            }
        }
        routes.mlflow(.get, "mlflow/metrics/get-history-bulk", .trackingRead, bulk)
        routes.mlflow(.get, "mlflow/metrics/get-history-bulk-interval", .trackingRead) { call in
            let found = try await interval(
                HistoryInterval(
                    runs: call.queries("run_ids"),
                    key: call.query("metric_key"),
                    maximum: call.integer("max_results"),
                    start: call.integer("start_step"),
                    end: call.integer("end_step")
                )
            )
            return .mlflow { $0.points(found) }
        }
    }

    /// The most points in one reply of `get-history-bulk`.
    private static let pointsPerBulk: Int64 = 25_000

    private func bulk(_ call: MLflowCall) async throws -> Response {
        let ids = call.queries("run_id")
        if ids.isEmpty {
            throw PlatformError.mlflowInvalid("GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard ids.count <= HistoryInterval.maximumRuns else {
            throw PlatformError.mlflowInvalid(
                "GetMetricHistoryBulk request cannot specify more than \(HistoryInterval.maximumRuns) run_ids. "
                    + "Received \(ids.count) run_ids."
            )
        }
        guard let key = call.query("metric_key") else {
            throw PlatformError.mlflowInvalid("GetMetricHistoryBulk request must specify a metric_key.")
        }
        let maximum = min(try call.integer("max_results") ?? Self.pointsPerBulk, Self.pointsPerBulk)
        let found = try await runs.histories(runs: ids, key: key, maximum: Int(max(0, maximum)))
        return .mlflow { $0.points(found) }
    }

    /// Sampled histories of several runs.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    func interval(_ asked: HistoryInterval) async throws -> [RunHistory] {
        let (key, steps) = try asked.check()
        let maximum = Int(asked.maximum ?? HistoryInterval.standardPoints)
        return try await runs.sampledHistories(runs: asked.runs, key: key, steps: steps, maximum: maximum)
    }
}

/// What `get-history-bulk-interval` asks for.
struct HistoryInterval: Sendable {
    /// The most runs in one request.
    static let maximumRuns = 100
    /// The most points a run.
    static let maximumPoints: Int64 = 2500
    /// Points a run when the request does not say.
    static let standardPoints: Int64 = 320

    let runs: [String]
    let key: String?
    let maximum: Int64?
    let start: Int64?
    let end: Int64?

    /// The metric and the steps.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` with MLflow's words.
    func check() throws -> (key: String, steps: ClosedRange<Int64>?) {
        if runs.isEmpty { throw MLflowName.missing("run_ids") }
        guard runs.count <= Self.maximumRuns else {
            throw PlatformError.mlflowInvalid(
                "GetMetricHistoryBulkInterval request must specify at most \(Self.maximumRuns) run_ids. "
                    + "Received \(runs.count) run_ids."
            )
        }
        let key = try MLflowCall.require(key, "metric_key")
        if let maximum, !(1...Self.maximumPoints).contains(maximum) {
            throw PlatformError.mlflowInvalid("max_results must be between 1 and \(Self.maximumPoints).")
        }
        switch (start, end) {
        case (nil, nil): return (key, nil)
        case (let start?, let end?):
            guard start <= end else {
                throw PlatformError.mlflowInvalid(
                    "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end)."
                )
            }
            return (key, start...end)
        default:
            throw PlatformError.mlflowInvalid(
                "If either start step or end step are specified, both must be specified."
            )
        }
    }
}

extension JSONWriter {
    /// The member `metrics` of the replies about several runs.
    mutating func points(_ histories: [RunHistory]) {
        array("metrics", histories.flatMap { run in run.points.map { (run.id, $0) } }) { writer, one in
            writer.object { $0.members(of: one.1, run: one.0) }
        }
    }
}
