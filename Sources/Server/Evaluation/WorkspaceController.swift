import HTTPTypes
import Hummingbird
import Primitives
import WireAPI

/// MLflow's calls about workspaces, answered as `mlflow server` answers them without `--enable-workspaces`: 503 and a text.
/// Clients take it as "this server has no workspaces".
package struct WorkspaceController: Sendable {
    /// Makes the controller.
    package init() {}

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        for verb in [HTTPVerb.get, .post] { add(verb, "workspaces", to: routes) }
        for verb in [HTTPVerb.get, .patch, .delete] { add(verb, "workspaces/{workspace_name}", to: routes) }
    }

    private func add(_ verb: HTTPVerb, _ path: String, to routes: RouteTable) {
        let permission: Permission = verb == .get ? .trackingRead : .trackingWrite
        routes.mlflow(verb, "mlflow/\(path)", permission, version: "3.0") { call in
            .text(
                "Endpoint: \(call.call.request.uri.path) disabled because the server is running without workspaces support.",
                status: .serviceUnavailable
            )
        }
    }
}
