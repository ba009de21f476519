import Primitives
import Storage

extension ReviewQueueStore {
    static func load(_ id: String, _ reader: any SQLReader) throws -> ReviewQueue {
        let rows = try reader.query("SELECT * FROM review_queue WHERE queue_id = ?", [.text(id)])
        guard let queue = try queues(rows, reader).first else {
            throw PlatformError.mlflowMissing("Review queue with id '\(id)' not found.")
        }
        return queue
    }

    /// Queues with their users and questions: two queries for a hundred queues.
    static func queues(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [ReviewQueue] {
        let ids = try rows.map { SQLValue.text(try $0.text("queue_id")) }
        func lists(_ table: String, _ column: String) throws -> [String: [String]] {
            try EvaluationSQL.rows("SELECT queue_id, \(column) FROM \(table) WHERE ", "queue_id", ids, reader)
                .reduce(into: [:]) { lists, row in
                    lists[try row.text("queue_id"), default: []].append(try row.text(column))
                }
        }
        let users = try lists("review_queue_user", "user_id")
        let schemas = try lists("review_queue_schema", "schema_id")
        return try rows.map { row in
            let id = try row.text("queue_id")
            return try ReviewQueue(row: row, users: (users[id] ?? []).sorted(), schemas: (schemas[id] ?? []).sorted())
        }
    }

    /// The identifier of the queue with a name, without regard to case.
    static func find(_ name: String, _ experiment: Int64, _ reader: any SQLReader) throws -> String? {
        try reader.first(
            "SELECT queue_id FROM review_queue WHERE experiment_id = ? AND name_key = ?",
            [.integer(experiment), .text(name.lowercased())]
        )?.text("queue_id")
    }

    static func taken(_ name: String) -> PlatformError {
        PlatformError(
            .mlflowAlreadyExists,
            "Review queue with name '\(name)' already exists (names are case-insensitive)."
        )
    }

    static func insert(
        _ new: NewQueue,
        _ id: String,
        _ experiment: Int64,
        _ owner: String?,
        _ now: Timestamp,
        _ actor: String,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "INSERT INTO review_queue (queue_id, experiment_id, name, name_key, kind, created_by, created_time, "
                + "last_update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(id), .integer(experiment), .text(new.name), .text(new.name.lowercased()),
                .text(new.kind.rawValue),
                .optional(owner), .time(now), .time(now),
            ]
        )
        try set(users: new.users, of: id, in: transaction)
        try set(schemas: new.schemas, of: id, in: transaction)
        try record("created", id, actor, in: transaction)
    }

    static func set(users: [String], of id: String, in transaction: any SQLTransaction) throws {
        try transaction.execute("DELETE FROM review_queue_user WHERE queue_id = ?", [.text(id)])
        try EvaluationSQL.insert(
            "INSERT INTO review_queue_user (queue_id, user_id)",
            users.map { [.text(id), .text($0)] },
            in: transaction
        )
    }

    /// Replaces the questions of a queue without items: reviewers must not find others than they began with.
    static func change(schemas: [String], of queue: ReviewQueue, in transaction: any SQLTransaction) throws {
        let item = try transaction.first(
            "SELECT 1 AS found FROM review_queue_item WHERE queue_id = ? LIMIT 1",
            [.text(queue.id)]
        )
        if item != nil {
            throw PlatformError.mlflowInvalid(
                "A review queue's questions are locked once items are assigned to it. "
                    + "Remove the items before changing its questions."
            )
        }
        try require(schemas: schemas, queue.experimentID, transaction)
        try transaction.execute("DELETE FROM review_queue_schema WHERE queue_id = ?", [.text(queue.id)])
        try set(schemas: schemas, of: queue.id, in: transaction)
    }

    /// Checks that label schemas are the experiment's.
    static func require(schemas ids: [String], _ experiment: Int64, _ reader: any SQLReader) throws {
        let found = try EvaluationSQL.rows(
            "SELECT schema_id FROM label_schema WHERE experiment_id = ? AND ",
            "schema_id",
            ids.map(SQLValue.text),
            reader,
            leading: [.integer(experiment)]
        ).map { try $0.text("schema_id") }
        let missing = ids.filter { !found.contains($0) }
        if !missing.isEmpty {
            throw PlatformError.mlflowInvalid(
                "Label schema id(s) \(missing) not found for experiment '\(experiment)'."
            )
        }
    }

    static func record(_ what: String, _ id: String, _ actor: String, in transaction: any SQLTransaction) throws {
        try transaction.record(
            JournalEvent(kind: "evaluation.review-queue.\(what)", subject: "review-queue/\(id)", actor: actor)
        )
    }

    private static func set(schemas: [String], of id: String, in transaction: any SQLTransaction) throws {
        try EvaluationSQL.insert(
            "INSERT INTO review_queue_schema (queue_id, schema_id)",
            schemas.map { [.text(id), .text($0)] },
            in: transaction
        )
    }
}
