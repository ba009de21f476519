import Primitives
import Storage

/// The tables of windows and of monitor states.
package struct WindowStore: Sendable {
    /// Minutes kept for an endpoint: a week.
    package static let retainedMinutes: Int64 = 7 * 24 * 60
    /// Runs of requests kept for a version.
    package static let retainedRuns: Int64 = 1_000

    private let database: any Database

    /// Reads and writes the windows of a database.
    package init(database: any Database) {
        self.database = database
    }

    /// The newest windows of an endpoint, oldest first, of all its versions.
    package func latest(endpoint: String, kind: MonitorWindow.Kind, limit: Int) async throws -> [MonitorWindow] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT content FROM monitor_window WHERE endpoint = ? AND kind = ?
                ORDER BY started_at DESC, ordinal DESC LIMIT ?
                """,
                [.text(endpoint), .text(kind.rawValue), .integer(Int64(limit))]
            ).map { try $0.json("content", as: MonitorWindow.self) }.reversed()
        }
    }

    /// Writes a window as it is now, and forgets those that the retention no longer keeps.
    func save(_ window: MonitorWindow, of key: MonitorKey, in transaction: any SQLTransaction) throws {
        let identity: [SQLValue] = [
            .text(key.endpoint), .text(key.model), .integer(Int64(key.version)), .text(window.kind.rawValue),
        ]
        try transaction.execute(
            """
            INSERT INTO monitor_window (endpoint, model, version, kind, ordinal, started_at, ended_at, requests, errors,
                content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (endpoint, model, version, kind, ordinal) DO UPDATE SET started_at = excluded.started_at,
                ended_at = excluded.ended_at, requests = excluded.requests, errors = excluded.errors,
                content = excluded.content
            """,
            identity + [
                .integer(window.ordinal), .time(window.startedAt), .time(window.endedAt),
                .integer(Int64(window.requests)), .integer(Int64(window.errors)), .json(window),
            ]
        )
        let kept = window.kind == .minute ? Self.retainedMinutes : Self.retainedRuns
        try transaction.execute(
            "DELETE FROM monitor_window WHERE endpoint = ? AND model = ? AND version = ? AND kind = ? AND ordinal <= ?",
            identity + [.integer(window.ordinal - kept)]
        )
    }

    /// Writes the state of an endpoint's monitor, in place of the one before.
    ///
    /// - Parameter covered: the sequence of the last prediction row that the state has seen.
    func save(_ monitor: EndpointMonitor, covered: Int64, at: Timestamp, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            """
            INSERT INTO monitor_state (endpoint, model, version, covered, updated_at, state)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (endpoint) DO UPDATE SET model = excluded.model, version = excluded.version,
                covered = excluded.covered, updated_at = excluded.updated_at, state = excluded.state
            """,
            [
                .text(monitor.key.endpoint), .text(monitor.key.model), .integer(Int64(monitor.key.version)),
                .integer(covered), .time(at), .json(monitor),
            ]
        )
    }

    /// Every stored state, with the last prediction row that it has seen; nil for a state of another release's layout.
    func states() async throws -> [(endpoint: String, monitor: EndpointMonitor?, covered: Int64)] {
        try await database.read { reader in
            try reader.query("SELECT endpoint, state, covered FROM monitor_state ORDER BY endpoint").map { row in
                let monitor = try? row.json("state", as: EndpointMonitor.self)
                return (try row.text("endpoint"), monitor, try row.integer("covered"))
            }
        }
    }
}
