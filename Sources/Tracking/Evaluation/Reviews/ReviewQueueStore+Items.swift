import Primitives
import Storage

extension ReviewQueueStore {
    /// Adds traces of the queue's experiment; those in the queue already keep their status.
    ///
    /// - Returns: the items, in the order asked.
    /// - Throws: `INVALID_PARAMETER_VALUE`; `RESOURCE_DOES_NOT_EXIST` for the queue or a trace, and nothing is added.
    package func add(items: [String], to id: String, actor: String) async throws -> [ReviewItem] {
        let items = try ReviewText.items(items)
        let now = time.now()
        return try await database.write { transaction in
            let queue = try Self.load(id, transaction)
            try Self.require(traces: items, of: queue, transaction)
            try EvaluationSQL.insert(
                "INSERT INTO review_queue_item (queue_id, item_id, status, created_time, last_update_time)",
                items.map { [.text(id), .text($0), .text("PENDING"), .time(now), .time(now)] },
                tail: " ON CONFLICT DO NOTHING",
                in: transaction
            )
            try Self.record("items-added", id, actor, in: transaction)
            let rows = try EvaluationSQL.rows(
                "SELECT * FROM review_queue_item WHERE queue_id = ? AND ",
                "item_id",
                items.map(SQLValue.text),
                transaction,
                leading: [.text(id)]
            ).map(ReviewItem.init)
            let byID = Dictionary(rows.map { ($0.itemID, $0) }, uniquingKeysWith: { first, _ in first })
            return items.compactMap { byID[$0] }
        }
    }

    /// Removes items; those that are not there are no error.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST` for the queue.
    package func remove(items: [String], from id: String, actor: String) async throws {
        let items = try ReviewText.items(items)
        try await database.write { transaction in
            _ = try Self.load(id, transaction)
            for part in EvaluationSQL.chunks(items) {
                let list = SQLCondition("item_id", anyOf: part.map(SQLValue.text))
                try transaction.execute(
                    "DELETE FROM review_queue_item WHERE queue_id = ? AND \(list.sql)",
                    [.text(id)] + list.arguments
                )
            }
            try Self.record("items-removed", id, actor, in: transaction)
        }
    }

    /// One page of a queue's items, newest first.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func items(of id: String, status: ReviewItem.Status?, maximum: Int, token: String?) async throws
        -> Page<ReviewItem>
    {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = PageOrder([
            SortTerm("created_time", ascending: false), SortTerm("item_id"),
        ])
        var condition = SQLCondition("queue_id = ?", [.text(id)])
        if let status { condition.and(SQLCondition("status = ?", [.text(status.rawValue)])) }
        condition.and(try pageOrder.condition(after: token))
        let sql = "SELECT * FROM review_queue_item WHERE \(condition.sql) ORDER BY \(pageOrder.sql) LIMIT ?"
        let arguments = condition.arguments + [.integer(Int64(maximum) + 1)]
        let rows = try await database.read { reader in
            _ = try Self.load(id, reader)
            return try reader.query(sql, arguments)
        }
        let page = try pageOrder.page(rows, maximum: maximum)
        return Page(elements: try page.elements.map(ReviewItem.init), nextToken: page.nextToken)
    }

    /// Sets an item's status. Setting the one it has changes nothing, so that who completed it first stays.
    ///
    /// - Parameter user: who completed or declined it; nil when it is opened again.
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func set(status: ReviewItem.Status, of item: String, in id: String, by user: String?, actor: String)
        async throws -> ReviewItem
    {
        let user = user.map(ReviewText.user)
        if status == .pending, user != nil {
            throw PlatformError.mlflowInvalid(
                "`completed_by` must not be set when reopening an item to `pending`."
            )
        }
        if status != .pending {
            guard let user, !user.isEmpty else {
                throw PlatformError.mlflowInvalid(
                    "`completed_by` is required when setting status to `\(status.rawValue.lowercased())`."
                )
            }
            try ReviewText.check(user, "completed_by", ReviewText.nameLength)
        }
        let item = item.stripped
        let now = time.now()
        return try await database.write { transaction in
            _ = try Self.load(id, transaction)
            let known = try Self.item(item, of: id, transaction)
            if known.status == status { return known }
            try transaction.execute(
                "UPDATE review_queue_item SET status = ?, completed_by = ?, completed_time = ?, last_update_time = ? "
                    + "WHERE queue_id = ? AND item_id = ?",
                [
                    .text(status.rawValue), .optional(user), status == .pending ? .null : .time(now), .time(now),
                    .text(id), .text(item),
                ]
            )
            try Self.record("item-\(status.rawValue.lowercased())", id, actor, in: transaction)
            return try Self.item(item, of: id, transaction)
        }
    }

    private static func item(_ item: String, of id: String, _ reader: any SQLReader) throws -> ReviewItem {
        let row = try reader.first(
            "SELECT * FROM review_queue_item WHERE queue_id = ? AND item_id = ?",
            [.text(id), .text(item)]
        )
        guard let row else {
            throw PlatformError.mlflowMissing("Item '\(item)' is not attached to review queue '\(id)'.")
        }
        return try ReviewItem(row: row)
    }

    private static func require(traces ids: [String], of queue: ReviewQueue, _ reader: any SQLReader) throws {
        let found = try EvaluationSQL.rows(
            "SELECT trace_id FROM trace WHERE experiment_id = ? AND ",
            "trace_id",
            ids.map(SQLValue.text),
            reader,
            leading: [.integer(queue.experimentID)]
        ).map { try $0.text("trace_id") }
        let known = Set(found)
        let missing = ids.filter { !known.contains($0) }
        if !missing.isEmpty {
            throw PlatformError.mlflowMissing(
                "Cannot attach trace(s) \(missing.prefix(100)) to review queue '\(queue.id)': "
                    + "they do not exist in experiment '\(queue.experimentID)'."
            )
        }
    }
}
