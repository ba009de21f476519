import Primitives
import Storage

extension ScorerStore {
    /// The online configurations of some scorers; those without one are left out.
    package func onlineConfigs(of ids: [String]) async throws -> [OnlineScoringConfig] {
        try await database.read { reader in
            try EvaluationSQL.rows(
                "SELECT * FROM online_scoring_config WHERE ",
                "scorer_id",
                ids.unique.map(SQLValue.text),
                reader
            ).map(OnlineScoringConfig.init)
        }
    }

    /// Says on what share of new traces a scorer is to run; replaces what was said before.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a share outside 0…1, a filter that cannot be read, and a scorer that could
    ///   not run by itself; `RESOURCE_DOES_NOT_EXIST`.
    package func setOnline(
        _ name: String,
        experiment: Int64,
        sampleRate: Double,
        filter: String?,
        actor: String
    ) async throws -> OnlineScoringConfig {
        guard sampleRate >= 0, sampleRate <= 1 else {
            throw PlatformError.mlflowInvalid("sample_rate must be between 0.0 and 1.0, got \(sampleRate)")
        }
        _ = try SearchFilter.parse(filter)
        let configID = identifiers()
        return try await database.write { transaction in
            try EvaluationSQL.requireActive(experiment: experiment, transaction)
            guard let id = try Self.id(of: name, experiment, transaction) else {
                throw Self.missing(name, nil, experiment)
            }
            if sampleRate > 0 { try Self.checkOnline(name, id, transaction) }
            try transaction.execute(
                "INSERT INTO online_scoring_config (scorer_id, config_id, experiment_id, sample_rate, filter_string) "
                    + "VALUES (?, ?, ?, ?, ?) ON CONFLICT (scorer_id) DO UPDATE SET config_id = excluded.config_id, "
                    + "sample_rate = excluded.sample_rate, filter_string = excluded.filter_string",
                [.text(id), .text(configID), .integer(experiment), .real(sampleRate), .optional(filter)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "evaluation.scorer.configured",
                    subject: "scorer/\(id)",
                    actor: actor,
                    body: ["sample_rate": .number(sampleRate)]
                )
            )
            guard
                let row = try transaction.first("SELECT * FROM online_scoring_config WHERE scorer_id = ?", [.text(id)])
            else { throw Self.missing(name, nil, experiment) }
            return try OnlineScoringConfig(row: row)
        }
    }

    private static func checkOnline(_ name: String, _ id: String, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT serialized FROM scorer_version WHERE scorer_id = ? ORDER BY version DESC LIMIT 1",
            [.text(id)]
        )
        guard let scorer = try row.map({ try SerializedScorer($0.text("serialized")) }) else { return }
        guard try scorer.endpoint() != nil else {
            throw PlatformError.mlflowInvalid(
                "Scorer '\(name)' does not use a gateway model. "
                    + "Automatic evaluation is only supported for scorers that use gateway models."
            )
        }
        if scorer.needsExpectations {
            throw PlatformError.mlflowInvalid(
                "Scorer '\(name)' requires expectations, but scorers with expectations are not currently supported "
                    + "for automatic evaluation."
            )
        }
    }
}
