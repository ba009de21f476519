import Primitives
import Storage

/// Keeps review queues, their users, questions and items.
package struct ReviewQueueStore: Sendable {
    /// The page size of a list that names none.
    package static let standardPage = 1000

    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Creates a queue. A user's queue is named after the user, who is its only reviewer, and takes no questions of its own.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func create(
        _ name: String,
        experiment: Int64,
        kind: ReviewQueue.Kind,
        users: [String],
        schemas: [String],
        owner: String?,
        actor: String
    ) async throws -> ReviewQueue {
        let new = try NewQueue(name, kind: kind, users: users, schemas: schemas)
        let id = "rq-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            try EvaluationSQL.requireVisible(experiment: experiment, transaction)
            try Self.require(schemas: new.schemas, experiment, transaction)
            if try Self.find(new.name, experiment, transaction) != nil { throw Self.taken(new.name) }
            try Self.insert(new, id, experiment, owner, now, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// The queue of a user, made when there is none.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`; `RESOURCE_ALREADY_EXISTS` when a queue of another kind
    ///   has the user's name.
    package func userQueue(_ user: String, experiment: Int64, actor: String) async throws -> ReviewQueue {
        let new = try NewQueue(user, kind: .user, users: [], schemas: [])
        let id = "rq-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            try EvaluationSQL.requireVisible(experiment: experiment, transaction)
            guard let found = try Self.find(new.name, experiment, transaction) else {
                try Self.insert(new, id, experiment, new.name, now, actor, in: transaction)
                return try Self.load(id, transaction)
            }
            let queue = try Self.load(found, transaction)
            guard queue.kind == .user else {
                throw PlatformError(
                    .mlflowAlreadyExists,
                    "A non-user queue named '\(new.name)' already exists; cannot get-or-create a user queue with that name."
                )
            }
            return queue
        }
    }

    /// A queue.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> ReviewQueue {
        try await database.read { try Self.load(id, $0) }
    }

    /// The queue with a name, without regard to case.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(named name: String, experiment: Int64) async throws -> ReviewQueue {
        try await database.read { reader in
            try EvaluationSQL.requireVisible(experiment: experiment, reader)
            guard let id = try Self.find(name, experiment, reader) else {
                throw PlatformError.mlflowMissing(
                    "Review queue with name '\(name)' not found for experiment '\(experiment)'."
                )
            }
            return try Self.load(id, reader)
        }
    }

    /// One page of an experiment's queues, newest first.
    ///
    /// - Parameters:
    ///   - user: only queues of this user.
    ///   - item: only queues with this item.
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func list(experiment: Int64, user: String?, item: String?, maximum: Int, token: String?) async throws
        -> Page<ReviewQueue>
    {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = PageOrder([
            SortTerm("created_time", ascending: false), SortTerm("queue_id"),
        ])
        var condition = SQLCondition("experiment_id = ?", [.integer(experiment)])
        if let user {
            condition.and(
                SQLCondition(
                    "queue_id IN (SELECT queue_id FROM review_queue_user WHERE user_id = ?)",
                    [.text(ReviewText.user(user))]
                )
            )
        }
        if let item {
            condition.and(
                SQLCondition("queue_id IN (SELECT queue_id FROM review_queue_item WHERE item_id = ?)", [.text(item)])
            )
        }
        condition.and(try pageOrder.condition(after: token))
        let sql = "SELECT * FROM review_queue WHERE \(condition.sql) ORDER BY \(pageOrder.sql) LIMIT ?"
        let arguments = condition.arguments + [.integer(Int64(maximum) + 1)]
        return try await database.read { reader in
            try EvaluationSQL.requireVisible(experiment: experiment, reader)
            let page = try pageOrder.page(reader.query(sql, arguments), maximum: maximum)
            return Page(elements: try Self.queues(page.elements, reader), nextToken: page.nextToken)
        }
    }

    /// Changes what is not nil of a custom queue; its questions stay as they are once it has items.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func update(
        _ id: String,
        name: String?,
        owner: String?,
        users: [String]?,
        schemas: [String]?,
        actor: String
    ) async throws -> ReviewQueue {
        let now = time.now()
        return try await database.write { transaction in
            let queue = try Self.load(id, transaction)
            guard queue.kind == .custom else {
                throw PlatformError.mlflowInvalid(
                    "A user queue's name, assigned user, schemas, and owner are fixed and cannot be updated."
                )
            }
            if name == nil, owner == nil, users == nil, schemas == nil { return queue }
            let owner = try owner.map { text in
                try ReviewText.check(text.stripped, "new_owner", ReviewText.nameLength)
                return text.stripped
            }
            let name = try name.map(ReviewText.queueName) ?? queue.name
            if let other = try Self.find(name, queue.experimentID, transaction), other != id { throw Self.taken(name) }
            if let users { try Self.set(users: ReviewText.users(users), of: id, in: transaction) }
            if let schemas { try Self.change(schemas: ReviewText.schemas(schemas), of: queue, in: transaction) }
            try transaction.execute(
                "UPDATE review_queue SET name = ?, name_key = ?, created_by = ?, last_update_time = ? WHERE queue_id = ?",
                [
                    .text(name), .text(name.lowercased()), .optional(owner ?? queue.createdBy), .time(now), .text(id),
                ]
            )
            try Self.record("changed", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// Deletes a queue with its items; one that is not there is no error. Answers that were given stay.
    package func delete(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute("DELETE FROM review_queue WHERE queue_id = ?", [.text(id)])
            if count > 0 { try Self.record("deleted", id, actor, in: transaction) }
        }
    }
}

/// A queue to be created, with its names in the form in which they are compared.
struct NewQueue: Sendable {
    let name: String
    let kind: ReviewQueue.Kind
    let users: [String]
    let schemas: [String]

    init(_ name: String, kind: ReviewQueue.Kind, users: [String], schemas: [String]) throws {
        self.kind = kind
        let users = try ReviewText.users(users)
        self.schemas = try ReviewText.schemas(schemas)
        guard kind == .user else {
            self.name = try ReviewText.queueName(name)
            self.users = users
            return
        }
        let user = ReviewText.user(name)
        try ReviewText.check(user, "name", ReviewText.nameLength)
        guard users.isEmpty || users == [user] else {
            throw PlatformError.mlflowInvalid(
                "A user queue must have exactly one assigned user equal to its name; "
                    + "got name='\(user)' and users=\(users)."
            )
        }
        guard self.schemas.isEmpty else {
            throw PlatformError.mlflowInvalid(
                "A user queue cannot have explicitly-attached schemas; it resolves to all of the experiment's label schemas."
            )
        }
        self.name = user
        self.users = [user]
    }
}
