import Logging
import Pipelines
import Primitives
import ServiceLifecycle
import Storage

/// Runs what may run on one server of a database alone: at once on SQLite, which has one server, and on PostgreSQL when
/// this server leads. A server that was led past ends: what it had under way is being repeated elsewhere.
struct LeadingService: Service {
    let database: any DatabaseEngine
    let pipelines: PipelineEngine
    let services: [any Service]
    let logger: Logger

    func run() async throws {
        guard let database = database as? PostgresDatabase else { return try await work() }
        let states = database.leadership()
        guard await leadsAtLast(states) else { return }
        logger.notice("this server runs the pipelines of its database")
        try await withThrowingTaskGroup(of: Void.self) { group in
            let pipelines = pipelines
            group.addTask { try await work() }
            group.addTask { await pipelines.followOtherServers() }
            group.addTask { for await leads in states where !leads { throw Self.lost } }
            // The end of the work, or whatever failed; the others never end by themselves.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Waits to lead. What an earlier server of this data folder left running is another's to repeat when that takes long:
    /// it is ended here.
    private func leadsAtLast(_ states: AsyncStream<Bool>) async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            let pipelines = pipelines
            group.addTask { await leads(states) }
            group.addTask {
                try? await Task.sleep(for: .seconds(3))
                if !Task.isCancelled { await pipelines.endLeftovers() }
                return nil
            }
            for await case let leads? in group {
                group.cancelAll()
                return leads
            }
            return false
        }
    }

    /// Waits to lead; false when the server is asked to stop before.
    private func leads(_ states: AsyncStream<Bool>) async -> Bool {
        for await leads in states.cancelOnGracefulShutdown() where leads { return true }
        return false
    }

    private static let lost = PlatformError(
        ErrorCode("leadership_lost", .unavailable),
        "Another server has taken over this database's pipelines while the database did not answer.",
        nextStep: "Start this server again."
    )

    private func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services + [pipelines] { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}
