import Primitives
import Storage

/// Backfills: their making, their end, and the runs that they start.
package struct BackfillStore: Sendable {
    let engine: PipelineEngine
    private var database: any Database { engine.database }

    /// Over an engine's database.
    package init(engine: PipelineEngine) { self.engine = engine }

    /// Accepts a backfill; the leading server starts its runs.
    ///
    /// - Parameters:
    ///   - parameters: values that stand before those of the schedule.
    ///   - parallel: the most runs at one time, from 1 to 64.
    /// - Throws: `backfill_empty` when every time has its run; what `definition.resolve` throws.
    package func create(
        _ plan: BackfillPlan,
        parameters: [String: JSONValue] = [:],
        parallel: Int = 1,
        actor: String
    ) async throws -> Backfill {
        guard let first = plan.times.first, let last = plan.times.last else {
            throw PlatformError(
                .backfillEmpty,
                "Every time of the span has a run already.",
                nextStep: "Run them again with --again failed or --again all."
            )
        }
        guard (1...64).contains(parallel) else {
            throw PlatformError(.invalidArgument, "'parallel' is \(parallel); it must be from 1 to 64.")
        }
        let definition = try await engine.store.version(of: plan.pipeline, plan.version).definition()
        let schedule = try definition.schedule(plan.schedule)
        _ = try definition.resolve(parameters: schedule.parameters(at: first).merging(parameters) { $1 })
        let id = engine.ids(), now = engine.clock.now()
        return try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO pipeline_backfill (id, pipeline, version, schedule, parameters, parallel, state, actor, created_at)
                VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?)
                """,
                [
                    .text(id), .text(plan.pipeline), .integer(Int64(plan.version)), .text(plan.schedule),
                    try .json(parameters), .integer(Int64(parallel)), .text(actor), .time(now),
                ]
            )
            for time in plan.times {
                try transaction.execute(
                    "INSERT INTO pipeline_backfill_run (backfill_id, logical_time) VALUES (?, ?)",
                    [.text(id), .time(time)]
                )
            }
            try Self.record(
                "created",
                id,
                actor,
                [
                    "pipeline": .string(plan.pipeline), "schedule": .string(plan.schedule),
                    "times": .integer(Int64(plan.times.count)), "from": .string(first.description),
                    "through": .string(last.description),
                ],
                in: transaction
            )
            return try Self.find(id, in: transaction)
        }
    }

    /// Backfills, newest first, at most so many.
    package func list(pipeline: String? = nil, limit: Int = 50) async throws -> [Backfill] {
        try await database.read { reader in
            try reader.query(
                "SELECT * FROM pipeline_backfill WHERE (? IS NULL OR pipeline = ?) ORDER BY id DESC LIMIT ?",
                [.optional(pipeline), .optional(pipeline), .integer(Int64(limit))]
            ).map(Backfill.init)
        }
    }

    /// A backfill with its times, oldest first.
    ///
    /// - Throws: `backfill_not_found`.
    package func detail(_ id: String) async throws -> (backfill: Backfill, times: [BackfillTime]) {
        try await database.read { reader in (try Self.find(id, in: reader), try Self.times(id, in: reader)) }
    }

    /// Ends a backfill: no run of it begins any more, and those under way are cancelled.
    ///
    /// - Throws: `backfill_not_found`, `backfill_wrong_state`.
    package func cancel(_ id: String, actor: String) async throws {
        let now = engine.clock.now()
        let runs = try await database.write { transaction -> [String] in
            let backfill = try Self.find(id, in: transaction)
            if backfill.state != .running, backfill.state != .cancelled { throw Self.wrongState(backfill) }
            if backfill.state == .running {
                try transaction.execute(
                    "UPDATE pipeline_backfill SET state = 'cancelled', finished_at = ? WHERE id = ?",
                    [.time(now), .text(id)]
                )
                try Self.record("cancelled", id, actor, ["pipeline": .string(backfill.pipeline)], in: transaction)
            }
            return try Self.times(id, in: transaction).filter { $0.state == .running }.compactMap(\.run)
        }
        for run in runs { try await engine.cancelUnlessOver(run, actor: actor) }
    }

    /// Goes on with a backfill that failed or was cancelled: times without a good run get one.
    ///
    /// - Throws: `backfill_not_found`, `backfill_wrong_state`.
    package func resume(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let backfill = try Self.find(id, in: transaction)
            let times = try Self.times(id, in: transaction)
            guard backfill.state == .failed || backfill.state == .cancelled,
                !times.contains(where: { $0.state == .running })
            else { throw Self.wrongState(backfill) }
            for time in times where time.state != .succeeded {
                try transaction.execute(
                    "UPDATE pipeline_backfill_run SET run_id = NULL WHERE backfill_id = ? AND logical_time = ?",
                    [.text(id), .time(time.time)]
                )
            }
            try transaction.execute(
                "UPDATE pipeline_backfill SET state = 'running', finished_at = NULL WHERE id = ?",
                [.text(id)]
            )
            try Self.record("resumed", id, actor, ["pipeline": .string(backfill.pipeline)], in: transaction)
        }
    }

    // MARK: - Inside a transaction

    static func find(_ id: String, in reader: any SQLReader) throws -> Backfill {
        guard let row = try reader.first("SELECT * FROM pipeline_backfill WHERE id = ?", [.text(id)]) else {
            throw PlatformError(
                .backfillNotFound,
                "There is no backfill '\(id.prefix(64))'.",
                nextStep: "List them with 'aku pipelines backfills'.",
                context: ["backfill_id": id]
            )
        }
        return try Backfill(row)
    }

    static func times(_ id: String, in reader: any SQLReader) throws -> [BackfillTime] {
        try reader.query(
            """
            SELECT b.logical_time, b.run_id, r.state FROM pipeline_backfill_run b
            LEFT JOIN pipeline_run r ON r.id = b.run_id WHERE b.backfill_id = ? ORDER BY b.logical_time
            """,
            [.text(id)]
        ).map { row in
            BackfillTime(
                time: try row.time("logical_time"),
                run: try row.optionalText("run_id"),
                state: try row.optionalText("state").flatMap(RunState.init(rawValue:))
            )
        }
    }

    static func record(
        _ what: String,
        _ id: String,
        _ actor: String,
        _ body: [String: JSONValue],
        in transaction: any SQLTransaction
    ) throws {
        try transaction.record(
            JournalEvent(
                kind: "pipeline.backfill.\(what)",
                subject: "pipeline-backfill/\(id)",
                actor: actor,
                body: .object(body)
            )
        )
    }

    private static func wrongState(_ backfill: Backfill) -> PlatformError {
        PlatformError(
            .backfillWrongState,
            "Backfill '\(backfill.id)' is \(backfill.state.rawValue), or runs of it are not over yet.",
            nextStep: "Look at it with 'aku pipelines backfills show \(backfill.id)'.",
            context: ["backfill_id": backfill.id]
        )
    }
}
