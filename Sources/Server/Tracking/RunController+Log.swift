import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

extension RunController {
    func addLogRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/log-metric", .trackingWrite) { call in
            let data = try await call.data()
            if let plain = LoggedBatch.metric(data), let point = plain.metrics.first {
                try await runs.log(metric: point, run: plain.run)
                return .mlflowEmpty
            }
            let body = try MLflowCall.body(MLflowBodies.Metric.self, data)
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
            let data = try await call.data()
            if let plain = LoggedBatch.batch(data) {
                let run = try Self.run(plain.run)
                try await runs.log(metrics: plain.metrics, params: plain.params, tags: plain.tags, run: run)
                return .mlflowEmpty
            }
            let body = try MLflowCall.body(MLflowBodies.LogBatch.self, data)
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
