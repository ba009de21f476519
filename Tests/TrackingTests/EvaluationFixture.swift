import Foundation
import Primitives
import Storage
import Synchronization
import TestSupport
import Tracking

/// The stores of the evaluation resources over one real database. The clock gains a millisecond each time it is read, so
/// that what was written first is older; secrets are "sealed" by turning their bytes round, which a test can undo.
struct EvaluationFixture {
    let database: any DatabaseEngine
    let experiments: ExperimentStore
    let datasets: EvaluationDatasetStore
    let scorers: ScorerStore
    let issues: IssueStore
    let labels: LabelSchemaStore
    let queues: ReviewQueueStore
    let gateway: GatewayStore

    init() throws {
        database = try TestDatabase.make()
        let identifiers = TestIdentifiers.counting()
        let ticks = Ticks()
        let time = TimeSource { TestClock.epoch.advanced(byMilliseconds: ticks.next()) }
        experiments = ExperimentStore(database: database, time: time)
        datasets = EvaluationDatasetStore(database: database, time: time, identifiers: identifiers)
        scorers = ScorerStore(database: database, time: time, identifiers: identifiers)
        issues = IssueStore(database: database, time: time, identifiers: identifiers)
        labels = LabelSchemaStore(database: database, time: time, identifiers: identifiers)
        queues = ReviewQueueStore(database: database, time: time, identifiers: identifiers)
        gateway = GatewayStore(
            database: database,
            experiments: experiments,
            seal: { secret, purpose in Data((purpose + ":" + String(decoding: secret, as: UTF8.self)).utf8.reversed())
            },
            time: time,
            identifiers: identifiers
        )
    }

    func experiment(_ name: String) async throws -> Int64 {
        try await experiments.create(name: name, artifactLocation: nil, tags: [], actor: "me")
    }

    func trace(_ id: String, experiment: Int64 = 0) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                "INSERT INTO trace (trace_id, experiment_id, timestamp_ms, status) VALUES (?, ?, 0, 'OK')",
                [.text(id), .integer(experiment)]
            )
        }
    }

    func kinds() async throws -> [String] {
        try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: nil, subject: nil).map(
            \.event.kind
        )
    }

    private final class Ticks: Sendable {
        private let value = Mutex<Int64>(0)

        func next() -> Int64 {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}

/// The message that a call throws, or nil.
func message(of body: () async throws -> some Sendable) async -> String? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? PlatformError)?.message ?? "\(error)"
    }
}
