import Foundation
import Primitives
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

/// One engine acts, and each of its steps counts once.
@Suite struct EngineFenceTests {
    @Test func `an engine that another has taken over from writes nothing more and ends its tasks`() async throws {
        let harness = try EngineHarness()
        let error = await #expect(throws: PlatformError.self) {
            try await harness.withEngine { engine in
                let source = "pipeline: p\ntasks:\n  t: { run: 'sleep 600' }\n  u: { run: 'true', after: [t] }\n"
                _ = try await engine.apply(source: source, code: [], actor: "tester")
                let id = try await engine.start(pipeline: "p", reason: "", actor: "tester")
                _ = try await engine.wait(id) { $0.states[0] == "t: running" }
                _ = try await EngineFence.take(harness.database, isChecked: true)
                // Something to take a step for.
                _ = try await engine.start(pipeline: "p", reason: "", actor: "tester")
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(error?.code == .engineSuperseded)
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: harness.folder.path).isEmpty)
        let states = try await harness.database.read { reader in
            try reader.query("SELECT state FROM pipeline_task ORDER BY run_id, position").map { try $0.text("state") }
        }
        #expect(states == ["running", "waiting", "waiting", "waiting"])
    }

    @Test(arguments: 2...7)
    func `a step that is durable although nobody said so is not written again`(write: Int) async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let database = ForgetfulDatabase(harness.database, forgets: write)
        let engine = harness.engine(database: database)
        let source = """
            pipeline: p
            tasks:
              t: { run: "echo t >> \(ledger); echo 1 > ${outputs.o}", outputs: [o] }
              u: { run: "echo u >> \(ledger); cat ${inputs.i}", inputs: { i: t.o } }
            """
        let detail = try await harness.withEngine(engine) { engine in
            _ = try await harness.engine().apply(source: source, code: [], actor: "tester")
            let id = try await harness.engine().start(pipeline: "p", reason: "", actor: "tester")
            engine.mailbox.post(.created(id))
            return try await engine.waitForEnd(id)
        }
        #expect(detail.states == ["t: succeeded", "u: succeeded"])
        #expect(detail.tasks.map(\.status.attempt) == [1, 1])
        #expect(try String(contentsOfFile: ledger, encoding: .utf8) == "t\nu\n")
        let started = try await harness.events().filter { $0.hasPrefix("pipeline.task.started") }
        #expect(started == ["pipeline.task.started t", "pipeline.task.started u"])
    }
}

/// A database whose connection breaks once, after a commit and before its answer.
private struct ForgetfulDatabase: Database {
    private let base: any Database
    private let left: Box

    private final class Box: Sendable {
        let count: Mutex<Int>
        init(_ count: Int) { self.count = Mutex(count) }
    }

    init(_ base: any Database, forgets write: Int) {
        self.base = base
        left = Box(write)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T {
        try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        let value = try await base.write(body)
        let isForgotten = left.count.withLock { count in
            count -= 1
            return count == 0
        }
        if isForgotten {
            throw PlatformError(ErrorCode("database_unavailable", .unavailable), "the connection was lost")
        }
        return value
    }

    func journalGrowth() -> AsyncStream<Void> { base.journalGrowth() }
}
