import Foundation
import Logging
import Primitives
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

/// An executor of the test's own, which outlives every driver and does what it is told.
private final class ScriptedExecutor: TaskExecutor {
    struct State {
        var submissions: [AttemptID] = []
        var jobs: [AttemptID: Observation] = [:]
        var refusals = 0
        var cancelled: [Bool] = []
        var reaped: [AttemptID] = []
        var onCancel: Observation?
    }

    let state = Mutex(State())
    var survivesServer: Bool { true }
    var interval: Duration { .milliseconds(5) }

    func submit(_ submission: Submission) async throws -> String {
        try state.withLock { state in
            state.submissions.append(submission.id)
            if state.refusals > 0 {
                state.refusals -= 1
                throw PlatformError(.executorUnavailable, "Not now.")
            }
            if state.jobs[submission.id] == nil { state.jobs[submission.id] = .running }
            return "job"
        }
    }

    func observe(_ id: AttemptID) async throws -> Observation { state.withLock { $0.jobs[id] ?? .unknown } }

    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data { Data() }

    func cancel(_ id: AttemptID, force: Bool) async throws {
        state.withLock { state in
            state.cancelled.append(force)
            if let end = state.onCancel { state.jobs[id] = end }
        }
    }

    func adopt() async throws -> [AttemptID] { state.withLock { Array($0.jobs.keys) } }

    func reap(_ id: AttemptID) async {
        state.withLock { state in
            state.reaped.append(id)
            state.jobs[id] = nil
        }
    }
}

@Suite struct AttemptDriverTests {
    private let harness: EngineHarness
    private let executor = ScriptedExecutor()
    private let wakes = AttemptWakes()
    private let ledger: AttemptLedger
    private let id: AttemptID

    /// A run whose only task is under way by the database.
    init() async throws {
        harness = try EngineHarness()
        let engine = harness.engine()
        _ = try await engine.apply(source: "pipeline: p\ntasks: { a: { run: x } }\n", code: [], actor: "t")
        let run = try await engine.start(pipeline: "p", reason: "", actor: "t")
        ledger = AttemptLedger(database: harness.database, clock: .system)
        id = AttemptID(run: run, task: "a", attempt: 1)
    }

    private func drive(_ control: AttemptControl = AttemptControl()) async -> AttemptOutcome? {
        let driver = AttemptDriver(
            kind: .slurm,
            executor: executor,
            ledger: ledger,
            wakes: wakes,
            maximumLogBytes: 1 << 20,
            grace: .milliseconds(30),
            log: { _ in "/nowhere" },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let order = AttemptOrder(
            run: id.run,
            pipeline: "p",
            task: id.task,
            attempt: id.attempt,
            command: "x",
            code: nil,
            inputs: [:],
            outputs: [],
            environment: [:],
            timeoutSeconds: 60
        )
        let told = Mutex<AttemptOutcome?>(nil)
        await driver.drive(Submission(order: order, token: nil, control: control)) { outcome in
            told.withLock { $0 = outcome }
        }
        return told.withLock { $0 }
    }

    private static let lost = AttemptOutcome.lost(PlatformError(.taskLost, "gone"))

    @Test func `a server that goes down leaves the attempt, and the next one goes on without submitting it again`()
        async throws
    {
        let control = AttemptControl()
        async let first = drive(control)
        while executor.state.withLock({ $0.submissions.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
        control.stop(.shutdown)
        #expect(await first == nil)
        #expect(executor.state.withLock { $0.cancelled.isEmpty && $0.reaped.isEmpty })
        // The first server may have gone before its note; then the same id is submitted again, and is one job.
        executor.state.withLock { $0.jobs[id] = .ended(.succeeded([])) }
        guard case .succeeded? = await drive() else {
            Issue.record("the adopted attempt did not succeed")
            return
        }
        #expect(executor.state.withLock { Set($0.submissions) } == [id])
        #expect(executor.state.withLock { $0.reaped } == [id])
    }

    @Test func `a crash between submission and note submits the same id again, which is one job`() async throws {
        executor.state.withLock { $0.jobs[id] = .ended(.succeeded([])) }
        guard case .succeeded? = await drive() else {
            Issue.record("the attempt did not succeed")
            return
        }
        #expect(executor.state.withLock { $0.submissions } == [id])
        #expect(try await ledger.entry(id)?.handle == "job")
    }

    @Test func `what the attempt itself told counts before what its executor saw, and it is told once`() async throws {
        try await ledger.submitted(id, .slurm, handle: "7")
        executor.state.withLock { $0.jobs[id] = .ended(Self.lost) }
        _ = try await ledger.ended(id, .slurm, .succeeded([]))
        guard case .succeeded? = await drive() else {
            Issue.record("the told outcome did not count")
            return
        }
        guard case .succeeded = try await ledger.ended(id, .slurm, Self.lost) else {
            Issue.record("a second outcome replaced the first")
            return
        }
        #expect(executor.state.withLock { $0.submissions.isEmpty })
    }

    @Test func `an attempt that was taken in and is no longer known is lost, never submitted again`() async throws {
        try await ledger.submitted(id, .slurm, handle: "7")
        guard case .lost(let error)? = await drive() else {
            Issue.record("the attempt was not lost")
            return
        }
        #expect(error.code.name == "task_lost")
        #expect(executor.state.withLock { $0.submissions.isEmpty })
    }

    @Test func `a submission that nobody answers is repeated`() async throws {
        executor.state.withLock { state in
            state.refusals = 3
            state.jobs[id] = .ended(.succeeded([]))
        }
        guard case .succeeded? = await drive() else {
            Issue.record("the attempt did not succeed")
            return
        }
        #expect(executor.state.withLock { $0.submissions.count } == 4)
    }

    @Test func `a cancellation asks, then forces, and an end that was asked for is no loss`() async throws {
        let control = AttemptControl()
        async let outcome = drive(control)
        while executor.state.withLock({ $0.submissions.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
        control.stop(.cancelled)
        while executor.state.withLock({ !$0.cancelled.contains(true) }) { try await Task.sleep(for: .milliseconds(2)) }
        executor.state.withLock { $0.jobs[id] = .ended(Self.lost) }
        guard case .stopped(.cancelled)? = await outcome else {
            Issue.record("the attempt was not cancelled")
            return
        }
        #expect(executor.state.withLock { $0.cancelled } == [false, true])
    }

    @Test func `strays are attempts that are over by the database; those of unknown runs stay`() async throws {
        let over = AttemptID(run: id.run, task: "a", attempt: 9),
            stranger = AttemptID(run: "01ZZ", task: "a", attempt: 1)
        #expect(try await ledger.underWay([over, stranger]).over == [over])
    }
}
