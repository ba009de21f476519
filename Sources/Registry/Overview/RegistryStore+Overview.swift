import Primitives
import Storage

/// Models with what surrounds them, for lists and pages: read in one go, whatever their number.
package struct RegistryOverview: Sendable {
    /// By name.
    package let models: [RegisteredModel]
    /// Versions of those models, newest first.
    package let versions: [ModelVersion]
    /// Where versions run, by endpoint.
    package let deployments: [Deployment]
    /// What was attested, by model and version, oldest first.
    package let attestations: [String: [Int64: [Attestation]]]
}

extension RegistryStore {
    /// The most attestations of one overview; the newest count.
    private static let attestationsOfOverview: Int64 = 2000

    /// The first models by name, prompts left out, each with its newest version and those that have an alias.
    package func overview(maximum: Int) async throws -> RegistryOverview {
        try await database.read { reader in
            let rows = try reader.query(
                "SELECT * FROM registered_model AS m WHERE NOT EXISTS (SELECT 1 FROM registered_model_tag AS t "
                    + "WHERE t.model = m.name AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true') "
                    + "ORDER BY name LIMIT ?",
                [.integer(Int64(maximum))]
            )
            return try Self.overview(
                try Self.models(rows, reader),
                "(EXISTS (SELECT 1 FROM registered_model_alias AS a WHERE a.model = v.model AND a.version = v.version) "
                    + "OR v.version = (SELECT MAX(n.version) FROM model_version AS n "
                    + "WHERE n.model = v.model AND n.stage <> 'Deleted_Internal'))",
                limit: Int64(maximum) * 10,
                reader
            )
        }
    }

    /// One model with its newest versions.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func overview(of name: String, versions maximum: Int) async throws -> RegistryOverview {
        try await database.read { reader in
            try Self.overview([try Self.load(name, reader)], "1 = 1", limit: Int64(maximum), reader)
        }
    }

    private static func overview(
        _ models: [RegisteredModel],
        _ condition: String,
        limit: Int64,
        _ reader: any SQLReader
    ) throws -> RegistryOverview {
        let names = models.map { SQLValue.text($0.name) }
        guard !names.isEmpty else {
            return RegistryOverview(models: [], versions: [], deployments: [], attestations: [:])
        }
        let list = names.map { _ in "?" }.joined(separator: ", ")
        let versions = try reader.query(
            "SELECT v.* FROM model_version AS v WHERE v.model IN (\(list)) AND v.stage <> 'Deleted_Internal' "
                + "AND \(condition) ORDER BY v.model, v.version DESC LIMIT ?",
            names + [.integer(limit)]
        )
        let deployments = try reader.query(
            "SELECT * FROM model_deployment WHERE model IN (\(list)) ORDER BY endpoint",
            names
        )
        var attestations: [String: [Int64: [Attestation]]] = [:]
        for row in try reader.query(
            "SELECT * FROM model_attestation WHERE model IN (\(list)) ORDER BY made_at DESC, attestation_id DESC LIMIT ?",
            names + [.integer(attestationsOfOverview)]
        ).reversed() {
            attestations[try row.text("model"), default: [:]][try row.integer("version"), default: []]
                .append(try Attestation(row: row))
        }
        return RegistryOverview(
            models: models,
            versions: try Self.versions(versions, reader),
            deployments: try deployments.map(Deployment.init(row:)),
            attestations: attestations
        )
    }
}
