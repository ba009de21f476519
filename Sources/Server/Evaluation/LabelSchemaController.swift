import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about label schemas.
package struct LabelSchemaController: Sendable {
    private let schemas: LabelSchemaStore

    /// Makes the controller of a store.
    package init(schemas: LabelSchemaStore) {
        self.schemas = schemas
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.evaluation(.post, "label-schemas/create", .trackingWrite, create)
        routes.evaluation(.get, "label-schemas/get", .trackingRead) { _, members in
            Self.reply(try await schemas.get(members.required("schema_id")))
        }
        routes.evaluation(.get, "label-schemas/get-by-name", .trackingRead) { _, members in
            Self.reply(try await schemas.get(named: members.required("name"), experiment: members.experiment()))
        }
        routes.evaluation(.get, "label-schemas/list", .trackingRead) { _, members in
            let page = try await schemas.list(
                experiment: members.experiment(),
                maximum: members.pageSize(standard: 100),
                token: members.words("page_token")
            )
            return .mlflow(page, as: "label_schemas", lastToken: "") { $0.members(of: $1) }
        }
        routes.evaluation(.patch, "label-schemas/update", .trackingWrite) { call, members in
            Self.reply(
                try await schemas.update(
                    members.required("schema_id"),
                    name: members.text("name"),
                    instruction: members.text("instruction"),
                    enablesComment: members.flag("enable_comment"),
                    input: members.value("input").map(LabelInput.init),
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.delete, "label-schemas/delete", .trackingWrite) { call, members in
            try await schemas.delete(members.required("schema_id"), actor: call.actor)
            return .mlflowEmpty
        }
    }

    private func create(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let experiment = try members.experiment()
        let name = try members.required("name")
        guard let kind: LabelSchema.Kind = try members.choice("type") else {
            throw PlatformError.mlflowInvalid(
                "Label schema `type` must be one of FEEDBACK or EXPECTATION; got proto enum value \(members.written("type"))."
            )
        }
        return Self.reply(
            try await schemas.create(
                name,
                experiment: experiment,
                kind: kind,
                input: LabelInput(members.value("input") ?? .object([])),
                instruction: members.text("instruction"),
                enablesComment: members.flag("enable_comment") ?? false,
                actor: call.actor
            )
        )
    }

    private static func reply(_ schema: LabelSchema) -> Response {
        .mlflow { writer in writer.object("label_schema") { $0.members(of: schema) } }
    }
}

extension JSONWriter {
    /// The members of a label schema (`label_schemas.proto`).
    fileprivate mutating func members(of schema: LabelSchema) {
        member("schema_id", schema.id)
        member("experiment_id", String(schema.experimentID))
        member("name", schema.name)
        member("type", schema.kind.rawValue)
        member("instruction", schema.instruction)
        member("enable_comment", schema.enablesComment)
        object("input") { writer in
            for member in schema.input.document.members ?? [] { writer.member(member.key, document: member.value) }
        }
        member("created_at", schema.createdTime.milliseconds)
        member("last_updated_at", schema.lastUpdateTime.milliseconds)
        member("is_default", schema.isDefault)
    }

    /// A member of any kind.
    private mutating func member(_ name: String, document: OrderedJSON) {
        switch document {
        case .null: break
        case .bool(let value): member(name, value)
        case .number(let written):
            if let value = Int64(written) { member(name, value) } else { member(name, Double(written) ?? .nan) }
        case .string(let text): member(name, text)
        case .array(let elements): array(name, elements) { $0.element($1.stringValue ?? "") }
        case .object(let members):
            object(name) { writer in
                for member in members { writer.member(member.key, document: member.value) }
            }
        }
    }
}
