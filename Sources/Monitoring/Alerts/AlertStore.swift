import Primitives
import Storage

/// The table of drift alerts. Each is raised and resolved in one transaction with its journal event.
package struct AlertStore: Sendable {
    /// The most alerts that one call returns.
    package static let maximumPage = 1_000

    private let database: any Database

    /// Reads and writes the alerts of a database.
    package init(database: any Database) {
        self.database = database
    }

    /// The newest alerts, newest first.
    ///
    /// - Parameters:
    ///   - endpoint: only this endpoint's.
    ///   - openOnly: only those not resolved.
    package func latest(limit: Int, endpoint: String? = nil, openOnly: Bool = false) async throws -> [DriftAlert] {
        var conditions = ["at >= 0"], arguments: [SQLValue] = []
        if let endpoint {
            conditions.append("endpoint = ?")
            arguments.append(.text(endpoint))
        }
        if openOnly { conditions.append("resolved_at IS NULL") }
        arguments.append(.integer(Int64(max(0, min(limit, Self.maximumPage)))))
        let bound = arguments
        let sql = """
            SELECT * FROM drift_alert WHERE \(conditions.joined(separator: " AND ")) ORDER BY at DESC, id DESC LIMIT ?
            """
        return try await database.read { try $0.query(sql, bound).map(DriftAlert.init) }
    }

    /// Alerts ever raised, and those open, by endpoint: for the metrics.
    package func counts() async throws -> [(endpoint: String, raised: Int, open: Int)] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT endpoint, COUNT(*) AS raised, SUM(CASE WHEN resolved_at IS NULL THEN 1 ELSE 0 END) AS open
                FROM drift_alert GROUP BY endpoint ORDER BY endpoint
                """
            ).map { (try $0.text("endpoint"), Int(try $0.integer("raised")), Int(try $0.integer("open"))) }
        }
    }

    /// Records an alert and `drift.detected`, unless one is open for the version: no flood.
    ///
    /// - Returns: whether it was recorded.
    @discardableResult
    func raise(_ alert: DriftAlert, in transaction: any SQLTransaction) throws -> Bool {
        let open = try transaction.first(
            "SELECT id FROM drift_alert WHERE endpoint = ? AND model = ? AND version = ? AND resolved_at IS NULL",
            [.text(alert.key.endpoint), .text(alert.key.model), .integer(Int64(alert.key.version))]
        )
        guard open == nil else { return false }
        let sequence = try transaction.record(
            JournalEvent(kind: "drift.detected", subject: alert.key.subject, actor: "system", body: alert.eventBody)
        )
        try transaction.execute(
            """
            INSERT INTO drift_alert (id, endpoint, model, version, at, requests, evidence, threshold, "leading",
                journal_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(alert.id), .text(alert.key.endpoint), .text(alert.key.model), .integer(Int64(alert.key.version)),
                .time(alert.at), .integer(Int64(alert.requests)), .real(alert.evidence), .real(alert.threshold),
                .json(alert.leading), .integer(sequence),
            ]
        )
        return true
    }

    /// Resolves the open alerts of an endpoint whose version is not `current`, with `drift.resolved` for each.
    func resolve(replacedBy current: MonitorKey, at: Timestamp, in transaction: any SQLTransaction) throws {
        let open = try transaction.query(
            """
            SELECT * FROM drift_alert WHERE endpoint = ? AND resolved_at IS NULL AND NOT (model = ? AND version = ?)
            """,
            [.text(current.endpoint), .text(current.model), .integer(Int64(current.version))]
        ).map(DriftAlert.init)
        for alert in open {
            let resolution = "replaced by \(current.model) version \(current.version)"
            try transaction.execute(
                "UPDATE drift_alert SET resolved_at = ?, resolution = ? WHERE id = ?",
                [.time(at), .text(resolution), .text(alert.id)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "drift.resolved",
                    subject: current.subject,
                    actor: "system",
                    body: .object([
                        "alert": .string(alert.id),
                        "endpoint": .string(current.endpoint),
                        "model": .string(alert.key.model),
                        "version": .integer(Int64(alert.key.version)),
                        "resolution": .string(resolution),
                    ])
                )
            )
        }
    }
}
