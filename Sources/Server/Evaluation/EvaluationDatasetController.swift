import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about evaluation data sets.
package struct EvaluationDatasetController: Sendable {
    private let datasets: EvaluationDatasetStore

    /// Makes the controller of a store.
    package init(datasets: EvaluationDatasetStore) {
        self.datasets = datasets
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let one = "datasets/{dataset_id}"
        routes.evaluation(.post, "datasets/create", .trackingWrite) { call, members in
            let dataset = try await datasets.create(
                name: members.required("name"),
                tags: members.words("tags"),
                experiments: members.experiments(),
                actor: call.actor
            )
            let experiments = try members.experiments()
            return Self.reply(dataset, experiments: experiments)
        }
        routes.evaluation(.post, "datasets/search", .trackingRead, search)
        routes.evaluation(.get, "datasets/search", .trackingRead, search)
        routes.evaluation(.get, one, .trackingRead) { call, _ in
            Self.reply(try await datasets.get(Self.id(call)))
        }
        routes.evaluation(.delete, one, .trackingWrite) { call, _ in
            try await datasets.delete(Self.id(call), actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.patch, "\(one)/tags", .trackingWrite) { call, members in
            try await datasets.set(tags: members.required("tags"), on: Self.id(call), actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.delete, "\(one)/tags/{key}", .trackingWrite) { call, _ in
            try await datasets.delete(tag: call.call.parameter("key"), of: Self.id(call), actor: call.actor)
            return .mlflowEmpty
        }
        addExperimentRoutes(to: routes, one)
        addRecordRoutes(to: routes, one)
    }

    private func addExperimentRoutes(to routes: RouteTable, _ one: String) {
        routes.evaluation(.get, "\(one)/experiment-ids", .trackingRead) { call, _ in
            let ids = try await datasets.experiments(of: Self.id(call))
            return .mlflow { writer in
                if !ids.isEmpty { writer.array("experiment_ids", ids) { $0.element(String($1)) } }
            }
        }
        routes.evaluation(.post, "\(one)/add-experiments", .trackingWrite) { call, members in
            Self.reply(try await datasets.add(Self.id(call), to: members.experiments(), actor: call.actor))
        }
        routes.evaluation(.post, "\(one)/remove-experiments", .trackingWrite) { call, members in
            Self.reply(try await datasets.remove(Self.id(call), from: members.experiments(), actor: call.actor))
        }
    }

    private func addRecordRoutes(to routes: RouteTable, _ one: String) {
        routes.evaluation(.post, "\(one)/records", .trackingWrite) { call, members in
            let done = try await datasets.upsert(
                records: members.required("records"),
                into: Self.id(call),
                actor: call.actor
            )
            return .mlflow { writer in
                writer.member("inserted_count", done.inserted)
                writer.member("updated_count", done.updated)
            }
        }
        routes.evaluation(.get, "\(one)/records", .trackingRead) { call, members in
            let maximum = try members.integer("max_results") ?? 0
            let page = try await datasets.records(
                of: Self.id(call),
                maximum: maximum == 0 ? 1000 : Int(clamping: maximum),
                token: members.words("page_token")
            )
            return .mlflow { writer in
                writer.member("records", page.json)
                writer.member("next_page_token", page.nextToken)
            }
        }
        routes.evaluation(.delete, "\(one)/records", .trackingWrite) { call, members in
            let ids = try members.texts("dataset_record_ids")
            let count = try await datasets.delete(records: ids, of: Self.id(call), actor: call.actor)
            return .mlflow { $0.member("deleted_count", count) }
        }
    }

    private func search(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let maximum = try members.integer("max_results") ?? 0
        let page = try await datasets.search(
            experiments: members.experiments(),
            filter: members.words("filter_string"),
            order: members.texts("order_by"),
            maximum: maximum == 0 ? 1000 : Int(clamping: maximum),
            token: members.words("page_token")
        )
        return .mlflow(page, as: "datasets") { $0.members(of: $1) }
    }

    private static func id(_ call: MLflowCall) throws -> String { try call.call.parameter("dataset_id") }

    private static func reply(_ dataset: EvaluationDataset, experiments: [Int64] = []) -> Response {
        .mlflow { writer in
            writer.object("dataset") { writer in
                writer.members(of: dataset)
                if !experiments.isEmpty { writer.array("experiment_ids", experiments) { $0.element(String($1)) } }
            }
        }
    }
}

extension JSONWriter {
    /// The members of a data set (`datasets.proto`).
    fileprivate mutating func members(of dataset: EvaluationDataset) {
        member("dataset_id", dataset.id)
        member("name", dataset.name)
        member("tags", dataset.tagsJSON)
        member("schema", dataset.schema)
        member("profile", dataset.profile)
        member("digest", dataset.digest)
        member("created_time", dataset.createdTime.milliseconds)
        member("last_update_time", dataset.lastUpdateTime.milliseconds)
        member("created_by", dataset.createdBy)
        member("last_updated_by", dataset.lastUpdatedBy)
    }
}
