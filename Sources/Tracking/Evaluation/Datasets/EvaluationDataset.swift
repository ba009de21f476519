import Primitives
import Storage

/// A named set of cases that models are evaluated on.
package struct EvaluationDataset: Sendable, Hashable {
    /// `d-` and 32 hexadecimal digits.
    package let id: String
    /// Its name; need not be unique.
    package let name: String
    /// The kinds of its records' fields, as JSON; nil before the first record.
    package let schema: String?
    /// How many records it has.
    package let recordCount: Int64
    /// Eight hexadecimal digits that change whenever records are written.
    package let digest: String
    /// When it was created.
    package let createdTime: Timestamp
    /// When its records or experiments last changed.
    package let lastUpdateTime: Timestamp
    /// The `mlflow.user` of its creation.
    package let createdBy: String?
    /// The `mlflow.user` of the last record that names one.
    package let lastUpdatedBy: String?
    /// Its tags, by key.
    package let tags: [KeyValue]

    init(row: SQLRow, tags: [KeyValue]) throws {
        id = try row.text("dataset_id")
        name = try row.text("name")
        schema = try row.optionalText("schema_json")
        recordCount = try row.integer("record_count")
        digest = try row.text("digest")
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
        createdBy = try row.optionalText("created_by")
        lastUpdatedBy = try row.optionalText("last_updated_by")
        self.tags = tags
    }

    /// What MLflow calls the profile: `{"num_records": N}`; nil without records.
    package var profile: String? { recordCount > 0 ? "{\"num_records\": \(recordCount)}" : nil }

    /// The tags as one JSON object.
    package var tagsJSON: String {
        OrderedJSON.object(tags.map { OrderedJSON.Member($0.key, .string($0.value)) }).written
    }

    /// The digest of a data set at a moment.
    static func digest(name: String, at time: Timestamp) -> String {
        String(Hex.encode(Digest.sha256(of: .init("\(name):\(time.milliseconds)".utf8)).bytes).prefix(8))
    }
}
