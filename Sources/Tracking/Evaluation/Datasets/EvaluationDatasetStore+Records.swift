import Primitives
import Storage

extension EvaluationDatasetStore {
    /// What an upsert did.
    package struct Upserted: Sendable, Hashable {
        /// Records that are new.
        package let inserted: Int64
        /// Records that were merged into one with the same inputs.
        package let updated: Int64
    }

    /// Writes records: one with inputs that the data set has already is merged into that record.
    ///
    /// - Parameter records: a JSON array of objects with `inputs`, `outputs`, `expectations`, `tags` and `source`.
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func upsert(records: String, into id: String, actor: String) async throws -> Upserted {
        let sent = try RecordInput.parse(records)
        let now = time.now()
        let identifiers = identifiers
        return try await database.write { transaction in
            guard
                let dataset = try transaction.first(
                    "SELECT * FROM evaluation_dataset WHERE dataset_id = ?",
                    [.text(id)]
                )
            else { throw PlatformError.mlflowMissing("Evaluation dataset with id '\(id)' not found") }
            var merge = RecordMerge(
                stored: try Self.records(of: id, hashes: sent.map(\.hash).unique, transaction),
                nextPosition: try dataset.integer("next_position")
            )
            for record in sent { try merge.take(record, at: now) { "dr-\(identifiers())" } }
            try Self.insert(merge.inserted, into: id, in: transaction)
            try Self.update(merge.changed, at: now, in: transaction)
            let name = try dataset.text("name")
            try transaction.execute(
                "UPDATE evaluation_dataset SET record_count = record_count + ?, next_position = ?, schema_json = ?, "
                    + "digest = ?, last_update_time = ?, last_updated_by = ? WHERE dataset_id = ?",
                [
                    .integer(Int64(merge.inserted.count)), .integer(merge.nextPosition),
                    .optional(try DatasetSchema.extended(dataset.optionalText("schema_json"), with: sent)),
                    .text(EvaluationDataset.digest(name: name, at: now)), .time(now),
                    .optional(sent.last { $0.user != nil }?.user), .text(id),
                ]
            )
            let result = Upserted(
                inserted: Int64(merge.inserted.count),
                updated: Int64(sent.count - merge.inserted.count)
            )
            try Self.record(
                "records.written",
                id,
                actor,
                body: ["inserted": .integer(result.inserted), "updated": .integer(result.updated)],
                in: transaction
            )
            return result
        }
    }

    /// One page of records in the order of their insertion, as the elements of a JSON array.
    ///
    /// - Returns: no records for a data set that is not there.
    /// - Throws: `INVALID_PARAMETER_VALUE` for a token that is none.
    package func records(of id: String, maximum: Int, token: String?) async throws -> (json: String, nextToken: String?)
    {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = PageOrder([SortTerm("position")])
        let condition = try pageOrder.condition(after: token)
        let rows = try await database.read { reader in
            try reader.query(
                "SELECT * FROM evaluation_record WHERE dataset_id = ? AND \(condition.sql) ORDER BY \(pageOrder.sql) LIMIT ?",
                [.text(id)] + condition.arguments + [.integer(Int64(maximum) + 1)]
            )
        }
        let page = try pageOrder.page(rows, maximum: maximum)
        let records = try page.elements.map { try EvaluationRecord(row: $0).json(dataset: id) }
        return ("[" + records.joined(separator: ", ") + "]", page.nextToken)
    }

    /// Deletes records; those that are not there are no error.
    ///
    /// - Returns: how many there were.
    package func delete(records ids: [String], of id: String, actor: String) async throws -> Int64 {
        try await database.write { transaction in
            var count = 0
            for part in EvaluationSQL.chunks(ids.unique) {
                let list = SQLCondition("record_id", anyOf: part.map(SQLValue.text))
                count += try transaction.execute(
                    "DELETE FROM evaluation_record WHERE dataset_id = ? AND \(list.sql)",
                    [.text(id)] + list.arguments
                )
            }
            if count == 0 { return 0 }
            try transaction.execute(
                "UPDATE evaluation_dataset SET record_count = record_count - ? WHERE dataset_id = ?",
                [.integer(Int64(count)), .text(id)]
            )
            try Self.record("records.deleted", id, actor, body: ["deleted": .integer(Int64(count))], in: transaction)
            return Int64(count)
        }
    }

    private static func records(of id: String, hashes: [String], _ reader: any SQLReader) throws -> [EvaluationRecord] {
        try EvaluationSQL.rows(
            "SELECT * FROM evaluation_record WHERE dataset_id = ? AND ",
            "input_hash",
            hashes.map(SQLValue.text),
            reader,
            leading: [.text(id)]
        ).map(EvaluationRecord.init)
    }

    private static func insert(_ records: [EvaluationRecord], into id: String, in transaction: any SQLTransaction)
        throws
    {
        try EvaluationSQL.insert(
            "INSERT INTO evaluation_record (record_id, dataset_id, position, input_hash, inputs, outputs, expectations, "
                + "tags, source, source_id, source_type, created_time, last_update_time, created_by, last_updated_by)",
            records.map { record in
                [
                    .text(record.id), .text(id), .integer(record.position), .text(record.inputHash),
                    .text(record.inputs), .optional(record.outputs), .optional(record.expectations),
                    .text(record.tags), .optional(record.source), .optional(record.sourceID),
                    .optional(record.sourceType), .time(record.createdTime), .time(record.lastUpdateTime),
                    .optional(record.createdBy), .optional(record.lastUpdatedBy),
                ]
            },
            in: transaction
        )
    }

    private static func update(_ records: [EvaluationRecord], at now: Timestamp, in transaction: any SQLTransaction)
        throws
    {
        for part in EvaluationSQL.chunks(records) {
            try transaction.execute(
                "UPDATE evaluation_record SET outputs = v.column2, expectations = v.column3, tags = v.column4, "
                    + "last_updated_by = v.column5, last_update_time = ? "
                    + "FROM (VALUES \(EvaluationSQL.places(part.count, 5))) AS v WHERE record_id = v.column1",
                [.time(now)]
                    + part.flatMap { record -> [SQLValue] in
                        [
                            .text(record.id), .optional(record.outputs), .optional(record.expectations),
                            .text(record.tags), .optional(record.lastUpdatedBy),
                        ]
                    }
            )
        }
    }
}

/// Merges records that arrive with those that are stored, by the hash of their inputs. A pure function of both.
struct RecordMerge {
    private(set) var inserted: [EvaluationRecord] = []
    private(set) var nextPosition: Int64
    private var stored: [EvaluationRecord]
    private var touched: Set<Int> = []
    private var places: [String: Place] = [:]

    private enum Place {
        case stored(Int)
        case inserted(Int)
    }

    init(stored: [EvaluationRecord], nextPosition: Int64) {
        self.stored = stored
        self.nextPosition = nextPosition
        for (index, record) in stored.enumerated() { places[record.inputHash] = .stored(index) }
    }

    /// The stored records that changed.
    var changed: [EvaluationRecord] { touched.sorted().map { stored[$0] } }

    mutating func take(_ record: RecordInput, at now: Timestamp, identifier: () -> String) throws {
        switch places[record.hash] {
        case .stored(let index):
            try stored[index].merge(record, at: now)
            touched.insert(index)
        case .inserted(let index): try inserted[index].merge(record, at: now)
        case nil:
            places[record.hash] = .inserted(inserted.count)
            inserted.append(EvaluationRecord(record, id: identifier(), position: nextPosition, at: now))
            nextPosition += 1
        }
    }
}
