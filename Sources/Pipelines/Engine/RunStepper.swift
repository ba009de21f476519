import Foundation
import Primitives
import Storage

/// What the loop does after a step is durable.
enum EngineAction: Sendable {
    case start(AttemptOrder)
    case stop(run: String, task: String)
    case retry(run: String, task: String, at: Timestamp)
    case finished(run: String)
    /// Take together what the instances of a mapped task wrote.
    case collect(MapCollection)
    /// Read for a decision, and tell.
    case read(StepReading)
    /// More can be done at once than one transaction should hold.
    case again
}

/// One step of the engine, inside one transaction: takes events in, links what the cache has, starts what has a place,
/// and
/// writes every change with its journal event.
struct RunStepper {
    let transaction: any SQLTransaction
    let objects: ObjectStore
    let now: Timestamp
    let interpreter: Interpreter?
    var runs: [String: ActiveRun]
    var actions: [EngineAction] = []
    var places: Int
    /// Places that backfills leave free for other runs.
    let reserve: Int
    /// Instances of mapped tasks that may still begin or be linked in this step.
    var budget = 1_000
    /// Calls of built-in operators that may still be on their way at one time; they hold no place.
    var builtins = RunStepper.maximumBuiltins
    /// The most of them.
    static let maximumBuiltins = 2_000
    /// Free slots of pools; nil where the engine that leads the runs is not ours.
    var slots: [String: Int]?
    /// Identities that are being executed for the cache; whoever needs one of them waits for its outcome.
    var underway: Set<Digest> = []
    /// Whether decisions that need the object store wait for another step; false where the answer is wanted at once.
    var readsLater = false
    /// Places of executors that are elsewhere.
    var remotePlaces: Int

    init(
        _ transaction: any SQLTransaction,
        objects: ObjectStore,
        now: Timestamp,
        runs: [String: ActiveRun],
        places: Int,
        reserve: Int = 0,
        interpreter: Interpreter? = nil,
        remotePlaces: Int = 1
    ) {
        self.remotePlaces = remotePlaces
        self.reserve = reserve
        self.transaction = transaction
        self.objects = objects
        self.now = now
        self.runs = runs
        self.places = places
        self.interpreter = interpreter
    }

    /// Applies events, in order.
    mutating func take(_ events: [EngineEvent]) throws {
        for event in events {
            switch event {
            case .created(let id):
                try apply(id, failure: nil) { $0.begin() }
            case .cancel(let id):
                try apply(id, failure: nil) { $0.apply(.cancel) }
            case .retryDue(let id, let task):
                try apply(id, failure: nil) { $0.apply(.retryDue(task)) }
            case .ended(let id, let task, let attempt, let outcome):
                try ended(id, task, attempt, outcome)
            case .used(let id, let task, let attempt, let usage):
                try usage.add(to: id, task, attempt: attempt, in: transaction)
            case .read(let id, let task, let answer):
                runs[id]?.answers[task] = answer
                runs[id]?.asked.remove(task)
            case .shutdown, .wake, .left:
                break
            }
        }
    }

    mutating func ended(_ id: String, _ task: String, _ attempt: Int, _ outcome: AttemptOutcome) throws {
        switch outcome {
        case .succeeded(let outputs):
            guard let status = runs[id]?.machine[task], status.state == .running, status.attempt == attempt else {
                return
            }
            runs[id]?.outputs[task] = outputs
            try PipelineStore.write(outputs, of: id, task: task, in: transaction)
            if let identity = runs[id]?.components[task]?.identity, runs[id]?.definition(of: task)?.isCached == true {
                try remember(identity, id, task)
            }
            try apply(id, failure: nil) { $0.apply(.succeeded(task, attempt: attempt)) }
        case .failed(let error):
            let at = now
            try apply(id, failure: error) { $0.apply(.failed(task, attempt: attempt, at: at)) }
        case .stopped(.cancelled):
            try apply(id, failure: nil) { $0.apply(.stopped(task, attempt: attempt)) }
        case .stopped:
            let error = PlatformError(
                .taskLost,
                "The server went down while the task ran.",
                nextStep: "Nothing: the task is repeated."
            )
            try apply(id, failure: error) { $0.apply(.lost(task, attempt: attempt, counted: false)) }
        case .lost(let error):
            try apply(id, failure: error) { $0.apply(.lost(task, attempt: attempt, counted: true)) }
        }
    }

    // MARK: - Starting

    /// - Returns: whether the task left the state `ready`.
    mutating func advance(_ id: String, _ name: String) throws -> Bool {
        guard let run = runs[id], let task = run.tasks[name] else { return false }
        switch try passes(run, task) {
        case true?: break
        case false?: return true
        case nil: return false
        }
        if let rule = task.map { return try expand(id, task, rule) }
        if run.components[name] != nil, !hasPlace(Place(task, run)) { return false }
        let (components, identity): (TaskComponents, Digest)
        if let known = run.components[name], underway.contains(known.identity), run.links(task) {
            (components, identity) = known
        } else {
            components = run.components(of: task, interpreter: interpreter)
            identity = try components.identity()
            runs[id]?.components[name] = (components, identity)
        }
        return try enter(id, name, task, identity, item: nil)
    }

    /// What a task needs a place of.
    enum Place {
        /// Calls of built-in operators.
        case builtin
        /// Executors that are elsewhere.
        case elsewhere
        /// This machine; what makes up for the past leaves some free.
        case here(isBackfill: Bool)

        init(_ task: TaskDefinition, _ run: ActiveRun) {
            if task.builtin != nil {
                self = .builtin
            } else if task.placement.executor.usesThisMachine {
                self = .here(isBackfill: run.isBackfill)
            } else {
                self = .elsewhere
            }
        }
    }

    /// Whether a place is left.
    func hasPlace(_ place: Place) -> Bool {
        switch place {
        case .builtin: builtins > 0
        case .elsewhere: remotePlaces > 0
        case .here(let isBackfill): places > (isBackfill ? reserve : 0)
        }
    }

    /// Links or starts a ready task or instance.
    ///
    /// - Returns: whether it left the state `ready`.
    mutating func enter(
        _ id: String,
        _ name: String,
        _ task: TaskDefinition,
        _ identity: Digest,
        item: MapItem?
    ) throws -> Bool {
        guard let run = runs[id] else { return false }
        // Two runs at one time with one identity: the second takes what the first makes, or runs when the first fails.
        if run.links(task), underway.contains(identity) { return false }
        if try link(run, name, task, identity) { return true }
        guard hasPlace(Place(task, run)), takeSlot(task) else { return false }
        if let builtin = task.builtin?.builtin {
            if builtin.isImmediate { return try pass(id, name, task) }
            builtins -= 1
        } else if task.placement.executor.usesThisMachine {
            places -= 1
        } else {
            remotePlaces -= 1
        }
        if task.cache { underway.insert(identity) }
        try apply(id, failure: nil) { $0.apply(.started(name)) }
        if let run = runs[id] { actions.append(.start(run.order(task, item: item))) }
        return true
    }

    /// Takes over what an equal execution wrote, where the task asks for it and there is one.
    ///
    /// - Returns: whether it left the state `ready`.
    mutating func link(_ run: ActiveRun, _ name: String, _ task: TaskDefinition, _ identity: Digest) throws -> Bool {
        guard run.links(task), let hit = try lookUp(identity) else { return false }
        runs[run.id]?.outputs[name] = hit.outputs
        // First the row: an instance that is linked has none yet.
        try apply(run.id, failure: nil, cachedFrom: hit.run) { $0.apply(.hit(name)) }
        try PipelineStore.write(hit.outputs, of: run.id, task: name, in: transaction)
        return true
    }

    /// The outputs of the execution with this identity, when the store still has all of them.
    private func lookUp(_ identity: Digest) throws -> (run: String, outputs: [TaskOutput])? {
        let row = try transaction.first(
            "SELECT run_id, task FROM pipeline_cache WHERE identity = ?",
            [.digest(identity)]
        )
        guard let row else { return nil }
        let run = try row.text("run_id"), task = try row.text("task")
        let outputs = try PipelineStore.outputs(of: run, task: task, in: transaction)[task] ?? []
        return outputs.allSatisfy { objects.holdsAll(of: $0) } ? (run, outputs) : nil
    }

    // MARK: - Writing

    mutating func apply(
        _ id: String,
        failure: PlatformError?,
        cachedFrom: String? = nil,
        reason: String? = nil,
        _ change: (inout RunMachine) -> RunStep
    ) throws {
        guard var run = runs[id] else { return }
        // Held once while it changes: a second holder would make every change copy all states.
        runs[id] = nil
        let step = change(&run.machine)
        runs[id] = run
        for transition in step.transitions {
            try RunWriter(transaction, run, now).write(
                transition,
                failure: failure,
                cachedFrom: cachedFrom,
                reason: reason
            )
            if case .retrying(let at) = transition.to { actions.append(.retry(run: id, task: transition.task, at: at)) }
        }
        actions += step.stop.map { .stop(run: id, task: $0) }
        forget(step.transitions, of: id)
        for task in step.collect { try conclude(id, task) }
        if let outcome = step.outcome {
            try RunWriter(transaction, run, now).write(outcome)
            runs[id] = nil
            actions.append(.finished(run: id))
        }
    }

    /// The newest execution wins: `--no-cache` refreshes an entry.
    private func remember(_ identity: Digest, _ id: String, _ task: String) throws {
        try transaction.execute(
            """
            INSERT INTO pipeline_cache (identity, run_id, task, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (identity) DO UPDATE SET run_id = excluded.run_id, task = excluded.task,
                created_at = excluded.created_at
            """,
            [.digest(identity), .text(id), .text(task), .time(now)]
        )
    }
}
