import HTTPTypes
import Hummingbird
import Primitives
import Tracking
import WireAPI

/// What MLflow's pages ask before they fill in a secret: the providers, what each wants to know, and how secrets are kept.
/// Also the old proxy to a deployments server, which this server does not have.
package struct GatewayFormController: Sendable {
    /// Makes the controller.
    package init() {}

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.evaluation(.get, "gateway/supported-providers", .endpointsRead) { _, _ in
            .mlflow { $0.array("providers", GatewayProvider.names) { $0.element($1) } }
        }
        routes.evaluation(.get, "gateway/provider-config", .endpointsRead) { _, members in
            guard let name = try members.words("provider") else {
                throw PlatformError.mlflowInvalid("Provider parameter is required")
            }
            return Self.reply(GatewayProvider.named(name))
        }
        routes.evaluation(.get, "gateway/secrets/config", .endpointsRead) { _, _ in
            // The key is random and the data folder's own: there is no standard passphrase to warn of.
            .mlflow { writer in
                writer.member("secrets_available", true)
                writer.member("using_default_passphrase", false)
            }
        }
        routes.mlflow(.get, "mlflow/gateway-proxy", .endpointsRead) { call in
            try await Self.proxy(RequestMembers(call)) { $0 == "api/2.0/endpoints" }
        }
        routes.mlflow(.post, "mlflow/gateway-proxy", .endpointsRead) { call in
            try await Self.proxy(RequestMembers(call)) { $0.wholeMatch(of: /gateway\/[^\/]+\/invocations/) != nil }
        }
        Self.addOtherVerbs(to: routes)
    }

    private static func addOtherVerbs(to routes: RouteTable) {
        for verb in [HTTPVerb.put, .patch, .delete] {
            routes.mlflow(verb, "mlflow/gateway-proxy", .endpointsRead) { _ in
                Response(status: .methodNotAllowed, headers: [.allow: "GET, POST"])
            }
        }
    }

    /// An empty gateway, as MLflow shows one when it has no deployments server.
    private static func proxy(_ members: RequestMembers, isKnown: (Substring) -> Bool) async throws -> Response {
        guard let path = try members.words("gateway_path") else {
            throw PlatformError.mlflowInvalid("Deployments proxy request must specify a gateway_path.")
        }
        guard isKnown(path.drop { $0 == "/" }) else {
            throw PlatformError.mlflowInvalid(
                "Invalid gateway_path: \(path.prefix(300)) for method: \(members.isQuery ? "GET" : "POST")"
            )
        }
        return .mlflow { $0.array("endpoints", [String]()) { $0.element($1) } }
    }

    private static func reply(_ provider: GatewayProvider) -> Response {
        .mlflow { writer in
            writer.array("auth_modes", provider.modes) { writer, mode in
                writer.object { writer in
                    writer.member("mode", mode.id)
                    writer.member("display_name", mode.name)
                    writer.member("description", mode.description)
                    writer.fields("secret_fields", mode.fields.filter(\.isSecret))
                    writer.fields("config_fields", mode.fields.filter { !$0.isSecret })
                }
            }
            writer.member("default_mode", provider.modes.first?.id)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fields(_ key: String, _ fields: [GatewayProvider.Field]) {
        array(key, fields) { writer, field in
            writer.object { writer in
                writer.member("name", field.name)
                writer.member("type", "string")
                writer.member("description", field.description)
                writer.member("required", field.isRequired)
                writer.member("default", field.standard)
            }
        }
    }
}
