import Primitives
import Storage

/// Where a version runs now.
package struct Deployment: Sendable, Hashable, Codable {
    /// The endpoint.
    package let endpoint: String
    /// The model.
    package let model: String
    /// The version.
    package let version: Int64
    /// Since when.
    package let since: Timestamp
    /// Who deployed it.
    package let by: String

    init(row: SQLRow) throws {
        endpoint = try row.text("endpoint")
        model = try row.text("model")
        version = try row.integer("version")
        since = try row.time("since")
        by = try row.text("deployed_by")
    }
}
