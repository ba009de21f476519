import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about the gateway's secrets and models. Only masked values leave the server.
package struct GatewaySecretController: Sendable {
    private let gateway: GatewayStore

    /// Makes the controller of a store.
    package init(gateway: GatewayStore) {
        self.gateway = gateway
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "gateway/secrets"
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy) { call, members in
            let name = try members.required("secret_name")
            guard let values = members.value("secret_value") else { throw MLflowName.missing("secret_value") }
            return Self.reply(
                try await gateway.createSecret(
                    name,
                    values: SecretValues(values),
                    provider: members.words("provider"),
                    configuration: members.value("auth_config").map(SecretConfiguration.init),
                    user: members.words("created_by"),
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.get, "\(base)/get", .endpointsRead) { _, members in
            Self.reply(try await gateway.secret(id: members.words("secret_id"), name: members.words("secret_name")))
        }
        routes.evaluation(.post, "\(base)/update", .endpointsDeploy) { call, members in
            let values = members.value("secret_value").flatMap { $0.members?.isEmpty == true ? nil : $0 }
            let configuration = members.value("auth_config").flatMap { $0.members?.isEmpty == true ? nil : $0 }
            return Self.reply(
                try await gateway.updateSecret(
                    members.required("secret_id"),
                    values: values.map(SecretValues.init),
                    configuration: configuration.map(SecretConfiguration.init),
                    user: members.words("updated_by"),
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            try await gateway.deleteSecret(members.required("secret_id"), actor: call.actor)
            return .mlflowEmpty
        }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let secrets = try await gateway.secrets(provider: members.words("provider"))
            return .mlflow { $0.list("secrets", secrets) { $0.members(of: $1) } }
        }
        addModelRoutes(to: routes)
    }

    private func addModelRoutes(to routes: RouteTable) {
        let base = "gateway/model-definitions"
        routes.evaluation(.post, "\(base)/create", .endpointsDeploy) { call, members in
            Self.reply(
                try await gateway.createModel(
                    members.required("name"),
                    secret: members.required("secret_id"),
                    provider: members.required("provider"),
                    modelName: members.required("model_name"),
                    user: members.words("created_by"),
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.get, "\(base)/get", .endpointsRead) { _, members in
            Self.reply(try await gateway.model(id: members.words("model_definition_id"), name: members.words("name")))
        }
        routes.evaluation(.get, "\(base)/list", .endpointsRead) { _, members in
            let models = try await gateway.models(
                provider: members.words("provider"),
                secret: members.words("secret_id")
            )
            return .mlflow { $0.list("model_definitions", models) { $0.members(of: $1) } }
        }
        routes.evaluation(.post, "\(base)/update", .endpointsDeploy) { call, members in
            Self.reply(
                try await gateway.updateModel(
                    members.required("model_definition_id"),
                    name: members.words("name"),
                    secret: members.words("secret_id"),
                    provider: members.words("provider"),
                    modelName: members.words("model_name"),
                    user: members.words("updated_by"),
                    actor: call.actor
                )
            )
        }
        routes.evaluation(.delete, "\(base)/delete", .endpointsDeploy) { call, members in
            try await gateway.deleteModel(members.required("model_definition_id"), actor: call.actor)
            return .mlflowEmpty
        }
    }

    private static func reply(_ secret: GatewaySecret) -> Response {
        .mlflow { writer in writer.object("secret") { $0.members(of: secret) } }
    }

    private static func reply(_ model: GatewayModel) -> Response {
        .mlflow { writer in writer.object("model_definition") { $0.members(of: model) } }
    }
}
