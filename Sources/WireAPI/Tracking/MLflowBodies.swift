/// Bodies of the MLflow REST calls about experiments and runs. Every member is optional here, since a missing one has an
/// error of its own; unknown members are ignored; names are those of MLflow's `service.proto`.
package enum MLflowBodies {
    /// A tag or param.
    package struct Pair: Decodable, Sendable {
        package let key: String?
        package let value: String?
    }

    package struct CreateExperiment: Decodable, Sendable {
        package let name: String?
        package let artifact_location: String?
        package let tags: [Pair]?
    }

    /// Delete, restore, update, set-experiment-tag and delete-experiment-tag.
    package struct ExperimentChange: Decodable, Sendable {
        package let experiment_id: String?
        package let new_name: String?
        package let key: String?
        package let value: String?
    }

    /// The searches of experiments, models and versions.
    package struct Search: Decodable, Sendable {
        package let max_results: MLflowInteger?
        package let page_token: String?
        package let filter: String?
        package let order_by: [String]?
        package let view_type: String?
    }

    package struct CreateRun: Decodable, Sendable {
        package let experiment_id: String?
        package let user_id: String?
        package let run_name: String?
        package let start_time: MLflowInteger?
        package let tags: [Pair]?
    }

    package struct UpdateRun: Decodable, Sendable {
        package let run_id: String?
        package let run_uuid: String?
        package let status: String?
        package let end_time: MLflowInteger?
        package let run_name: String?
    }

    /// Delete, restore, log-parameter, set-tag and delete-tag.
    package struct RunChange: Decodable, Sendable {
        package let run_id: String?
        package let run_uuid: String?
        package let key: String?
        package let value: String?
    }

    package struct Metric: Decodable, Sendable {
        package let run_id: String?
        package let run_uuid: String?
        package let key: String?
        package let value: MLflowReal?
        package let timestamp: MLflowInteger?
        package let step: MLflowInteger?
        package let model_id: String?
        package let dataset_name: String?
        package let dataset_digest: String?
    }

    package struct LogBatch: Decodable, Sendable {
        package let run_id: String?
        package let metrics: [Metric]?
        package let params: [Pair]?
        package let tags: [Pair]?
    }

    package struct SearchRuns: Decodable, Sendable {
        package let experiment_ids: [String]?
        package let filter: String?
        package let run_view_type: String?
        package let max_results: MLflowInteger?
        package let order_by: [String]?
        package let page_token: String?
    }

    package struct Dataset: Decodable, Sendable {
        package let name: String?
        package let digest: String?
        package let source_type: String?
        package let source: String?
        package let schema: String?
        package let profile: String?
    }

    package struct DatasetInput: Decodable, Sendable {
        package let dataset: Dataset?
        package let tags: [Pair]?
    }

    package struct ModelLink: Decodable, Sendable {
        package let model_id: String?
        package let step: MLflowInteger?
    }

    package struct LogInputs: Decodable, Sendable {
        package let run_id: String?
        package let datasets: [DatasetInput]?
        package let models: [ModelLink]?
    }

    package struct LogModel: Decodable, Sendable {
        package let run_id: String?
        package let model_json: String?
    }

    /// The data sets of a set of experiments.
    package struct SearchDatasets: Decodable, Sendable {
        package let experiment_ids: [String]?
    }
}
