import Hummingbird
import Primitives
import WireAPI

/// What an MLflow client asks about the server itself.
package struct MLflowServerController: Sendable {
    /// The version of MLflow whose protocol is spoken.
    package static let protocolVersion = "3.17.2"

    /// Makes the controller.
    package init() {}

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.get, "/health", permission: .open, errors: .mlflow) { _ in .text("OK") }
        routes.raw(.get, "/version", permission: .open, errors: .mlflow) { _ in .text(Self.protocolVersion) }
        routes.mlflow(.get, "mlflow/server-info", .open, version: "3.0") { _ in
            .mlflow { writer in
                writer.member("store_type", "SqlStore")
                writer.member("workspaces_enabled", false)
                writer.member("trace_archival_enabled", false)
                writer.member("multipart_uploads_enabled", false)
                writer.member("multipart_downloads_enabled", false)
                writer.member("presigned_upload_run_id_supported", false)
                writer.member("presigned_upload_model_id_supported", false)
                writer.object("features_enabled") { $0.member("gateway", false) }
            }
        }
    }
}
