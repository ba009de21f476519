import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage

extension PipelineEngine {
    /// Ends what an earlier server of this work folder left running. For a server that does not lead: another one repeats
    /// those tasks. Never while the engine runs.
    package nonisolated func endLeftovers() async {
        _ = await endOrphans(keeping: [])
        await executors.endHere()
    }

    /// Looks through the processes of the machine on a thread of its own, since it waits for them to be gone.
    ///
    /// - Returns: those of the attempts that can be carried to their end, by folder; their processes are left alone.
    nonisolated func endOrphans(keeping attempts: [AttemptFolder]) async -> [String: Adoptable] {
        let reaper = OrphanReaper(workspace: workspace, logger: logger), executor = executor, logger = logger
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let kept = executor.adoptable(attempts)
                if !kept.isEmpty {
                    logger.notice("tasks of the server before go on", metadata: ["count": "\(kept.count)"])
                }
                reaper.reap(keeping: Set(kept.map(\.path)))
                continuation.resume(
                    returning: Dictionary(kept.map { ($0.path, $0) }, uniquingKeysWith: { one, _ in one })
                )
            }
        }
    }

    /// The attempts that the database calls running, where their folders would be. Instances of mapped tasks are not
    /// carried on: each is small against the whole, and is repeated.
    nonisolated func attemptsUnderWay() async throws -> [AttemptFolder] {
        let workspace = workspace
        return try await database.read { reader in
            try reader.query(
                """
                SELECT t.run_id, t.task, t.attempt FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
                WHERE r.state = 'running' AND r.engine = ? AND t.state = 'running' AND t.parent IS NULL
                """,
                [.text(Self.ownEngine)]
            ).map { try workspace.attempt($0.text("run_id"), $0.text("task"), Int($0.integer("attempt"))) }
        }
    }

    /// Runs of this engine that are not over, oldest first.
    nonisolated func unfinishedRuns() async throws -> [String] {
        try await database.read { reader in
            try reader.query(
                "SELECT id FROM pipeline_run WHERE state = 'running' AND engine = ? ORDER BY id",
                [.text(Self.ownEngine)]
            ).map { try $0.text("id") }
        }
    }

    /// Repeats what the database did not answer, a second apart, until it does or the server is asked to stop.
    nonisolated func patiently<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        while true {
            do {
                return try await body()
            } catch let error as PlatformError where error.code.kind == .unavailable {
                if Task.isCancelled || Task.isShuttingDownGracefully { throw error }
                logger.warning("the pipeline engine waits for the database", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}
