import Primitives
import Storage

/// A list of traces that people review, with the questions they answer and who they are.
package struct ReviewQueue: Sendable, Hashable {
    /// Whose queue it is.
    package enum Kind: String, Sendable, CaseIterable {
        /// One user's own; named after the user.
        case user = "USER"
        /// A team's.
        case custom = "CUSTOM"
    }

    /// `rq-` and 32 hexadecimal digits.
    package let id: String
    /// The experiment.
    package let experimentID: Int64
    /// Its name, unique in the experiment without regard to case.
    package let name: String
    /// Whose it is.
    package let kind: Kind
    /// Who owns it; nil on a server without users.
    package let createdBy: String?
    /// When it was created.
    package let createdTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp
    /// Who reviews, in lower case.
    package let users: [String]
    /// The questions, by identifier; a user's queue has all of the experiment's.
    package let schemas: [String]

    init(row: SQLRow, users: [String], schemas: [String]) throws {
        id = try row.text("queue_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        kind = Kind(rawValue: try row.text("kind")) ?? .custom
        createdBy = try row.optionalText("created_by")
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
        self.users = users
        self.schemas = schemas
    }
}

/// A trace in a review queue.
package struct ReviewItem: Sendable, Hashable {
    /// Where its review stands.
    package enum Status: String, Sendable, CaseIterable {
        case pending = "PENDING"
        case complete = "COMPLETE"
        case declined = "DECLINED"
    }

    /// The queue.
    package let queueID: String
    /// The trace.
    package let itemID: String
    /// Where its review stands.
    package let status: Status
    /// Who completed or declined it.
    package let completedBy: String?
    /// When.
    package let completedTime: Timestamp?
    /// When it was added.
    package let createdTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp

    init(row: SQLRow) throws {
        queueID = try row.text("queue_id")
        itemID = try row.text("item_id")
        status = Status(rawValue: try row.text("status")) ?? .pending
        completedBy = try row.optionalText("completed_by")
        completedTime = try row.optionalTime("completed_time")
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
    }
}
