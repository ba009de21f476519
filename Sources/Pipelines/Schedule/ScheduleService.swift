import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage

/// Makes the runs of schedules and of backfills. Runs on the leading server alone; should two run all the same, a row
/// for each logical time, written in the run's own transaction, lets each time have one run.
///
/// It sleeps until the next time is due, or until the journal says that something it knows has changed.
package actor ScheduleService: Service {
    /// The longest sleep, in milliseconds: the wall clock may be set while it sleeps. Waking up costs one look at it.
    private static let longestSleep: Int64 = 20_000

    private struct Key: Hashable {
        let pipeline: String
        let name: String
    }

    /// A schedule as this server knows it; `due` is when its next time has its run.
    private struct Entry {
        let row: ScheduleStore.Row
        let schedule: Schedule
        let due: Timestamp?
    }

    private let engine: PipelineEngine
    private let logger: Logger
    private var entries: [Key: Entry] = [:]
    /// Definitions by pipeline; nil for one that cannot be read, which is said once.
    private var definitions: [String: (version: Int, definition: PipelineDefinition?)] = [:]

    /// Makes the service of an engine, on whose database and clock it works.
    package init(engine: PipelineEngine, logger: Logger) {
        self.engine = engine
        self.logger = logger
    }

    /// Runs until the graceful shutdown. Times that come while no server runs are caught up with as each schedule says.
    package func run() async throws {
        let (wake, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let journal = Journal(database: engine.database), clock = engine.clock
        let end = try await journal.size()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await entry in journal.follow(after: end) where Self.concerns(entry.event.kind) { bell.yield() }
                }
                bell.yield()
                var sleeper: Task<Void, Never>?
                for await _ in wake {
                    sleeper?.cancel()
                    let next = await self.look()
                    sleeper = next.map { next in
                        Task {
                            while !Task.isCancelled {
                                let rest = next.milliseconds - clock.now().milliseconds
                                if rest <= 0 { break }
                                try? await Task.sleep(for: .milliseconds(min(rest, Self.longestSleep)))
                            }
                            if !Task.isCancelled { bell.yield() }
                        }
                    }
                }
                sleeper?.cancel()
                group.cancelAll()
            }
        }
    }

    private static func concerns(_ kind: String) -> Bool {
        kind == "pipeline.applied" || kind.hasPrefix("pipeline.schedule.") || kind.hasPrefix("pipeline.backfill.")
            || ["pipeline.run.succeeded", "pipeline.run.failed", "pipeline.run.cancelled"].contains(kind)
    }

    private func look() async -> Timestamp? {
        do {
            return try await step()
        } catch {
            if !Task.isCancelled { logger.error("schedules could not be looked at", metadata: ["error": "\(error)"]) }
            return engine.clock.now().advanced(byMilliseconds: 1000)
        }
    }

    /// Makes every run that is due, and starts what backfills may start.
    ///
    /// - Returns: when the next time is due; nil when no schedule has one.
    func step() async throws -> Timestamp? {
        try await load()
        let now = engine.clock.now()
        for (key, entry) in entries.sorted(by: { ($0.key.pipeline, $0.key.name) < ($1.key.pipeline, $1.key.name) }) {
            guard let due = entry.due, due <= now else { continue }
            do {
                try await decide(entry, now)
            } catch {
                logger.error(
                    "a schedule could not be decided; it is tried again",
                    metadata: ["pipeline": "\(key.pipeline)", "schedule": "\(key.name)", "error": "\(error)"]
                )
                entries[key] = Entry(row: entry.row, schedule: entry.schedule, due: now.advanced(byMilliseconds: 1000))
            }
        }
        try await BackfillStore(engine: engine).advance()
        return entries.values.compactMap(\.due).min()
    }

    // MARK: - What is known

    private func load() async throws {
        let rows = try await engine.database.read { reader in
            try reader.query("SELECT * FROM pipeline_schedule ORDER BY pipeline, name").map(ScheduleStore.Row.init)
        }
        var fresh: [Key: Entry] = [:]
        for row in rows {
            let key = Key(pipeline: row.pipeline, name: row.name)
            if let known = entries[key], known.row == row {
                fresh[key] = known
            } else if let schedule = try await schedule(row) {
                fresh[key] = entry(row, schedule)
            }
        }
        entries = fresh
    }

    private func entry(_ row: ScheduleStore.Row, _ schedule: Schedule) -> Entry {
        let isPaused = schedule.isPaused || row.pausedBy != nil
        let next = isPaused ? nil : schedule.next(after: row.decided)
        return Entry(row: row, schedule: schedule, due: next.map { schedule.due($0, pipeline: row.pipeline) })
    }

    private func schedule(_ row: ScheduleStore.Row) async throws -> Schedule? {
        if definitions[row.pipeline]?.version != row.version {
            let version = try await engine.store.version(of: row.pipeline, row.version)
            do {
                definitions[row.pipeline] = (row.version, try version.definition())
            } catch {
                logger.error(
                    "the file of a pipeline cannot be read; its schedules stand still",
                    metadata: ["pipeline": "\(row.pipeline)", "version": "\(row.version)", "error": "\(error)"]
                )
                definitions[row.pipeline] = (row.version, nil)
            }
        }
        return definitions[row.pipeline]?.definition?.schedules.first { $0.name == row.name }
    }

    // MARK: - Deciding

    private func decide(_ entry: Entry, _ now: Timestamp) async throws {
        let row = entry.row, schedule = entry.schedule
        guard let definition = definitions[row.pipeline]?.definition else { return }
        let decision = schedule.decide(after: row.decided, now: now, pipeline: row.pipeline)
        guard let decided = decision.decided else { return }
        let runs = try decision.run.map { time in
            NewRun(
                id: engine.ids(),
                version: row.version,
                definition: definition,
                parameters: try definition.resolve(parameters: schedule.parameters(at: time)),
                reason: "schedule \(schedule.name), \(schedule.localText(time))",
                actor: "schedule",
                key: nil,
                useCache: true,
                at: now,
                scheduled: ScheduledTime(schedule: schedule.name, time: time)
            )
        }
        let made = try await engine.database.write { transaction -> [String] in
            // A version, a pause or another server's decision that came in between: what it wrote is looked at anew.
            let present = try transaction.first(
                "SELECT * FROM pipeline_schedule WHERE pipeline = ? AND name = ?",
                [.text(row.pipeline), .text(row.name)]
            ).map(ScheduleStore.Row.init)
            guard present == row else { return [] }
            let made = try runs.compactMap { try ScheduleStore.claim($0, in: transaction) }
            if let missed = decision.missed {
                try transaction.record(
                    JournalEvent(
                        kind: "pipeline.schedule.missed",
                        subject: "pipeline/\(row.pipeline)",
                        actor: "system",
                        body: [
                            "schedule": .string(row.name), "from": .string(missed.lowerBound.description),
                            "through": .string(missed.upperBound.description),
                        ]
                    )
                )
            }
            try transaction.execute(
                "UPDATE pipeline_schedule SET decided_through = ? WHERE pipeline = ? AND name = ?",
                [.time(decided), .text(row.pipeline), .text(row.name)]
            )
            return made
        }
        for id in made { engine.mailbox.post(.created(id)) }
        try await load()
    }
}

extension ScheduleStore {
    /// Writes the run of a logical time, unless the time has one.
    ///
    /// - Returns: the run's id; nil when the time has a run already.
    static func claim(_ run: NewRun, in transaction: any SQLTransaction) throws -> String? {
        guard let scheduled = run.scheduled else { return nil }
        let place: [SQLValue] = [.text(run.definition.name), .text(scheduled.schedule), .time(scheduled.time)]
        let taken = try transaction.first(
            "SELECT run_id FROM pipeline_schedule_run WHERE pipeline = ? AND schedule = ? AND logical_time = ?",
            place
        )
        guard taken == nil else { return nil }
        let id = try run.insert(in: transaction)
        // Should another server write the same row at this moment, one of the two transactions fails as a whole.
        try transaction.execute(
            "INSERT INTO pipeline_schedule_run (pipeline, schedule, logical_time, run_id) VALUES (?, ?, ?, ?)",
            place + [.text(id)]
        )
        return id
    }
}
