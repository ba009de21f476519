import Primitives

/// What happens to a run.
package enum RunEvent: Sendable, Hashable {
    /// An attempt takes a place.
    case started(String)
    /// The cache has the task's outputs.
    case hit(String)
    /// The task's condition does not hold.
    case excused(String)
    /// The task cannot begin: its condition cannot be decided.
    case refused(String)
    /// The attempt ended well; its outputs are durable.
    case succeeded(String, attempt: Int)
    /// The attempt ended badly.
    case failed(String, attempt: Int, at: Timestamp)
    /// The attempt vanished through no fault of the task. Not counted when the server went down in good order.
    case lost(String, attempt: Int, counted: Bool)
    /// The attempt was ended because the run is cancelled.
    case stopped(String, attempt: Int)
    /// The back-off of a task is over.
    case retryDue(String)
    /// Someone cancels the run.
    case cancel
}

/// One task's change of state.
package struct TaskTransition: Sendable, Hashable {
    /// The task.
    package let task: String
    /// Before.
    package let from: TaskState
    /// After.
    package let to: TaskState

    /// Makes a transition.
    package init(_ task: String, from: TaskState, to: TaskState) {
        self.task = task
        self.from = from
        self.to = to
    }
}

/// What an event leads to.
package struct RunStep: Sendable, Hashable {
    /// Changes of state, in order.
    package var transitions: [TaskTransition] = []
    /// Tasks whose processes must be ended.
    package var stop: [String] = []
    /// Set once, when the run is over.
    package var outcome: RunState?
}

/// The state machine of one run: an event goes in, transitions come out. It knows no clock, process or database; an
/// event
/// that does not fit the present state (a late answer of an attempt that was given up) changes nothing.
package struct RunMachine: Sendable, Hashable {
    /// After so many lost attempts a task fails with `task_lost`.
    package static let maximumLosses = 5

    private let plan: RunPlan
    private let seed: UInt64
    private var statuses: [TaskStatus]
    private var gates: [Gate]
    private var unfinished: Int
    /// Whether the run is being cancelled.
    package private(set) var isCancelling: Bool

    /// A machine in the states given (all waiting for a new run).
    ///
    /// - Parameters:
    ///   - seed: of the jitter in back-off delays; the same seed gives the same delays.
    package init(plan: RunPlan, statuses: [String: TaskStatus] = [:], isCancelling: Bool = false, seed: UInt64) {
        self.plan = plan
        self.seed = seed
        self.isCancelling = isCancelling
        let states = plan.names.map { statuses[$0] ?? TaskStatus(state: .waiting) }
        self.statuses = states
        gates = plan.upstream.map { upstream in
            var gate = Gate(open: upstream.count)
            for index in upstream where states[index].state.isFinal { gate.count(states[index].state) }
            return gate
        }
        unfinished = states.count { !$0.state.isFinal }
    }

    /// A task's status; nil for an unknown name.
    package subscript(_ task: String) -> TaskStatus? { plan.index(of: task).map { statuses[$0] } }

    /// Tasks that may start, in file order.
    package var ready: [String] { tasks { $0 == .ready } }

    /// Tasks with an attempt on its way, in file order.
    package var running: [String] { tasks { $0 == .running } }

    /// Tasks that wait for their next attempt, with its moment.
    package var retrying: [(task: String, at: Timestamp)] {
        plan.names.indices.compactMap { index in
            if case .retrying(let at) = statuses[index].state { (plan.names[index], at) } else { nil }
        }
    }

    /// Begins a run, or goes on with one: tasks with nothing left to wait for become ready.
    package mutating func begin() -> RunStep {
        var step = RunStep()
        for index in statuses.indices { pass(index, &step) }
        if isCancelling { cancel(&step) }
        conclude(&step)
        return step
    }

    /// Takes an event in.
    package mutating func apply(_ event: RunEvent) -> RunStep {
        var step = RunStep()
        if unfinished == 0 { return step }
        switch event {
        case .started(let task):
            guard let index = index(task, in: .ready), !isCancelling else { break }
            statuses[index].attempt += 1
            move(index, to: .running, &step)
        case .hit(let task):
            guard let index = index(task, in: .ready), !isCancelling else { break }
            move(index, to: .cached, &step)
        case .excused(let task):
            guard let index = index(task, in: .ready) else { break }
            move(index, to: .excused, &step)
        case .refused(let task):
            guard let index = index(task, in: .ready) else { break }
            move(index, to: .failed, &step)
        case .succeeded(let task, let attempt):
            guard let index = index(task, attempt) else { break }
            move(index, to: .succeeded, &step)
        case .failed(let task, let attempt, let at):
            guard let index = index(task, attempt) else { break }
            fail(index, at, &step)
        case .lost(let task, let attempt, let counted):
            guard let index = index(task, attempt) else { break }
            lose(index, counted: counted, &step)
        case .stopped(let task, let attempt):
            guard let index = index(task, attempt) else { break }
            move(index, to: .cancelled, &step)
        case .retryDue(let task):
            guard let index = plan.index(of: task), case .retrying = statuses[index].state else { break }
            move(index, to: .ready, &step)
        case .cancel:
            cancel(&step)
        }
        conclude(&step)
        return step
    }

    // MARK: - Rules

    private mutating func fail(_ index: Int, _ at: Timestamp, _ step: inout RunStep) {
        let own = statuses[index].attempt - statuses[index].losses
        if isCancelling {
            move(index, to: .cancelled, &step)
        } else if own <= plan.retries[index].limit {
            let delay = Backoff.milliseconds(plan.retries[index], failures: own, seed: seed ^ UInt64(index + 1))
            move(index, to: .retrying(at: at.advanced(byMilliseconds: delay)), &step)
        } else {
            move(index, to: .failed, &step)
        }
    }

    private mutating func lose(_ index: Int, counted: Bool, _ step: inout RunStep) {
        statuses[index].losses += 1
        let counts = counted && statuses[index].losses >= Self.maximumLosses
        move(index, to: isCancelling ? .cancelled : counts ? .failed : .ready, &step)
    }

    private mutating func cancel(_ step: inout RunStep) {
        isCancelling = true
        for index in statuses.indices {
            switch statuses[index].state {
            case .waiting, .ready, .retrying: move(index, to: .cancelled, &step)
            case .running: step.stop.append(plan.names[index])
            default: break
            }
        }
    }

    private mutating func move(_ index: Int, to state: TaskState, _ step: inout RunStep) {
        step.transitions.append(TaskTransition(plan.names[index], from: statuses[index].state, to: state))
        statuses[index].state = state
        guard state.isFinal else { return }
        unfinished -= 1
        for next in plan.downstream[index] {
            gates[next].count(state)
            pass(next, &step)
        }
    }

    /// Moves a waiting task as far as those that it waits for allow.
    private mutating func pass(_ index: Int, _ step: inout RunStep) {
        guard statuses[index].state == .waiting, let state = gates[index].verdict(plan.joins[index]) else { return }
        move(index, to: state, &step)
    }

    private func conclude(_ step: inout RunStep) {
        guard unfinished == 0 else { return }
        let states = statuses.map(\.state)
        let isWell = states.allSatisfy { $0.isGood || $0 == .excused }
        step.outcome = states.contains(.cancelled) ? .cancelled : isWell ? .succeeded : .failed
    }

    private func index(_ task: String, in state: TaskState) -> Int? {
        plan.index(of: task).flatMap { statuses[$0].state == state ? $0 : nil }
    }

    /// Fencing: only the attempt that is on its way may report.
    private func index(_ task: String, _ attempt: Int) -> Int? {
        index(task, in: .running).flatMap { statuses[$0].attempt == attempt ? $0 : nil }
    }

    private func tasks(_ matches: (TaskState) -> Bool) -> [String] {
        plan.names.indices.filter { matches(statuses[$0].state) }.map { plan.names[$0] }
    }
}
