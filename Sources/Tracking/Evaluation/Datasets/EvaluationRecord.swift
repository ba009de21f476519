import Foundation
import Primitives
import Storage

/// One case of a data set. Its parts are JSON texts, kept and returned as they were written.
struct EvaluationRecord: Sendable {
    /// The kinds of source that a record may name.
    static let sourceTypes: Set<String> = ["UNSPECIFIED", "TRACE", "HUMAN", "DOCUMENT", "CODE"]

    let id: String
    let position: Int64
    let inputHash: String
    let inputs: String
    var outputs: String?
    var expectations: String?
    var tags: String
    let source: String?
    let sourceID: String?
    let sourceType: String?
    let createdTime: Timestamp
    var lastUpdateTime: Timestamp
    let createdBy: String?
    var lastUpdatedBy: String?

    init(row: SQLRow) throws {
        id = try row.text("record_id")
        position = try row.integer("position")
        inputHash = try row.text("input_hash")
        inputs = try row.text("inputs")
        outputs = try row.optionalText("outputs")
        expectations = try row.optionalText("expectations")
        tags = try row.text("tags")
        source = try row.optionalText("source")
        sourceID = try row.optionalText("source_id")
        sourceType = try row.optionalText("source_type")
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
        createdBy = try row.optionalText("created_by")
        lastUpdatedBy = try row.optionalText("last_updated_by")
    }

    /// A new record of what a client sent.
    init(_ new: RecordInput, id: String, position: Int64, at time: Timestamp) {
        self.id = id
        self.position = position
        inputHash = new.hash
        inputs = new.inputs.written
        // A record without outputs gets an empty object, one with null none: MLflow tells the two apart.
        outputs = new.outputs.map { $0 == .null ? nil : $0.written } ?? "{}"
        expectations = new.expectations.flatMap { $0 == .null ? nil : $0.written }
        tags = new.tags?.written ?? "{}"
        source = new.source?.written
        sourceID = new.sourceID
        sourceType = new.sourceType
        createdTime = time
        lastUpdateTime = time
        createdBy = new.user
        lastUpdatedBy = new.user
    }

    /// Takes over what a client sent for the same inputs: outputs are replaced, expectations and tags are merged by key.
    mutating func merge(_ new: RecordInput, at time: Timestamp) throws {
        if let sent = new.outputs { outputs = sent == .null ? nil : sent.written }
        if let sent = new.expectations, !sent.isEmpty {
            expectations = try Self.object(expectations).updated(with: sent).written
        }
        if let sent = new.tags, !sent.isEmpty { tags = try Self.object(tags).updated(with: sent).written }
        lastUpdateTime = time
        if let user = new.user { lastUpdatedBy = user }
    }

    private static func object(_ text: String?) throws -> OrderedJSON {
        try text.map { try OrderedJSON(parsing: $0, what: "A stored record") } ?? .object([])
    }

    /// The record as MLflow's `DatasetRecord.to_dict` writes it; its parts are already JSON.
    func json(dataset: String) -> String {
        func text(_ value: String) -> String { OrderedJSON.string(value).written }
        var parts = ["\"dataset_record_id\": \(text(id))", "\"dataset_id\": \(text(dataset))", "\"inputs\": \(inputs)"]
        if let outputs { parts.append("\"outputs\": \(outputs)") }
        if let expectations { parts.append("\"expectations\": \(expectations)") }
        parts.append("\"tags\": \(tags)")
        if let source { parts.append("\"source\": \(source)") }
        if let sourceID { parts.append("\"source_id\": \(text(sourceID))") }
        if let sourceType { parts.append("\"source_type\": \(text(sourceType))") }
        if let createdBy { parts.append("\"created_by\": \(text(createdBy))") }
        if let lastUpdatedBy { parts.append("\"last_updated_by\": \(text(lastUpdatedBy))") }
        parts.append("\"created_time\": \(createdTime.milliseconds)")
        parts.append("\"last_update_time\": \(lastUpdateTime.milliseconds)")
        return "{" + parts.joined(separator: ", ") + "}"
    }
}
