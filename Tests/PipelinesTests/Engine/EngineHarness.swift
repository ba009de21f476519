import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage
import TestSupport

@testable import Pipelines

/// A real engine over a real database, object store and work folder.
struct EngineHarness: Sendable {
    let folder: TemporaryFolder
    let database: any DatabaseEngine
    let objects: ObjectStore

    init() throws {
        folder = try TemporaryFolder()
        database = try TestDatabase.make(time: .system)
        objects = try ObjectStore(root: folder.path("objects"))
    }

    /// A new engine over the same data, as after a restart.
    func engine(
        places: Int = 2,
        grace: Duration = .milliseconds(300),
        maximumLogBytes: Int64 = 1 << 20,
        clock: TimeSource = .system,
        database other: (any Database)? = nil
    ) -> PipelineEngine {
        PipelineEngine(
            database: other ?? database,
            objects: objects,
            configuration: PipelineConfiguration(
                workFolder: folder.path("pipelines"),
                pythonFolder: "",
                akuFolder: "",
                baseURL: "http://127.0.0.1:1",
                places: places,
                grace: grace,
                maximumLogBytes: maximumLogBytes
            ),
            issueTaskToken: { run, task in "token-\(run.suffix(4))-\(task)" },
            clock: clock,
            ids: .system,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Runs the engine while the body runs, then shuts it down in good order.
    func withEngine<T: Sendable>(
        _ engine: PipelineEngine? = nil,
        _ body: @Sendable @escaping (PipelineEngine) async throws -> T
    ) async throws -> T {
        let engine = engine ?? self.engine()
        let group = ServiceGroup(
            services: [engine],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return try await withThrowingTaskGroup(of: T?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask { try await body(engine) }
            var result: T?
            while let value = try await tasks.next() {
                if let value {
                    result = value
                    await group.triggerGracefulShutdown()
                }
            }
            guard let result else { throw PlatformError(.internalError, "the body gave no result") }
            return result
        }
    }

    /// Applies a definition without code, starts it and waits for its end.
    func run(
        _ yaml: String,
        parameters: [String: JSONValue] = [:],
        useCache: Bool = true,
        on engine: PipelineEngine
    ) async throws -> RunDetail {
        let version = try await engine.apply(source: yaml, code: [], actor: "tester")
        let id = try await engine.start(
            pipeline: version.pipeline,
            parameters: parameters,
            reason: "test",
            actor: "tester",
            useCache: useCache
        )
        return try await engine.waitForEnd(id)
    }

    /// Kinds of the journal's events, in order, with the task where there is one.
    func events() async throws -> [String] {
        try await Journal(database: database).entries(after: 0, limit: 1000, kindPrefix: "pipeline.", subject: nil).map
        { entry in
            [entry.event.kind, entry.event.body["task"]?.stringValue].compactMap { $0 }.joined(separator: " ")
        }
    }
}

extension PipelineEngine {
    /// Looks until the run is over; gives up after 60 s.
    nonisolated func waitForEnd(_ id: String) async throws -> RunDetail {
        try await wait(id) { $0.run.state != .running }
    }

    nonisolated func wait(_ id: String, until done: (RunDetail) -> Bool) async throws -> RunDetail {
        for _ in 0..<6000 {
            let detail = try await store.run(id)
            if done(detail) { return detail }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw PlatformError(.internalError, "run \(id) did not get there within 60 s: \(try await store.run(id))")
    }
}

extension RunDetail {
    /// `task: state` lines in file order.
    var states: [String] { tasks.map { "\($0.task): \($0.status.state.name)" } }

    func task(_ name: String) throws -> TaskRecord {
        guard let task = tasks.first(where: { $0.task == name }) else {
            throw PlatformError(.internalError, "no task \(name)")
        }
        return task
    }
}
