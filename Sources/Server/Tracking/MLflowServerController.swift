import Hummingbird
import Primitives
import WireAPI

/// What an MLflow client asks about the server itself.
package struct MLflowServerController: Sendable {
    /// The version of MLflow whose protocol is spoken.
    package static let protocolVersion = "3.17.2"

    /// Whether clients may move artifacts straight to and from a bucket.
    let hasBucket: Bool

    /// Makes the controller.
    package init(hasBucket: Bool) { self.hasBucket = hasBucket }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.get, "/health", permission: .open, errors: .mlflow) { _ in .text("OK") }
        routes.raw(.get, "/version", permission: .open, errors: .mlflow) { _ in .text(Self.protocolVersion) }
        routes.mlflow(.get, "mlflow/server-info", .open, version: "3.0") { _ in
            .mlflow { writer in
                writer.member("store_type", "SqlStore")
                writer.member("workspaces_enabled", false)
                writer.member("trace_archival_enabled", false)
                // Clients that read true here send large files in parts and fetch every file by an address of its own. With a
                // bucket that spares this server the bytes; without one it works too, for those who ask, but costs more.
                writer.member("multipart_uploads_enabled", hasBucket)
                writer.member("multipart_downloads_enabled", hasBucket)
                // The request's two members are understood; whether a place can be addressed, its answer says.
                writer.member("presigned_upload_run_id_supported", true)
                writer.member("presigned_upload_model_id_supported", true)
                writer.object("features_enabled") { $0.member("gateway", false) }
            }
        }
    }
}
