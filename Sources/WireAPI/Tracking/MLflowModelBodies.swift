/// Bodies of the MLflow REST calls about logged models (`service.proto`).
package enum MLflowModelBodies {
    package struct Create: Decodable, Sendable {
        package let experiment_id: String?
        package let name: String?
        package let model_type: String?
        package let source_run_id: String?
        package let params: [MLflowBodies.Pair]?
        package let tags: [MLflowBodies.Pair]?
    }

    /// Finalise, set tags and log params; the model's id stands in the path.
    package struct Change: Decodable, Sendable {
        package let status: String?
        package let tags: [MLflowBodies.Pair]?
        package let params: [MLflowBodies.Pair]?
    }

    package struct Search: Decodable, Sendable {
        /// A data set by name and, perhaps, digest.
        package struct Dataset: Decodable, Sendable {
            package let dataset_name: String?
            package let dataset_digest: String?
        }

        /// One field to order by.
        package struct Order: Decodable, Sendable {
            package let field_name: String?
            package let ascending: Bool?
            package let dataset_name: String?
            package let dataset_digest: String?
        }

        package let experiment_ids: [String]?
        package let filter: String?
        package let datasets: [Dataset]?
        package let max_results: MLflowInteger?
        package let order_by: [Order]?
        package let page_token: String?
    }
}
