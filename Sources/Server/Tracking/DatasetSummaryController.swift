import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's call for the data sets that the runs of experiments read.
package struct DatasetSummaryController: Sendable {
    private let runs: RunStore

    /// The most experiments in one request.
    static let maximumExperiments = 20

    /// Makes the controller of a store.
    package init(runs: RunStore) {
        self.runs = runs
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.mlflow(.post, "mlflow/experiments/search-datasets", .trackingRead) { call in
            let body = try await call.body(MLflowBodies.Search.self)
            let found = try await Self.search(runs, body.experimentIDs ?? [])
            return .mlflow { writer in
                if !found.isEmpty { writer.array("dataset_summaries", found) { $0.summary($1) } }
            }
        }
    }

    /// The data sets of experiments.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    static func search(_ runs: RunStore, _ experiments: [String]) async throws -> [DatasetSummary] {
        if experiments.isEmpty {
            throw PlatformError.mlflowInvalid("SearchDatasets request must specify at least one experiment_id.")
        }
        guard experiments.count <= maximumExperiments else {
            throw PlatformError.mlflowInvalid(
                "SearchDatasets request cannot specify more than \(maximumExperiments) experiment_ids. "
                    + "Received \(experiments.count) experiment_ids."
            )
        }
        return try await runs.datasetSummaries(experiments: experiments.map(ExperimentStore.number))
    }
}

extension JSONWriter {
    /// One element of `dataset_summaries`.
    mutating func summary(_ summary: DatasetSummary) {
        object {
            $0.member("experiment_id", String(summary.experimentID))
            $0.member("name", summary.name)
            $0.member("digest", summary.digest)
            $0.member("context", summary.context)
        }
    }
}
