import Primitives
import Storage

extension BackfillStore {
    /// Starts what backfills may start, ends those whose runs are over, and cancels runs whose backfill was cancelled
    /// while no server could. Each look is one transaction a backfill.
    func advance() async throws {
        let ids = try await engine.database.read { reader in
            try reader.query("SELECT id FROM pipeline_backfill WHERE state = 'running' ORDER BY id").map {
                try $0.text("id")
            }
        }
        for id in ids { try await advance(id) }
        for run in try await runsOfCancelled() { try await engine.cancelUnlessOver(run, actor: "system") }
    }

    private func advance(_ id: String) async throws {
        let backfill = try await engine.database.read { reader in try Self.find(id, in: reader) }
        let definition = try await engine.store.version(of: backfill.pipeline, backfill.version).definition()
        let schedule = try definition.schedule(backfill.schedule)
        let engine = engine, now = engine.clock.now()
        let made = try await engine.database.write { transaction -> [String] in
            let backfill = try Self.find(id, in: transaction)
            guard backfill.state == .running else { return [] }
            let times = try Self.times(id, in: transaction)
            let waiting = times.filter { $0.run == nil }
            let running = times.count { $0.state == .running }
            var made: [String] = []
            for time in waiting.prefix(max(0, backfill.parallel - running)).map(\.time) {
                let run = NewRun(
                    id: engine.ids(),
                    version: backfill.version,
                    definition: definition,
                    parameters: try definition.resolve(
                        parameters: schedule.parameters(at: time).merging(backfill.parameters) { $1 }
                    ),
                    reason: "backfill, \(schedule.localText(time))",
                    actor: backfill.actor,
                    key: nil,
                    useCache: true,
                    at: now,
                    scheduled: ScheduledTime(schedule: schedule.name, time: time, backfill: id)
                )
                made.append(try Self.start(run, id, time, in: transaction))
            }
            if waiting.isEmpty, running == 0 {
                let isGood = times.allSatisfy { $0.state == .succeeded }
                let state = isGood ? RunState.succeeded : .failed
                try transaction.execute(
                    "UPDATE pipeline_backfill SET state = ?, finished_at = ? WHERE id = ?",
                    [.text(state.rawValue), .time(now), .text(id)]
                )
                try Self.record(
                    state.rawValue,
                    id,
                    "system",
                    [
                        "pipeline": .string(backfill.pipeline),
                        "succeeded": .integer(Int64(times.count { $0.state == .succeeded })),
                        "times": .integer(Int64(times.count)),
                    ],
                    in: transaction
                )
            }
            return made
        }
        for run in made { engine.mailbox.post(.created(run)) }
    }

    /// Writes the run of a time. The time counts as run for the schedule too, so that it does not catch up with it.
    private static func start(
        _ run: NewRun,
        _ id: String,
        _ time: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> String {
        let made = try ScheduleStore.claim(run, in: transaction) ?? run.insert(in: transaction)
        try transaction.execute(
            "UPDATE pipeline_backfill_run SET run_id = ? WHERE backfill_id = ? AND logical_time = ?",
            [.text(made), .text(id), .time(time)]
        )
        return made
    }

    private func runsOfCancelled() async throws -> [String] {
        try await engine.database.read { reader in
            try reader.query(
                """
                SELECT r.id FROM pipeline_run r JOIN pipeline_backfill b ON b.id = r.backfill_id
                WHERE r.state = 'running' AND b.state = 'cancelled' AND r.cancel_actor IS NULL ORDER BY r.id
                """
            ).map { try $0.text("id") }
        }
    }
}

extension PipelineEngine {
    /// Cancels a run; one that ended a moment before stays as it is.
    nonisolated func cancelUnlessOver(_ id: String, actor: String) async throws {
        do {
            try await cancel(id, actor: actor)
        } catch let error as PlatformError where error.code == .pipelineRunFinished {
            return
        }
    }
}
