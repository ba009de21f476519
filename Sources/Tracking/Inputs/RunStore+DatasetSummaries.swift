import Primitives
import Storage

/// A data set that runs of an experiment read, and what for.
package struct DatasetSummary: Sendable, Hashable {
    /// The experiment.
    package let experimentID: Int64
    /// The data set's name.
    package let name: String
    /// The data set's digest.
    package let digest: String
    /// What it was for: `training`, `eval`, …
    package let context: String?
}

extension RunStore {
    /// The most data sets in one list.
    package static let maximumDatasetSummaries = 1000

    /// The different data sets that runs of the experiments read.
    package func datasetSummaries(experiments: [Int64]) async throws -> [DatasetSummary] {
        let condition = SQLCondition("d.experiment_id", anyOf: experiments.map(SQLValue.integer))
        return try await database.read { reader in
            try reader.query(
                "SELECT DISTINCT d.experiment_id, d.name, d.digest, i.context FROM run_dataset AS d "
                    + "JOIN run_dataset_input AS i ON i.dataset_key = d.dataset_key WHERE \(condition.sql) "
                    + "ORDER BY d.experiment_id, d.name, d.digest, i.context LIMIT ?",
                condition.arguments + [.integer(Int64(Self.maximumDatasetSummaries))]
            ).map { row in
                DatasetSummary(
                    experimentID: try row.integer("experiment_id"),
                    name: try row.text("name"),
                    digest: try row.text("digest"),
                    context: try row.optionalText("context")
                )
            }
        }
    }
}
