import Primitives
import Storage

/// Looks at the PostgreSQL server, when one is named.
struct DatabaseCheck {
    let address: PostgresAddress?

    func run() async -> [DoctorFinding] {
        guard let address else { return [] }
        do {
            let settings = try await PostgresDatabase.existing(address).read { reader in
                let row = try reader.first(
                    """
                    SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
                        current_setting('max_connections')::bigint AS connections
                    """
                )
                return (
                    version: try row?.text("version") ?? "unknown", fsync: try row?.text("fsync") ?? "on",
                    connections: try row?.integer("connections") ?? 0
                )
            }
            let isDurable = settings.fsync == "on"
            return [
                DoctorFinding(
                    name: "database",
                    state: isDurable ? .fine : .warning,
                    detail: "\(address): PostgreSQL \(settings.version), \(settings.connections) connections"
                        + (isDurable ? "" : ", fsync is off"),
                    fix: isDurable ? "" : "Set fsync = on: a power failure may lose what was acknowledged."
                )
            ]
        } catch let error as PlatformError {
            return [DoctorFinding(name: "database", state: .missing, detail: error.message, fix: error.nextStep)]
        } catch {
            return [DoctorFinding(name: "database", state: .missing, detail: "\(error)", fix: "")]
        }
    }
}
