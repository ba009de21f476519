import Primitives
import Storage
import Synchronization
import TestSupport
import Tracking

/// The stores of tracking over one real database, with a fixed clock and counted identifiers.
struct Fixture {
    let database: any DatabaseEngine
    let experiments: ExperimentStore
    let runs: RunStore
    let models: LoggedModelStore

    init() throws {
        database = try TestDatabase.make()
        let identifiers = TestIdentifiers.counting()
        experiments = ExperimentStore(database: database, time: TestClock.fixed)
        runs = RunStore(database: database, time: TestClock.fixed, identifiers: identifiers)
        models = LoggedModelStore(database: database, time: TestClock.fixed, identifiers: identifiers)
    }

    func run(_ name: String, start: Int64 = 0, experiment: Int64 = 0) async throws -> String {
        let new = RunStore.NewRun(experimentID: experiment, userID: "tester", name: name, startTime: start)
        return try await runs.create(new, actor: "tester").info.id
    }

    func kinds() async throws -> [String] {
        try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: nil, subject: nil).map(
            \.event.kind
        )
    }
}

/// The code that a call throws, or nil.
func code(of body: () async throws -> some Sendable) async -> String? {
    do {
        _ = try await body()
        return nil
    } catch let error as PlatformError {
        return error.code.name
    } catch {
        return "\(error)"
    }
}
