import Primitives
import Storage

/// Endpoints in the database.
package struct EndpointStore: Sendable {
    private let database: any Database

    /// Wraps the database.
    package init(database: any Database) {
        self.database = database
    }

    /// Every endpoint, by name.
    package func all() async throws -> [EndpointRecord] {
        try await database.read { reader in
            try reader.query("SELECT * FROM endpoint ORDER BY name").map(EndpointRecord.init(row:))
        }
    }

    /// Forgets an endpoint, its policy and what belongs to it, with the event that says so.
    package func remove(_ name: String, event: JournalEvent) async throws {
        try await database.write { transaction in
            try transaction.execute("DELETE FROM endpoint WHERE name = ?", [.text(name)])
            try transaction.record(event)
        }
    }

    /// Keeps what an endpoint serves from now on, with the event that says so.
    package func save(_ record: EndpointRecord, event: JournalEvent) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO endpoint (name, reference, wanted_variant, model, version, variant, package_digest, created_at,
                    since, deployed_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET reference = excluded.reference, wanted_variant = excluded.wanted_variant,
                    model = excluded.model, version = excluded.version, variant = excluded.variant,
                    package_digest = excluded.package_digest, since = excluded.since, deployed_by = excluded.deployed_by
                """,
                [
                    .text(record.name), .text(record.reference.description), .optional(record.wantedVariant),
                    .text(record.model), .integer(Int64(record.version)), .text(record.variant),
                    .digest(record.package),
                    .time(record.createdAt), .time(record.since), .text(record.deployedBy),
                ]
            )
            try transaction.record(event)
        }
    }
}

extension EndpointRecord {
    fileprivate init(row: SQLRow) throws {
        self.init(
            name: try row.text("name"),
            reference: try ModelReference(row.text("reference")),
            wantedVariant: try row.optionalText("wanted_variant"),
            model: try row.text("model"),
            version: Int(try row.integer("version")),
            variant: try row.text("variant"),
            package: try row.digest("package_digest"),
            createdAt: try row.time("created_at"),
            since: try row.time("since"),
            deployedBy: try row.text("deployed_by")
        )
    }
}
