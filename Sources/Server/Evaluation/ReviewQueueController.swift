import Hummingbird
import Primitives
import Security
import Tracking
import WireAPI

/// MLflow's calls about review queues.
package struct ReviewQueueController: Sendable {
    private let queues: ReviewQueueStore

    /// Makes the controller of a store.
    package init(queues: ReviewQueueStore) {
        self.queues = queues
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.evaluation(.post, "review-queues/create", .trackingWrite, create)
        routes.evaluation(.post, "review-queues/get-or-create-user", .trackingWrite) { call, members in
            let experiment = try members.experiment()
            return Self.reply(
                try await queues.userQueue(members.required("user"), experiment: experiment, actor: call.actor)
            )
        }
        routes.evaluation(.get, "review-queues/get", .trackingRead) { _, members in
            Self.reply(try await queues.get(members.required("queue_id")))
        }
        routes.evaluation(.get, "review-queues/get-by-name", .trackingRead) { _, members in
            Self.reply(try await queues.get(named: members.required("name"), experiment: members.experiment()))
        }
        routes.evaluation(.get, "review-queues/list", .trackingRead, list)
        routes.evaluation(.post, "review-queues/update", .trackingWrite) { call, members in
            Self.reply(
                try await queues.update(
                    members.required("queue_id"),
                    name: members.text("name"),
                    owner: members.text("new_owner"),
                    users: members.flag("update_users") == true ? members.texts("users") : nil,
                    schemas: members.flag("update_schema_ids") == true ? members.texts("schema_ids") : nil,
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.post, "review-queues/delete", .trackingWrite) { call, members in
            try await queues.delete(members.required("queue_id"), actor: call.actor)
            return .mlflowEmpty
        }
        addItemRoutes(to: routes)
    }

    private func addItemRoutes(to routes: RouteTable) {
        let base = "review-queues/items"
        routes.evaluation(.post, "\(base)/add", .trackingWrite) { call, members in
            let id = try members.required("queue_id")
            let items = try await queues.add(items: members.texts("item_ids"), to: id, actor: call.actor)
            return .mlflow { writer in
                writer.array("items", items) { writer, one in writer.object { $0.members(of: one) } }
            }
        }
        routes.evaluation(.post, "\(base)/remove", .trackingWrite) { call, members in
            let id = try members.required("queue_id")
            try await queues.remove(items: members.texts("item_ids"), from: id, actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/list", .trackingRead) { _, members in
            let page = try await queues.items(
                of: members.required("queue_id"),
                status: members.choice("status"),
                maximum: members.pageSize(standard: ReviewQueueStore.standardPage),
                token: members.words("page_token")
            )
            return .mlflow(page, as: "items", lastToken: "") { $0.members(of: $1) }
        }
        routes.evaluation(.post, "\(base)/set-status", .trackingWrite, setStatus)
    }

    private func create(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let experiment = try members.experiment()
        let name = try members.required("name")
        guard let kind: ReviewQueue.Kind = try members.choice("queue_type") else {
            throw PlatformError.mlflowInvalid(
                "`queue_type` must be one of USER or CUSTOM; got proto enum value \(members.written("queue_type"))."
            )
        }
        return Self.reply(
            try await queues.create(
                name,
                experiment: experiment,
                kind: kind,
                users: members.texts("users"),
                schemas: members.texts("schema_ids"),
                owner: Self.user(call),
                actor: call.actor
            )
        )
    }

    private func list(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let page = try await queues.list(
            experiment: members.experiment(),
            user: members.text("user"),
            item: members.text("item_id"),
            maximum: members.pageSize(standard: ReviewQueueStore.standardPage),
            token: members.words("page_token")
        )
        return .mlflow(page, as: "review_queues", lastToken: "") { $0.members(of: $1) }
    }

    private func setStatus(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let id = try members.required("queue_id")
        let item = try members.required("item_id")
        guard let status: ReviewItem.Status = try members.choice("status") else {
            throw PlatformError.mlflowInvalid(
                "`status` must be one of PENDING, COMPLETE, or DECLINED; got proto enum value \(members.written("status"))."
            )
        }
        let claimed = try members.text("completed_by")
        let user = Self.user(call).map { status == .pending ? nil : $0 } ?? claimed
        let changed = try await queues.set(status: status, of: item, in: id, by: user, actor: call.actor)
        return .mlflow { writer in writer.object("item") { $0.members(of: changed) } }
    }

    /// The caller, where callers are known by name: ownership and completion are then theirs, not what they claim.
    private static func user(_ call: MLflowCall) -> String? {
        call.call.principal == .developer ? nil : call.actor
    }

    private static func reply(_ queue: ReviewQueue) -> Response {
        .mlflow { writer in writer.object("review_queue") { $0.members(of: queue) } }
    }
}

extension JSONWriter {
    /// The members of a review queue (`review_queues.proto`).
    fileprivate mutating func members(of queue: ReviewQueue) {
        member("queue_id", queue.id)
        member("experiment_id", String(queue.experimentID))
        member("name", queue.name)
        member("queue_type", queue.kind.rawValue)
        member("created_by", queue.createdBy)
        member("creation_time_ms", queue.createdTime.milliseconds)
        member("last_update_time_ms", queue.lastUpdateTime.milliseconds)
        if !queue.users.isEmpty { array("users", queue.users) { $0.element($1) } }
        if !queue.schemas.isEmpty { array("schema_ids", queue.schemas) { $0.element($1) } }
    }

    fileprivate mutating func members(of item: ReviewItem) {
        member("queue_id", item.queueID)
        member("item_type", "TRACE")
        member("item_id", item.itemID)
        member("status", item.status.rawValue)
        member("completed_by", item.completedBy)
        member("completed_time_ms", item.completedTime?.milliseconds)
        member("creation_time_ms", item.createdTime.milliseconds)
        member("last_update_time_ms", item.lastUpdateTime.milliseconds)
    }
}
