import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

extension RunController {
    func addLogRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/log-metric", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.Metric.self)
            let run = try Self.run(body.runID, body.runUUID)
            try await runs.log(metric: Self.point(body, path: ""), run: run)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/log-parameter", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.RunChange.self)
            let run = try Self.run(body.runID, body.runUUID)
            let key = try MLflowCall.require(body.key, "key")
            try await runs.log(param: KeyValue(key, body.value ?? ""), run: run)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/log-batch", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.LogBatch.self)
            let run = try Self.run(body.runID)
            try await runs.log(
                metrics: (body.metrics ?? []).enumerated().map { try Self.point($1, path: "metrics[\($0)].") },
                params: (body.params ?? []).enumerated().map { try Self.pair($1, path: "params[\($0)].") },
                tags: (body.tags ?? []).enumerated().map { try Self.pair($1, path: "tags[\($0)].") },
                run: run
            )
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/set-tag", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.RunChange.self)
            let run = try Self.run(body.runID, body.runUUID)
            let key = try MLflowCall.require(body.key, "key")
            try await runs.set(tag: KeyValue(key, body.value ?? ""), run: run)
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/delete-tag", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.RunChange.self)
            let run = try Self.run(body.runID, body.runUUID)
            try await runs.delete(tag: MLflowCall.require(body.key, "key"), run: run)
            return .mlflowEmpty
        }
    }

    func addInputRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/log-inputs", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.LogInputs.self)
            try await runs.logInputs(
                run: Self.run(body.runID),
                datasets: (body.datasets ?? []).map(Self.input),
                models: (body.models ?? []).map(Self.link)
            )
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/outputs", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.LogInputs.self)
            try await runs.logOutputs(run: Self.run(body.runID), models: (body.models ?? []).map(Self.link))
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/log-model", .trackingWrite) { call in
            let body = try await call.body(MLflowBodies.LogModel.self)
            let text = try MLflowCall.require(body.modelJSON, "model_json")
            guard let model = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
                throw PlatformError.mlflowInvalid("Malformed model info. \n \(text.prefix(200)) \n is not valid JSON.")
            }
            try await runs.log(modelDescription: model, run: Self.run(body.runID))
            return .mlflowEmpty
        }
    }

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
        routes.mlflow(.get, "mlflow/metrics/get-history-bulk-interval", .trackingRead, bulkInterval)
    }

    /// The most runs in one request for sampled histories.
    private static let runsPerSample = 100
    /// The most points a run in a sampled history.
    private static let pointsPerSample: Int64 = 2500

    private func bulkInterval(_ call: MLflowCall) async throws -> Response {
        let ids = call.queries("run_ids")
        guard !ids.isEmpty, ids.count <= Self.runsPerSample else {
            throw PlatformError.mlflowInvalid(
                "GetMetricHistoryBulkInterval request must specify at least one and at most \(Self.runsPerSample) run_ids. "
                    + "Received \(ids.count) run_ids."
            )
        }
        let key = try MLflowCall.require(call.query("metric_key"), "metric_key")
        let maximum = try call.integer("max_results") ?? 320
        guard (1...Self.pointsPerSample).contains(maximum) else {
            throw PlatformError.mlflowInvalid("max_results must be between 1 and \(Self.pointsPerSample).")
        }
        let start = try call.integer("start_step")
        let end = try call.integer("end_step")
        guard (start == nil) == (end == nil) else {
            throw PlatformError.mlflowInvalid("If either start step or end step are specified, both must be specified.")
        }
        if let start, let end, start > end {
            throw PlatformError.mlflowInvalid(
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end)."
            )
        }
        let steps = start.flatMap { start in end.map { start...$0 } }
        var found: [(run: String, points: [MetricPoint])] = []
        for id in ids {
            found.append((id, try await runs.sampledHistory(run: id, key: key, steps: steps, maximum: Int(maximum))))
        }
        return .mlflow { writer in
            writer.array("metrics", found.flatMap { run in run.points.map { (run.run, $0) } }) { writer, one in
                writer.object { $0.members(of: one.1, run: one.0) }
            }
        }
    }

    private static func point(_ body: MLflowBodies.Metric, path: String) throws -> MetricPoint {
        guard let key = body.key, !key.isEmpty else { throw MLflowName.missing("\(path)key") }
        guard let value = body.value else { throw MLflowName.missing("\(path)value") }
        guard let timestamp = body.timestamp else { throw MLflowName.missing("\(path)timestamp") }
        return MetricPoint(
            key: key,
            value: value.value,
            timestamp: timestamp.value,
            step: body.step?.value ?? 0,
            modelID: body.modelID.flatMap { $0.isEmpty ? nil : $0 },
            datasetName: body.datasetName.flatMap { $0.isEmpty ? nil : $0 },
            datasetDigest: body.datasetDigest.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    private static func pair(_ body: MLflowBodies.Pair, path: String) throws -> KeyValue {
        guard let key = body.key, !key.isEmpty else { throw MLflowName.missing("\(path)key") }
        return KeyValue(key, body.value ?? "")
    }

    private static func input(_ body: MLflowBodies.DatasetInput) -> DatasetInput {
        DatasetInput(
            dataset: TrackedDataset(
                name: body.dataset?.name ?? "",
                digest: body.dataset?.digest ?? "",
                sourceType: body.dataset?.sourceType ?? "",
                source: body.dataset?.source ?? "",
                schema: body.dataset?.schema,
                profile: body.dataset?.profile
            ),
            tags: (body.tags ?? []).map { KeyValue($0.key ?? "", $0.value ?? "") }
        )
    }

    private static func link(_ body: MLflowBodies.ModelLink) throws -> ModelLink {
        ModelLink(modelID: try MLflowCall.require(body.modelID, "model_id"), step: body.step?.value ?? 0)
    }
}
