import Foundation
import Primitives
import Storage

/// The right of one engine to act for its database. Taking over makes the number of takings grow, in a transaction; each
/// step of an engine reads the number in its own transaction and is refused when another engine has taken over since.
/// So an engine that was stopped, or cut off from the database, while another took its place changes nothing afterwards,
/// whatever it still believes.
///
/// The row also holds the number of the last step: a step whose commit was not answered is looked up there.
struct EngineFence: Sendable {
    /// The taking that this right comes from.
    let epoch: Int64
    /// False in the test which shows that the fence is needed.
    let isChecked: Bool

    /// Takes over.
    static func take(_ database: any Database, isChecked: Bool) async throws -> EngineFence {
        let epoch = try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO pipeline_engine (id, epoch, step) VALUES (1, 1, 0)
                ON CONFLICT (id) DO UPDATE SET epoch = pipeline_engine.epoch + 1, step = 0
                """
            )
            return try transaction.first("SELECT epoch FROM pipeline_engine WHERE id = 1")?.integer("epoch") ?? 0
        }
        return EngineFence(epoch: epoch, isChecked: isChecked)
    }

    /// Makes a step part of a transaction.
    ///
    /// - Throws: `engine_superseded`.
    func hold(_ step: Int64, in transaction: any SQLTransaction) throws {
        let changed = try transaction.execute(
            "UPDATE pipeline_engine SET step = ? WHERE id = 1 AND epoch = ?",
            [.integer(step), .integer(epoch)]
        )
        guard changed == 1 || !isChecked else {
            throw PlatformError(
                .engineSuperseded,
                "Another server has taken over the pipelines of this database.",
                nextStep: "Start this server again: it will wait until the other one ends."
            )
        }
    }

    /// Whether a step is durable: it was this engine's last one that is.
    func holds(_ step: Int64, in transaction: any SQLTransaction) throws -> Bool {
        try transaction.first(
            "SELECT step FROM pipeline_engine WHERE id = 1 AND epoch = ? AND step = ?",
            [.integer(epoch), .integer(step)]
        ) != nil
    }
}
