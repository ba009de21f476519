import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage
import Synchronization

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
    let configuration: PipelineConfiguration
    nonisolated let executor: LocalExecutor
    nonisolated let executors: ExecutorSet
    /// Attempts that may be with executors elsewhere at one time.
    private static let remotePlaces = 1000
    let issueTaskToken: @Sendable (_ run: String, _ task: String) async throws -> String?
    nonisolated let logger: Logger
    /// The right to act; taken when the engine begins to run.
    private var fence: EngineFence?
    /// Steps begun so far.
    private var steps: Int64 = 0
    /// A step of which it is not known whether it is durable.
    private var unsure: EngineStep?
    /// Set when another engine has taken over.
    private var superseded: PlatformError?
    /// Attempts of an earlier server that go on, by their folders.
    var adoptable: [String: Adoptable] = [:]
    private var runs: [String: ActiveRun] = [:]
    private var controls: [AttemptKey: AttemptControl] = [:]
    /// Calls of built-in operators on their way.
    private var calls: [AttemptKey: AttemptControl] = [:]
    private let pool: BuiltinPool
    private var undone: [EngineEvent] = []
    private var isStopping = false
    /// The deadline for which the loop is woken.
    private var alarm: Timestamp?
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
        executors = ExecutorSet(
            configuration.executors.make(executor, logger: logger),
            ledger: AttemptLedger(database: database, clock: clock),
            configuration: configuration,
            logger: logger
        )
        pool = BuiltinPool(mailbox, configuration.crashPoints)
    }

    /// Takes over, finds what an earlier server left, then runs until graceful shutdown: no new task begins, running ones
    /// are ended and will be repeated at the next start, without counting against them.
    ///
    /// - Throws: `engine_superseded` when another engine has taken over meanwhile; its own tasks are ended by then.
    package func run() async throws {
        try workspace.prepare()
        let database = database, isFenced = configuration.isFenced
        fence = try await patiently { try await EngineFence.take(database, isChecked: isFenced) }
        configuration.crashPoints.pass(.tookOver)
        adoptable = await endOrphans(keeping: try await patiently { try await self.attemptsUnderWay() })
        configuration.crashPoints.pass(.reaped)
        // All in one step: attempts that go on hold their places before another is begun.
        mailbox.post(try await patiently { try await self.unfinishedRuns() }.map(EngineEvent.created))
        let mailbox = mailbox
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.watchExternalAttempts() }
                group.addTask { await self.executors.endStrays() }
                for await _ in mailbox.signals {
                    await step(mailbox.take(), in: &group)
                    if superseded != nil || isStopping && controls.isEmpty && calls.isEmpty && undone.isEmpty { break }
                    if failuresWhileStopping >= Self.maximumFailuresWhileStopping { break }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            mailbox.post(.shutdown)
        }
        if let superseded {
            await executors.endHere()
            throw superseded
        }
    }

    // MARK: - The loop

    private func step(_ fresh: [EngineEvent], in group: inout DiscardingTaskGroup) async {
        undone += fresh
        if fresh.contains(where: { if case .shutdown = $0 { true } else { false } }) {
            isStopping = true
            for control in Array(controls.values) + calls.values { control.stop(.shutdown) }
        }
        guard let fence else { return }
        do {
            try await settle(fence, in: &group)
        } catch {
            return repeatStep(after: error, in: &group)
        }
        let known = undone
        undone = []
        let events = known + (await load(known, in: &group))
        steps += 1
        let decided = Mutex<EngineStep?>(nil), number = steps
        let before = runs, objects = objects, clock = clock, isStopping = isStopping, points = configuration.crashPoints
        let interpreter = executor.interpreter.current(), isNewPython = interpreter?.digest != recordedPython
        let busy = controls.values.count { $0.takesPlace }, remote = controls.count - busy
        let ended = freed(by: events)
        let places = max(0, configuration.places - busy + ended.count { $0.takesPlace })
        let remotePlaces = max(0, Self.remotePlaces - remote + ended.count { !$0.takesPlace })
        let builtins = RunStepper.maximumBuiltins - calls.count
        // With two places or more, a backfill never has the last one.
        let reserve = configuration.places > 1 ? 1 : 0
        do {
            let step = try await database.write { transaction in
                try fence.hold(number, in: transaction)
                var stepper = RunStepper(
                    transaction,
                    objects: objects,
                    now: clock.now(),
                    runs: before,
                    places: places,
                    reserve: reserve,
                    interpreter: interpreter,
                    remotePlaces: remotePlaces
                )
                stepper.builtins = builtins
                stepper.readsLater = true
                if isNewPython { try interpreter?.record(in: transaction) }
                try stepper.take(events)
                if !isStopping { try stepper.advance() }
                let step = EngineStep(
                    number: number,
                    events: events,
                    runs: stepper.runs,
                    actions: stepper.actions,
                    python: interpreter?.digest
                )
                decided.withLock { $0 = step }
                points.pass(.stepWritten)
                return step
            }
            finish(step, in: &group)
        } catch {
            unsure = decided.withLock { $0 }
            undone = events
            repeatStep(after: error, in: &group)
        }
    }

    /// Does what a durable step asks for.
    private func finish(_ step: EngineStep, in group: inout DiscardingTaskGroup) {
        configuration.crashPoints.pass(.stepDurable)
        runs = step.runs
        recordedPython = step.python
        for case .ended(let run, let task, _, _) in step.events {
            let key = AttemptKey(run: run, task: task)
            if controls.removeValue(forKey: key) == nil { calls[key] = nil }
        }
        for case .left(let run, let task) in step.events { controls[AttemptKey(run: run, task: task)] = nil }
        for action in step.actions { perform(action, in: &group) }
        setAlarm(in: &group)
        configuration.crashPoints.pass(.stepDone)
    }

    /// A commit that was not answered may be durable all the same (the connection to PostgreSQL was lost meanwhile): then
    /// the step is done, and must not be written again.
    private func settle(_ fence: EngineFence, in group: inout DiscardingTaskGroup) async throws {
        guard let step = unsure else { return }
        // As a write, since it follows a commit that is still on its way.
        let isDurable = try await database.write { try fence.holds(step.number, in: $0) }
        unsure = nil
        guard isDurable else { return }
        undone.removeFirst(step.events.count)
        finish(step, in: &group)
    }

    private func repeatStep(after error: any Error, in group: inout DiscardingTaskGroup) {
        if let error = error as? PlatformError, error.code == .engineSuperseded {
            logger.error("another server has taken over the pipelines; this one's tasks are ended")
            superseded = error
            for control in Array(controls.values) + calls.values { control.kill(.shutdown) }
            return
        }
        logger.error(
            "a step of the pipeline engine could not be written; it is repeated",
            metadata: ["error": "\(error)"]
        )
        if isStopping { failuresWhileStopping += 1 }
        let mailbox = mailbox
        group.addTask {
            try? await Task.sleep(for: .seconds(1))
            mailbox.post(.wake)
        }
    }

    /// Has the loop look again when the next deadline passes.
    private func setAlarm(in group: inout DiscardingTaskGroup) {
        if let set = alarm, set <= clock.now() { alarm = nil }
        guard let next = Self.nextDeadline(runs.values), alarm.map({ next < $0 }) ?? true else { return }
        alarm = next
        let mailbox = mailbox
        group.addTask {
            await self.sleep(until: next)
            mailbox.post(.wake)
        }
    }

    /// Attempts whose end is among the events: their places are free in this step already.
    private func freed(by events: [EngineEvent]) -> [AttemptControl] {
        var keys: Set<AttemptKey> = []
        for case .ended(let run, let task, _, _) in events { keys.insert(AttemptKey(run: run, task: task)) }
        return keys.compactMap { controls[$0] }
    }

    private func perform(_ action: EngineAction, in group: inout DiscardingTaskGroup) {
        switch action {
        case .start(let order):
            if let call = order.builtin {
                let control = AttemptControl()
                calls[AttemptKey(run: order.run, task: order.task)] = control
                return pool.add(BuiltinRunner(order, call, objects, control))
            }
            let executors = executors, issueTaskToken = issueTaskToken
            attend(order, in: &group) { control, tell in
                do {
                    let token = try await issueTaskToken(order.run, order.task)
                    await executors.drive(Submission(order: order, token: token, control: control), tell: tell)
                } catch {
                    let reason = PlatformError(
                        .taskStartFailed,
                        "The task got no token: \(error).",
                        nextStep: "See the server's log."
                    )
                    tell(.lost(reason))
                }
            }
        case .stop(let run, let task):
            let key = AttemptKey(run: run, task: task)
            (controls[key] ?? calls[key])?.stop(.cancelled)
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
        case .read(let reading):
            let mailbox = mailbox
            group.addTask {
                guard let answer = await self.answer(reading) else { return }
                mailbox.post(.read(run: reading.run, task: reading.task, answer))
            }
        case .again: mailbox.post(.wake)
        case .finished(let run):
            Workspace.remove("\(workspace.attempts)/\(run)")
            logger.info("pipeline run finished", metadata: ["run": "\(run)"])
        }
    }

    /// Follows an attempt beside the loop. `work` tells its outcome once, and may have something to remove afterwards; nil
    /// when the server goes down and the attempt goes on without it.
    private func attend(
        _ order: AttemptOrder,
        in group: inout DiscardingTaskGroup,
        _ work: @escaping @Sendable (AttemptControl, @Sendable (AttemptOutcome?) -> Void) async -> Void
    ) {
        let control = AttemptControl(), mailbox = mailbox, points = configuration.crashPoints
        control.takesPlace = order.placement.executor.usesThisMachine
        controls[AttemptKey(run: order.run, task: order.task)] = control
        group.addTask {
            await work(control) { outcome in
                if let outcome {
                    var news: [EngineEvent] = []
                    if let usage = control.usage {
                        news.append(.used(run: order.run, task: order.task, attempt: order.attempt, usage))
                    }
                    mailbox.post(news + [.ended(run: order.run, task: order.task, attempt: order.attempt, outcome)])
                } else {
                    mailbox.post(.left(run: order.run, task: order.task))
                }
                points.pass(.announced)
            }
        }
    }

    // MARK: - Loading

    /// Brings runs into memory that events speak of; at start, that is every unfinished one.
    ///
    /// - Returns: that attempts are lost, for the same step.
    private func load(_ events: [EngineEvent], in group: inout DiscardingTaskGroup) async -> [EngineEvent] {
        var lost: [EngineEvent] = []
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
                lost += resume(run, in: &group)
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
        return lost
    }

    /// Only a run of an earlier server has tasks under way when it is loaded: those whose processes live, or said how they
    /// ended, and those with executors elsewhere go on; the processes of others are gone by now.
    ///
    /// - Returns: that those are lost.
    private func resume(_ run: ActiveRun, in group: inout DiscardingTaskGroup) -> [EngineEvent] {
        var lost: [EngineEvent] = []
        let reason = PlatformError(
            .taskLost,
            "The server was killed while the task ran.",
            nextStep: "Nothing up to \(RunMachine.maximumLosses) times: the task is repeated."
        )
        for name in run.machine.running {
            let attempt = run.machine[name]?.attempt ?? 0
            let folder = workspace.attempt(run.id, name, attempt).path
            if let task = run.tasks[name], executors.survivesServer(task.placement.executor) {
                perform(.start(run.order(task)), in: &group)
            } else if let task = run.tasks[name], let kept = adoptable.removeValue(forKey: folder) {
                let executor = executor, order = run.order(task)
                attend(order, in: &group) { control, tell in tell(await executor.adopt(order, kept, control: control)) }
            } else {
                lost.append(.ended(run: run.id, task: name, attempt: attempt, .lost(reason)))
            }
        }
        for (name, at) in run.machine.retrying {
            // The clock may have been set back meanwhile; the pause is never longer than it was meant to be.
            let longest = run.tasks[name].map {
                Backoff.longest($0.retries, failures: run.machine[name]?.failures ?? 1)
            }
            let latest = clock.now().advanced(byMilliseconds: longest ?? Backoff.maximumMilliseconds)
            perform(.retry(run: run.id, task: name, at: min(at, latest)), in: &group)
        }
        return lost
    }
}
