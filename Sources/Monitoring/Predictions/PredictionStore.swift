import Primitives
import Storage

/// The table of predictions: what `aku trace` begins with. Only the newest `retained` rows are kept.
package struct PredictionStore: Sendable {
    /// The rows kept by default.
    package static let standardRetention = 200_000

    private let database: any Database
    private let retained: Int

    /// Reads and writes the predictions of a database.
    package init(database: any Database, retained: Int = Self.standardRetention) {
        self.database = database
        self.retained = retained
    }

    /// A prediction by its id.
    ///
    /// - Throws: `prediction_not_found`, also when the row was older than the retention keeps.
    package func prediction(_ id: String) async throws -> PredictionRecord {
        let row = try await database.read { try $0.first("SELECT * FROM prediction WHERE id = ?", [.text(id)]) }
        guard let row else {
            throw PlatformError(
                .predictionNotFound,
                "No prediction has the id '\(id.prefix(80))'.",
                nextStep: "Ids are kept for the newest \(retained) predictions; a new one is stored within a second.",
                context: ["prediction": String(id.prefix(80))]
            )
        }
        return try PredictionRecord(row)
    }

    /// Stores a batch inside a transaction, and forgets what the retention no longer keeps. A prediction whose id is
    /// stored already is left as it is.
    ///
    /// - Returns: the sequence number of the last row.
    func append(_ records: [PredictionRecord], in transaction: any SQLTransaction) throws -> Int64 {
        var last = try lastSequence(in: transaction)
        for record in records {
            let stored = try transaction.execute(Self.insert, record.arguments(sequence: last + 1))
            last += Int64(stored)
        }
        try transaction.execute("DELETE FROM prediction WHERE sequence <= ?", [.integer(last - Int64(retained))])
        return last
    }

    /// The newest row's sequence number; 0 when there is none.
    func lastSequence(in reader: any SQLReader) throws -> Int64 {
        try reader.first("SELECT COALESCE(MAX(sequence), 0) AS last FROM prediction")?.integer("last") ?? 0
    }

    /// Rows after a sequence number, oldest first.
    func rows(after sequence: Int64, limit: Int) async throws -> [(sequence: Int64, record: PredictionRecord)] {
        try await database.read { reader in
            try reader.query(
                "SELECT * FROM prediction WHERE sequence > ? ORDER BY sequence LIMIT ?",
                [.integer(sequence), .integer(Int64(limit))]
            ).map { (try $0.integer("sequence"), try PredictionRecord($0)) }
        }
    }

    private static let insert = """
        INSERT INTO prediction (sequence, id, at, endpoint, model, version, variant, label, score, second_score,
            token_count, unknown_share, character_count, latency_us, error_code, arm)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """
}

extension PredictionRecord {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row.text("id"),
            at: try row.time("at"),
            endpoint: try row.text("endpoint"),
            model: try row.text("model"),
            version: Int(try row.integer("version")),
            variant: try row.text("variant"),
            label: try row.text("label"),
            score: try row.real("score"),
            secondScore: try row.real("second_score"),
            tokenCount: Int(try row.integer("token_count")),
            unknownShare: try row.real("unknown_share"),
            characterCount: Int(try row.integer("character_count")),
            latencyMicroseconds: Int(try row.integer("latency_us")),
            errorCode: try row.optionalText("error_code"),
            arm: try row.optionalText("arm")
        )
    }

    /// NaN cannot be stored in a NOT NULL column; it becomes 0.
    fileprivate func arguments(sequence: Int64) -> [SQLValue] {
        func finite(_ value: Double) -> SQLValue { .real(value.isFinite ? value : 0) }
        return [
            .integer(sequence), .text(id), .time(at), .text(endpoint), .text(model), .integer(Int64(version)),
            .text(variant), .text(label), finite(score), finite(secondScore), .integer(Int64(tokenCount)),
            finite(unknownShare), .integer(Int64(characterCount)), .integer(Int64(latencyMicroseconds)),
            .optional(errorCode), .optional(arm),
        ]
    }
}

extension ErrorCode {
    /// No stored prediction has that id.
    package static let predictionNotFound = ErrorCode("prediction_not_found", .notFound)
}
