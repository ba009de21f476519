import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage

/// Runs pipelines on this machine.
///
/// One loop takes events in batches. Each batch is one transaction: every transition with its journal event; only when
/// it is
/// durable are processes started or ended. What is durable is enough to go on after a `kill -9` at any moment: tasks
/// that
/// had committed are not run again, the one that was running is ended, counted as lost, and begun anew.
package actor PipelineEngine: Service {
    /// Reads for pages, routes and lineage.
    package nonisolated let store: PipelineStore
    nonisolated let database: any Database
    nonisolated let objects: ObjectStore
    nonisolated let clock: TimeSource
    nonisolated let ids: IdentifierSource
    nonisolated let mailbox = Mailbox()
    nonisolated let workspace: Workspace
    private let configuration: PipelineConfiguration
    nonisolated let executor: LocalExecutor
    let issueTaskToken: @Sendable (_ run: String, _ task: String) async throws -> String?
    private let logger: Logger
    private var runs: [String: ActiveRun] = [:]
    private var controls: [AttemptKey: AttemptControl] = [:]
    private var undone: [EngineEvent] = []
    private var isStopping = false
    /// The installed packages that the journal knows of.
    private var recordedPython: Digest?
    /// Steps that could not be written since the engine was asked to stop, a second apart.
    private var failuresWhileStopping = 0
    /// After that many the engine ends without them: the next start finds what it would find after a `kill -9`.
    private static let maximumFailuresWhileStopping = 5

    private struct AttemptKey: Hashable {
        let run: String
        let task: String
    }

    /// Makes an engine; nothing runs before `run()`.
    ///
    /// - Parameters:
    ///   - issueTaskToken: a token that one task of one run may use against the server; nil where none is needed.
    package init(
        database: any Database,
        objects: ObjectStore,
        configuration: PipelineConfiguration,
        issueTaskToken: @escaping @Sendable (_ run: String, _ task: String) async throws -> String?,
        clock: TimeSource,
        ids: IdentifierSource,
        logger: Logger
    ) {
        store = PipelineStore(database: database)
        self.database = database
        self.objects = objects
        self.configuration = configuration
        self.issueTaskToken = issueTaskToken
        self.clock = clock
        self.ids = ids
        self.logger = logger
        workspace = Workspace(root: configuration.workFolder)
        executor = LocalExecutor(workspace: workspace, objects: objects, configuration: configuration)
    }

    /// Finds what an earlier server left, then runs until graceful shutdown: no new task begins, running ones are
    /// ended and
    /// will be repeated at the next start, without counting against them.
    package func run() async throws {
        try workspace.prepare()
        await reapOrphans()
        for id in try await unfinishedRuns() { mailbox.post(.created(id)) }
        let mailbox = mailbox
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.watchExternalAttempts() }
                for await _ in mailbox.signals {
                    await step(mailbox.take(), in: &group)
                    if isStopping, controls.isEmpty, undone.isEmpty { break }
                    if failuresWhileStopping >= Self.maximumFailuresWhileStopping { break }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            mailbox.post(.shutdown)
        }
    }

    // MARK: - The loop

    private func step(_ fresh: [EngineEvent], in group: inout DiscardingTaskGroup) async {
        let events = undone + fresh
        undone = []
        if events.contains(where: { if case .shutdown = $0 { true } else { false } }) {
            isStopping = true
            for control in controls.values { control.stop(.shutdown) }
        }
        await load(events, in: &group)
        let before = runs, objects = objects, clock = clock, isStopping = isStopping
        let interpreter = executor.interpreter.current(), isNewPython = interpreter?.digest != recordedPython
        let places = max(0, configuration.places - controls.count + freed(by: events))
        // With two places or more, a backfill never has the last one.
        let reserve = configuration.places > 1 ? 1 : 0
        do {
            let (after, actions) = try await database.write { transaction in
                var stepper = RunStepper(
                    transaction,
                    objects: objects,
                    now: clock.now(),
                    runs: before,
                    places: places,
                    reserve: reserve,
                    interpreter: interpreter
                )
                if isNewPython { try interpreter?.record(in: transaction) }
                try stepper.take(events)
                if !isStopping { try stepper.advance() }
                return (stepper.runs, stepper.actions)
            }
            runs = after
            recordedPython = interpreter?.digest
            for case .ended(let run, let task, _, _) in events { controls[AttemptKey(run: run, task: task)] = nil }
            for action in actions { perform(action, in: &group) }
        } catch {
            logger.error(
                "a step of the pipeline engine could not be written; it is repeated",
                metadata: ["error": "\(error)"]
            )
            undone = events
            if isStopping { failuresWhileStopping += 1 }
            let mailbox = mailbox
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                mailbox.post(.wake)
            }
        }
    }

    /// Attempts whose end is among the events: their places are free in this step already.
    private func freed(by events: [EngineEvent]) -> Int {
        var keys: Set<AttemptKey> = []
        for case .ended(let run, let task, _, _) in events { keys.insert(AttemptKey(run: run, task: task)) }
        return keys.count { controls[$0] != nil }
    }

    private func perform(_ action: EngineAction, in group: inout DiscardingTaskGroup) {
        switch action {
        case .start(let order):
            let control = AttemptControl()
            controls[AttemptKey(run: order.run, task: order.task)] = control
            let executor = executor, mailbox = mailbox, issueTaskToken = issueTaskToken
            group.addTask {
                let outcome: AttemptOutcome
                do {
                    let token = try await issueTaskToken(order.run, order.task)
                    outcome = await executor.execute(order, token: token, control: control)
                } catch {
                    let reason = PlatformError(
                        .taskStartFailed,
                        "The task got no token: \(error).",
                        nextStep: "See the server's log."
                    )
                    outcome = .lost(reason)
                }
                mailbox.post(.ended(run: order.run, task: order.task, attempt: order.attempt, outcome))
            }
        case .stop(let run, let task):
            controls[AttemptKey(run: run, task: task)]?.stop(.cancelled)
        case .retry(let run, let task, let at):
            let delay = max(0, at.milliseconds - clock.now().milliseconds), mailbox = mailbox
            group.addTask {
                try? await Task.sleep(for: .milliseconds(delay))
                mailbox.post(.retryDue(run: run, task: task))
            }
        case .collect(let collection):
            let mailbox = mailbox
            group.addTask {
                let outcome = await self.outcome(of: collection)
                mailbox.post(
                    .ended(run: collection.run, task: collection.task, attempt: collection.attempt, outcome)
                )
            }
        case .again: mailbox.post(.wake)
        case .finished(let run):
            Workspace.remove("\(workspace.attempts)/\(run)")
            logger.info("pipeline run finished", metadata: ["run": "\(run)"])
        }
    }

    // MARK: - Loading

    /// Brings runs into memory that events speak of; at start, that is every unfinished one.
    private func load(_ events: [EngineEvent], in group: inout DiscardingTaskGroup) async {
        for case .created(let id) in events where runs[id] == nil {
            do {
                let detail = try await store.run(id)
                guard detail.run.state == .running, detail.run.engine == Self.ownEngine else { continue }
                let run = try ActiveRun(
                    detail,
                    try await store.version(of: detail.run.pipeline, detail.run.version),
                    maps: try await store.maps(of: detail)
                )
                runs[id] = run
                resume(run, in: &group)
            } catch {
                logger.error("a run could not be loaded", metadata: ["run": "\(id)", "error": "\(error)"])
                // The database may be back in a moment; nothing else would speak of this run before the next start.
                guard let error = error as? PlatformError, error.code.kind == .unavailable, !isStopping else {
                    continue
                }
                let mailbox = mailbox
                group.addTask {
                    try? await Task.sleep(for: .seconds(1))
                    mailbox.post(.created(id))
                }
            }
        }
    }

    /// Only a run of an earlier server has tasks under way when it is loaded; their processes are gone by now.
    private func resume(_ run: ActiveRun, in group: inout DiscardingTaskGroup) {
        let lost = PlatformError(
            .taskLost,
            "The server was killed while the task ran.",
            nextStep: "Nothing up to \(RunMachine.maximumLosses) times: the task is repeated."
        )
        for task in run.machine.running {
            mailbox.post(.ended(run: run.id, task: task, attempt: run.machine[task]?.attempt ?? 0, .lost(lost)))
        }
        for (task, at) in run.machine.retrying { perform(.retry(run: run.id, task: task, at: at), in: &group) }
    }

    /// Looks through the processes of the machine on a thread of its own, since it waits for them to be gone.
    private func reapOrphans() async {
        let reaper = OrphanReaper(workspace: workspace, logger: logger)
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                reaper.reap()
                continuation.resume()
            }
        }
    }

    private func unfinishedRuns() async throws -> [String] {
        try await database.read { reader in
            try reader.query(
                "SELECT id FROM pipeline_run WHERE state = 'running' AND engine = ? ORDER BY id",
                [.text(Self.ownEngine)]
            ).map { try $0.text("id") }
        }
    }
}
