import Primitives
import Storage

/// Who made a record of the gateway and who changed it last.
package struct GatewayAudit: Sendable, Hashable {
    /// Who made it, as the client says.
    package let createdBy: String?
    /// When.
    package let createdAt: Timestamp
    /// Who changed it last.
    package let lastUpdatedBy: String?
    /// When.
    package let lastUpdatedAt: Timestamp

    init(row: SQLRow) throws {
        createdBy = try row.optionalText("created_by")
        createdAt = try row.time("created_at")
        lastUpdatedBy = try row.optionalText("last_updated_by")
        lastUpdatedAt = try row.time("last_updated_at")
    }

    /// The four values of a new record.
    static func values(_ user: String?, _ now: Timestamp) -> [SQLValue] {
        [.optional(user), .time(now), .optional(user), .time(now)]
    }

    /// The four columns, in the order of `values`.
    static let columns = "created_by, created_at, last_updated_by, last_updated_at"
}
