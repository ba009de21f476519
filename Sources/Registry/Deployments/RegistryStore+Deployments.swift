import Primitives
import Storage

extension RegistryStore {
    /// Records that an endpoint serves a version from now on.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func deployed(_ name: String, _ number: Int64, on endpoint: String, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            try Self.require(name, number, transaction)
            try transaction.execute(
                "INSERT INTO model_deployment (endpoint, model, version, since, deployed_by) VALUES (?, ?, ?, ?, ?) "
                    + "ON CONFLICT (endpoint) DO UPDATE SET model = excluded.model, version = excluded.version, "
                    + "since = excluded.since, deployed_by = excluded.deployed_by",
                [.text(endpoint), .text(name), .integer(number), .time(now), .text(actor)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "registry.version.deployed",
                    subject: "model/\(name)/\(number)",
                    actor: actor,
                    body: ["endpoint": .string(endpoint)]
                )
            )
        }
    }

    /// Records that an endpoint serves nothing any more.
    package func undeployed(endpoint: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute("DELETE FROM model_deployment WHERE endpoint = ?", [.text(endpoint)])
            if count == 0 { return }
            try transaction.record(
                JournalEvent(kind: "registry.version.undeployed", subject: "endpoint/\(endpoint)", actor: actor)
            )
        }
    }

    /// Where versions of a model run, by endpoint.
    package func deployments(of name: String) async throws -> [Deployment] {
        try await database.read { reader in
            try reader.query("SELECT * FROM model_deployment WHERE model = ? ORDER BY endpoint", [.text(name)])
                .map(Deployment.init(row:))
        }
    }
}
