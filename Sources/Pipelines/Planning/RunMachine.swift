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
    /// A mapped task's elements are known; its instances may begin.
    case expanded(String, count: Int)
    /// Of a mapped task every instance is over, and some failed.
    case mapFailed(String)
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
    /// The run's deadline has passed.
    case expire
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
    /// Mapped tasks of which every instance is over; what they wrote is to be collected, or they are to fail.
    package var collect: [String] = []
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
    /// Of mapped tasks that have begun, by their place.
    private var maps: [Int: MapInstances] = [:]
    private var unfinished: Int
    /// Whether the run is being cancelled.
    package private(set) var isCancelling: Bool
    /// Whether its deadline has passed before its tasks were over.
    package private(set) var isExpired: Bool
    /// Whether the tasks of `on_failure` may begin: all others are over.
    private var isReleased = false

    /// A task, or one instance of a mapped task.
    private enum Node {
        case task(Int)
        case instance(of: Int, Int)
    }

    /// A machine in the states given (all waiting for a new run).
    ///
    /// - Parameters:
    ///   - maps: of mapped tasks that have begun, how many instances they have and the states of those that have begun.
    ///   - seed: of the jitter in back-off delays; the same seed gives the same delays.
    package init(
        plan: RunPlan,
        statuses: [String: TaskStatus] = [:],
        maps: [String: (count: Int, instances: [Int: TaskStatus])] = [:],
        isCancelling: Bool = false,
        isExpired: Bool = false,
        seed: UInt64
    ) {
        self.plan = plan
        self.seed = seed
        self.isCancelling = isCancelling
        self.isExpired = isExpired
        let states = plan.names.map { statuses[$0] ?? TaskStatus(state: .waiting) }
        self.statuses = states
        gates = plan.upstream.map { upstream in
            var gate = Gate(open: upstream.count)
            for index in upstream where states[index].state.isFinal { gate.count(states[index].state) }
            return gate
        }
        unfinished = states.count { !$0.state.isFinal }
        for (name, map) in maps {
            guard let index = plan.index(of: name), states[index].state == .running else { continue }
            self.maps[index] = MapInstances(count: map.count, statuses: map.instances)
        }
    }

    /// The status of a task or an instance; nil for an unknown name.
    package subscript(_ task: String) -> TaskStatus? { node(task).map { self[$0] } }

    /// Tasks that may start, in file order; instances of mapped tasks are not among them.
    package var ready: [String] {
        plan.names.indices.filter { statuses[$0].state == .ready }.map { plan.names[$0] }
    }

    /// Mapped tasks with instances that may begin, in file order.
    package var mapping: [String] {
        if isCancelling || maps.isEmpty { return [] }
        return maps.keys.sorted().filter {
            statuses[$0].state == .running && maps[$0]?.hasNext == true && !isEnding($0)
        }.map {
            plan.names[$0]
        }
    }

    /// The instance of a mapped task that begins next.
    package mutating func nextInstance(of task: String) -> Int? {
        plan.index(of: task).flatMap { maps[$0]?.next() }
    }

    /// How many instances a mapped task has, and how many failed for good; nil before it has begun.
    package func instances(of task: String) -> (count: Int, failures: Int)? {
        plan.index(of: task).flatMap { maps[$0] }.map { ($0.count, $0.failures) }
    }

    /// Tasks and instances with an attempt on its way, in file order.
    package var running: [String] {
        plan.names.indices.flatMap { index -> [String] in
            guard statuses[index].state == .running else { return [] }
            guard let map = maps[index] else { return plan.isMapped[index] ? [] : [plan.names[index]] }
            return map.running.sorted().map { InstanceName.text(plan.names[index], $0) }
        }
    }

    /// Tasks and instances that wait for their next attempt, with its moment.
    package var retrying: [(task: String, at: Timestamp)] {
        var out: [(task: String, at: Timestamp)] = []
        for index in plan.names.indices {
            if case .retrying(let at) = statuses[index].state { out.append((plan.names[index], at)) }
            guard let map = maps[index] else { continue }
            for place in map.indices(where: { if case .retrying = $0 { true } else { false } }) {
                if case .retrying(let at) = map[place].state {
                    out.append((InstanceName.text(plan.names[index], place), at))
                }
            }
        }
        return out
    }

    /// Begins a run, or goes on with one: tasks with nothing left to wait for become ready.
    package mutating func begin() -> RunStep {
        var step = RunStep()
        for index in statuses.indices { pass(index, &step) }
        if isExpired { end(&step, isForFailure: false) }
        if isCancelling { cancel(&step) }
        for index in maps.keys.sorted() { settle(index, &step) }
        conclude(&step)
        return step
    }

    /// Takes an event in.
    package mutating func apply(_ event: RunEvent) -> RunStep {
        var step = RunStep()
        if unfinished == 0 { return step }
        switch event {
        case .started(let task):
            guard let node = node(task, in: .ready), !isEnding(owner(node)) else { break }
            count(node)
            move(node, to: .running, &step)
        case .hit(let task):
            guard let node = node(task, in: .ready), !isEnding(owner(node)) else { break }
            move(node, to: .cached, &step)
        case .excused(let task):
            guard let node = node(task, in: .ready) else { break }
            move(node, to: .excused, &step)
        case .refused(let task):
            guard let node = node(task, in: .ready) else { break }
            move(node, to: .failed, &step)
        case .expanded(let task, let instances):
            guard let node = node(task, in: .ready), case .task(let index) = node, !isEnding(index) else { break }
            count(node)
            maps[index] = MapInstances(count: instances)
            move(node, to: .running, &step)
            settle(index, &step)
        case .mapFailed(let task):
            guard let node = node(task, in: .running), case .task(let index) = node, maps[index]?.open == 0 else {
                break
            }
            move(node, to: .failed, &step)
        case .succeeded(let task, let attempt):
            guard let node = node(task, attempt) else { break }
            move(node, to: .succeeded, &step)
        case .failed(let task, let attempt, let at):
            guard let node = node(task, attempt) else { break }
            fail(node, at, &step)
        case .lost(let task, let attempt, let counted):
            guard let node = node(task, attempt) else { break }
            lose(node, counted: counted, &step)
        case .stopped(let task, let attempt):
            guard let node = node(task, attempt) else { break }
            move(node, to: .cancelled, &step)
        case .retryDue(let task):
            guard let node = node(task), case .retrying = self[node].state else { break }
            move(node, to: .ready, &step)
        case .cancel:
            cancel(&step)
        case .expire:
            guard canExpire else { break }
            isExpired = true
            end(&step, isForFailure: false)
        }
        conclude(&step)
        return step
    }

    // MARK: - Rules

    private mutating func fail(_ node: Node, _ at: Timestamp, _ step: inout RunStep) {
        let status = self[node], own = status.attempt - status.losses, policy = plan.retries[owner(node)]
        if isEnding(owner(node)) {
            move(node, to: .cancelled, &step)
        } else if own <= policy.limit, !isMap(node) {
            let delay = Backoff.milliseconds(policy, failures: own, seed: seed ^ salt(node))
            move(node, to: .retrying(at: at.advanced(byMilliseconds: delay)), &step)
        } else {
            move(node, to: .failed, &step)
        }
    }

    private mutating func lose(_ node: Node, counted: Bool, _ step: inout RunStep) {
        switch node {
        case .task(let index): statuses[index].losses += 1
        case .instance(let index, let place): maps[index]?[place].losses += 1
        }
        let counts = counted && self[node].losses >= Self.maximumLosses
        move(node, to: isEnding(owner(node)) ? .cancelled : counts ? .failed : .ready, &step)
    }

    private mutating func cancel(_ step: inout RunStep) {
        isCancelling = true
        end(&step, isForFailure: false)
        end(&step, isForFailure: true)
    }

    /// Ends tasks: those of `on_failure`, or all others.
    private mutating func end(_ step: inout RunStep, isForFailure: Bool) {
        for index in statuses.indices where plan.isForFailure[index] == isForFailure {
            switch statuses[index].state {
            case .waiting, .ready, .retrying: move(.task(index), to: .cancelled, &step)
            case .running where maps[index] != nil: cancelInstances(index, &step)
            case .running: step.stop.append(plan.names[index])
            default: break
            }
        }
    }

    private mutating func cancelInstances(_ index: Int, _ step: inout RunStep) {
        maps[index]?.abandonFresh()
        guard let map = maps[index] else { return }
        for place in map.indices(where: { !$0.isFinal }) {
            if map[place].state == .running {
                step.stop.append(InstanceName.text(plan.names[index], place))
            } else {
                move(.instance(of: index, place), to: .cancelled, &step)
            }
        }
        settle(index, &step)
    }

    /// What becomes of a mapped task whose instances are all over.
    private mutating func settle(_ index: Int, _ step: inout RunStep) {
        guard statuses[index].state == .running, maps[index]?.open == 0 else { return }
        if isEnding(index) {
            move(.task(index), to: .cancelled, &step)
        } else if !step.collect.contains(plan.names[index]) {
            step.collect.append(plan.names[index])
        }
    }

    private mutating func move(_ node: Node, to state: TaskState, _ step: inout RunStep) {
        step.transitions.append(TaskTransition(name(node), from: self[node].state, to: state))
        guard case .task(let index) = node else {
            if case .instance(let index, let place) = node {
                maps[index]?.move(place, to: state)
                if state.isFinal { settle(index, &step) }
            }
            return
        }
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
        guard statuses[index].state == .waiting, isReleased || !plan.isForFailure[index],
            let state = gates[index].verdict(plan.joins[index])
        else { return }
        move(.task(index), to: state, &step)
    }

    private mutating func conclude(_ step: inout RunStep) {
        release(&step)
        guard unfinished == 0 else { return }
        step.outcome = outcome
    }

    /// What the tasks came to; those of `on_failure` change nothing about it.
    private var outcome: RunState {
        if isExpired { return .failed }
        let states = statuses.indices.filter { !plan.isForFailure[$0] }.map { statuses[$0].state }
        if states.contains(.cancelled) { return .cancelled }
        return states.allSatisfy { $0.isGood || $0 == .excused } ? .succeeded : .failed
    }

    /// Lets the tasks of `on_failure` begin, or leaves them out, once all others are over.
    private mutating func release(_ step: inout RunStep) {
        guard !isReleased, areTasksOver else { return }
        isReleased = true
        let hasFailed = outcome == .failed
        for index in statuses.indices where plan.isForFailure[index] && statuses[index].state == .waiting {
            if hasFailed {
                pass(index, &step)
            } else {
                move(.task(index), to: .excused, &step)
            }
        }
    }

    private var areTasksOver: Bool {
        statuses.indices.allSatisfy { plan.isForFailure[$0] || statuses[$0].state.isFinal }
    }

    /// Whether a deadline still ends something: it bounds the tasks, and not what is done after a failure.
    package var canExpire: Bool { !isExpired && !isCancelling && !areTasksOver }

    /// Whether a task that ends badly, or was lost, is over for good.
    private func isEnding(_ index: Int) -> Bool { isCancelling || isExpired && !plan.isForFailure[index] }

    /// Failed tasks in file order, without those of `on_failure`.
    package var failed: [String] {
        plan.names.indices.filter { !plan.isForFailure[$0] && statuses[$0].state == .failed }.map { plan.names[$0] }
    }

    // MARK: - Names and places

    private subscript(_ node: Node) -> TaskStatus {
        switch node {
        case .task(let index): statuses[index]
        case .instance(let index, let place): maps[index]?[place] ?? TaskStatus(state: .cancelled)
        }
    }

    private func node(_ name: String) -> Node? {
        if let index = plan.index(of: name) { return .task(index) }
        guard let (task, place) = InstanceName.parts(name), let index = plan.index(of: task),
            let map = maps[index], place < map.count
        else { return nil }
        return .instance(of: index, place)
    }

    private func node(_ name: String, in state: TaskState) -> Node? {
        node(name).flatMap { self[$0].state == state ? $0 : nil }
    }

    /// Fencing: only the attempt that is on its way may report.
    private func node(_ name: String, _ attempt: Int) -> Node? {
        node(name, in: .running).flatMap { self[$0].attempt == attempt ? $0 : nil }
    }

    private func name(_ node: Node) -> String {
        switch node {
        case .task(let index): plan.names[index]
        case .instance(let index, let place): InstanceName.text(plan.names[index], place)
        }
    }

    private func owner(_ node: Node) -> Int {
        switch node {
        case .task(let index), .instance(let index, _): index
        }
    }

    private func isMap(_ node: Node) -> Bool { if case .task(let index) = node { plan.isMapped[index] } else { false } }

    private func salt(_ node: Node) -> UInt64 {
        switch node {
        case .task(let index): UInt64(index + 1)
        case .instance(let index, let place): UInt64(index + 1) ^ UInt64(place + 1) << 20
        }
    }

    private mutating func count(_ node: Node) {
        switch node {
        case .task(let index): statuses[index].attempt += 1
        case .instance(let index, let place): maps[index]?[place].attempt += 1
        }
    }
}
