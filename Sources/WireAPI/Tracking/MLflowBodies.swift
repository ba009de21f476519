import Primitives

/// Bodies of the MLflow REST calls about experiments and runs. Every member is optional here, since a missing one has an
/// error of its own; unknown members are ignored; names are those of MLflow's `service.proto`.
///
/// Keys stand in the order of the properties, which is the schema's: of several wrong members the first is named, and an
/// optimised build decodes in the order of the keys.
package enum MLflowBodies {
    /// A tag or param.
    package struct Pair: Decodable, Sendable {
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: String?
    }

    /// A new experiment.
    package struct CreateExperiment: Decodable, Sendable {
        /// The name.
        package let name: String?
        /// Where its runs keep artifacts: a URI.
        package let artifactLocation: String?
        /// Tags.
        package let tags: [Pair]?

        enum CodingKeys: String, CodingKey {
            case name
            case artifactLocation = "artifact_location"
            case tags
        }
    }

    /// Delete, restore, update, set-experiment-tag and delete-experiment-tag.
    package struct ExperimentChange: Decodable, Sendable {
        /// The experiment.
        package let experimentID: String?
        /// The name to give.
        package let newName: String?
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: String?

        enum CodingKeys: String, CodingKey {
            case experimentID = "experiment_id"
            case newName = "new_name"
            case key, value
        }
    }

    /// The searches of experiments, runs, data sets, models and versions; each reads what it knows.
    package struct Search: Decodable, Sendable {
        /// The experiments to look in.
        package let experimentIDs: [String]?
        /// Comparisons joined by AND.
        package let filter: String?
        /// `ACTIVE_ONLY`, `DELETED_ONLY` or `ALL`.
        package let viewType: String?
        /// The same, as the search of runs names it.
        package let runViewType: String?
        /// Elements a page.
        package let maxResults: MLflowInteger?
        /// Fields with ASC or DESC.
        package let orderBy: [String]?
        /// The token of the page before.
        package let pageToken: String?

        enum CodingKeys: String, CodingKey {
            case experimentIDs = "experiment_ids"
            case filter
            case viewType = "view_type"
            case runViewType = "run_view_type"
            case maxResults = "max_results"
            case orderBy = "order_by"
            case pageToken = "page_token"
        }
    }

    /// A new run.
    package struct CreateRun: Decodable, Sendable {
        /// The experiment.
        package let experimentID: String?
        /// Who makes it, as the client says.
        package let userID: String?
        /// The run's name.
        package let runName: String?
        /// When it began: milliseconds.
        package let startTime: MLflowInteger?
        /// Tags.
        package let tags: [Pair]?

        enum CodingKeys: String, CodingKey {
            case experimentID = "experiment_id"
            case userID = "user_id"
            case runName = "run_name"
            case startTime = "start_time"
            case tags
        }
    }

    /// Update, delete, restore, log-parameter, set-tag and delete-tag.
    package struct RunChange: Decodable, Sendable {
        /// The run.
        package let runID: String?
        /// The run, as old clients name it.
        package let runUUID: String?
        /// The status to set.
        package let status: String?
        /// When it ended: milliseconds.
        package let endTime: MLflowInteger?
        /// The name to give.
        package let runName: String?
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: String?

        enum CodingKeys: String, CodingKey {
            case runID = "run_id"
            case runUUID = "run_uuid"
            case status
            case endTime = "end_time"
            case runName = "run_name"
            case key
            case value
        }
    }

    /// One point of a metric.
    package struct Metric: Decodable, Sendable {
        /// The run.
        package let runID: String?
        /// The run, as old clients name it.
        package let runUUID: String?
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: MLflowReal?
        /// When it was logged: milliseconds.
        package let timestamp: MLflowInteger?
        /// The training step.
        package let step: MLflowInteger?
        /// The logged model.
        package let modelID: String?
        /// A data set's name.
        package let datasetName: String?
        /// A data set's digest.
        package let datasetDigest: String?

        enum CodingKeys: String, CodingKey {
            case runID = "run_id"
            case runUUID = "run_uuid"
            case key, value, timestamp, step
            case modelID = "model_id"
            case datasetName = "dataset_name"
            case datasetDigest = "dataset_digest"
        }
    }

    /// Metrics, params and tags together.
    package struct LogBatch: Decodable, Sendable {
        /// The run.
        package let runID: String?
        /// Points of metrics.
        package let metrics: [Metric]?
        /// Params.
        package let params: [Pair]?
        /// Tags.
        package let tags: [Pair]?

        enum CodingKeys: String, CodingKey {
            case runID = "run_id"
            case metrics, params, tags
        }
    }

    /// A data set.
    package struct Dataset: Decodable, Sendable {
        /// The name.
        package let name: String?
        /// A digest that the client made.
        package let digest: String?
        /// The kind of source.
        package let sourceType: String?
        /// Where it came from.
        package let source: String?
        /// Its schema as JSON.
        package let schema: String?
        /// Its profile as JSON.
        package let profile: String?

        enum CodingKeys: String, CodingKey {
            case name
            case digest
            case sourceType = "source_type"
            case source
            case schema
            case profile
        }
    }

    /// A data set that a run read.
    package struct DatasetInput: Decodable, Sendable {
        /// The data set.
        package let dataset: Dataset?
        /// Tags.
        package let tags: [Pair]?
    }

    /// A logged model that a run read or made.
    package struct ModelLink: Decodable, Sendable {
        /// The logged model.
        package let modelID: String?
        /// The training step.
        package let step: MLflowInteger?

        enum CodingKeys: String, CodingKey {
            case modelID = "model_id"
            case step
        }
    }

    /// What a run read, or made.
    package struct LogInputs: Decodable, Sendable {
        /// The run.
        package let runID: String?
        /// Data sets.
        package let datasets: [DatasetInput]?
        /// Logged models.
        package let models: [ModelLink]?

        enum CodingKeys: String, CodingKey {
            case runID = "run_id"
            case datasets
            case models
        }
    }

    /// A model's description, as clients before logged models send it.
    package struct LogModel: Decodable, Sendable {
        /// The run.
        package let runID: String?
        /// The model's description as JSON.
        package let modelJSON: String?

        enum CodingKeys: String, CodingKey {
            case runID = "run_id"
            case modelJSON = "model_json"
        }
    }

    /// A GraphQL request.
    package struct GraphQL: Decodable, Sendable {
        /// The document.
        package let query: String?
        /// Values of its variables.
        package let variables: [String: JSONValue]?
        /// Which operation of the document to run.
        package let operationName: String?

        /// Makes a request.
        package init(query: String?, variables: [String: JSONValue]?, operationName: String?) {
            self.query = query
            self.variables = variables
            self.operationName = operationName
        }
    }
}
