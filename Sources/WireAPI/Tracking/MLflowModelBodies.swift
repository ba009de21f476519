/// Bodies of the MLflow REST calls about logged models (`service.proto`).
package enum MLflowModelBodies {
    /// A new logged model.
    package struct Create: Decodable, Sendable {
        /// The experiment.
        package let experimentID: String?
        /// The name.
        package let name: String?
        /// What kind of model it is.
        package let modelType: String?
        /// The run that made it.
        package let sourceRunID: String?
        /// Params.
        package let params: [MLflowBodies.Pair]?
        /// Tags.
        package let tags: [MLflowBodies.Pair]?

        enum CodingKeys: String, CodingKey {
            case experimentID = "experiment_id"
            case name
            case modelType = "model_type"
            case sourceRunID = "source_run_id"
            case params
            case tags
        }
    }

    /// Finalise, set tags and log params; the model's id stands in the path.
    package struct Change: Decodable, Sendable {
        /// The status to set.
        package let status: String?
        /// Tags.
        package let tags: [MLflowBodies.Pair]?
        /// Params.
        package let params: [MLflowBodies.Pair]?
    }

    /// A search of logged models.
    package struct Search: Decodable, Sendable {
        /// A data set by name and, perhaps, digest.
        package struct Dataset: Decodable, Sendable {
            /// A data set's name.
            package let datasetName: String?
            /// A data set's digest.
            package let datasetDigest: String?

            enum CodingKeys: String, CodingKey {
                case datasetName = "dataset_name"
                case datasetDigest = "dataset_digest"
            }
        }

        /// One field to order by.
        package struct Order: Decodable, Sendable {
            /// The field.
            package let fieldName: String?
            /// Whether small values come first.
            package let ascending: Bool?
            /// A data set's name.
            package let datasetName: String?
            /// A data set's digest.
            package let datasetDigest: String?

            enum CodingKeys: String, CodingKey {
                case fieldName = "field_name"
                case ascending
                case datasetName = "dataset_name"
                case datasetDigest = "dataset_digest"
            }
        }

        /// The experiments to look in.
        package let experimentIDs: [String]?
        /// Comparisons joined by AND.
        package let filter: String?
        /// Data sets.
        package let datasets: [Dataset]?
        /// Elements a page.
        package let maxResults: MLflowInteger?
        /// Fields with ASC or DESC.
        package let orderBy: [Order]?
        /// The token of the page before.
        package let pageToken: String?

        enum CodingKeys: String, CodingKey {
            case experimentIDs = "experiment_ids"
            case filter
            case datasets
            case maxResults = "max_results"
            case orderBy = "order_by"
            case pageToken = "page_token"
        }
    }
}
