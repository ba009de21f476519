import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about logged models.
package struct LoggedModelController: Sendable {
    private let models: LoggedModelStore

    /// Makes the controller of a store.
    package init(models: LoggedModelStore) {
        self.models = models
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/logged-models"
        routes.mlflow(.post, base, .trackingWrite, create)
        routes.mlflow(.post, "\(base)/search", .trackingRead, search)
        routes.mlflow(.get, "\(base)/{model_id}", .trackingRead) { call in
            Self.reply(try await models.get(Self.id(call)))
        }
        routes.mlflow(.patch, "\(base)/{model_id}", .trackingWrite) { call in
            let body = try await call.body(MLflowModelBodies.Change.self)
            guard let status = LoggedModelStatus(rawValue: try MLflowCall.require(body.status, "status")) else {
                throw MLflowName.invalid("status", body.status ?? "", "It is no status of a logged model.")
            }
            return Self.reply(try await models.finalise(Self.id(call), status: status, actor: call.actor))
        }
        routes.mlflow(.delete, "\(base)/{model_id}", .trackingWrite) { call in
            try await models.delete(Self.id(call), actor: call.actor)
            return .mlflowEmpty
        }
        routes.mlflow(.patch, "\(base)/{model_id}/tags", .trackingWrite) { call in
            let body = try await call.body(MLflowModelBodies.Change.self)
            return Self.reply(try await models.set(tags: Self.pairs(body.tags), on: Self.id(call)))
        }
        routes.mlflow(.delete, "\(base)/{model_id}/tags/{tag_key}", .trackingWrite) { call in
            try await models.delete(tag: call.call.parameter("tag_key"), of: Self.id(call))
            return .mlflowEmpty
        }
        routes.mlflow(.post, "\(base)/{model_id}/params", .trackingWrite) { call in
            let body = try await call.body(MLflowModelBodies.Change.self)
            try await models.log(params: Self.pairs(body.params), on: Self.id(call))
            return .mlflowEmpty
        }
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowModelBodies.Create.self)
        let model = try await models.create(
            LoggedModelStore.NewModel(
                experimentID: ExperimentStore.number(MLflowCall.require(body.experimentID, "experiment_id")),
                name: body.name,
                modelType: body.modelType,
                sourceRunID: body.sourceRunID,
                params: Self.pairs(body.params),
                tags: Self.pairs(body.tags)
            ),
            actor: call.actor
        )
        return Self.reply(model)
    }

    private func search(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowModelBodies.Search.self)
        let page = try await models.search(
            LoggedModelStore.Query(
                experiments: try (body.experimentIDs ?? []).map(ExperimentStore.number),
                filter: body.filter.flatMap { $0.isEmpty ? nil : $0 },
                datasets: try (body.datasets ?? []).map { dataset in
                    guard let name = dataset.datasetName, !name.isEmpty else {
                        throw PlatformError.mlflowInvalid("`dataset_name` in the `datasets` clause must be specified.")
                    }
                    return (name, dataset.datasetDigest.flatMap { $0.isEmpty ? nil : $0 })
                },
                order: try (body.orderBy ?? []).map { order in
                    LoggedModelStore.Order(
                        field: try MLflowCall.require(order.fieldName, "order_by.field_name"),
                        ascending: order.ascending ?? true,
                        datasetName: order.datasetName.flatMap { $0.isEmpty ? nil : $0 },
                        datasetDigest: order.datasetDigest.flatMap { $0.isEmpty ? nil : $0 }
                    )
                },
                maximum: Int(clamping: body.maxResults?.value ?? 50),
                token: body.pageToken
            )
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("models", page.elements) { writer, model in writer.object { $0.members(of: model) } }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    private static func id(_ call: MLflowCall) throws -> String { try call.call.parameter("model_id") }

    private static func pairs(_ bodies: [MLflowBodies.Pair]?) -> [KeyValue] {
        (bodies ?? []).map { KeyValue($0.key ?? "", $0.value ?? "") }
    }

    private static func reply(_ model: LoggedModel) -> Response {
        .mlflow { writer in writer.object("model") { $0.members(of: model) } }
    }
}
