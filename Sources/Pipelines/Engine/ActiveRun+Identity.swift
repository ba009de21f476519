import Primitives
import Storage

extension ActiveRun {
    /// What decides the outputs of a task whose upstream is over.
    ///
    /// - Parameters:
    ///   - item: of an instance of a mapped task.
    ///   - source: of a mapped task as a whole, what it is mapped over.
    func components(
        of task: TaskDefinition,
        interpreter: Interpreter?,
        item: MapItem? = nil,
        source: [String: JSONValue]? = nil
    ) -> TaskComponents {
        let python: [String: String]? =
            switch self.python(of: task) {
            // An unknown Python is not none: what another engine's worker has is not known here.
            case .server: interpreter?.components() ?? ["version": "unknown"]
            case .none: nil
            case .lock(let lock): interpreter?.components(lock: lock.digest) ?? ["lock": lock.digest.description]
            }
        return TaskComponents(
            task: task,
            parameters: parameters,
            code: version.trees[task.name],
            inputs: inputs(of: task, item: item).mapValues(\.digest),
            python: python,
            network: task.builtin == nil ? definition.network(of: task) : .unstated,
            map: item.map { Self.used(of: $0, by: task) } ?? source
        )
    }

    /// Two elements that give one command have one identity.
    private static func used(of item: MapItem, by task: TaskDefinition) -> [String: JSONValue] {
        var out: [String: JSONValue] = [:]
        for name in task.run.names(in: .map) { out[name] = item.value(name) }
        return out
    }

    /// The definition of a task, or of the task that an instance belongs to.
    func definition(of name: String) -> TaskDefinition? {
        tasks[name] ?? InstanceName.parts(name).flatMap { tasks[$0.task] }
    }

    /// The Python that the task's attempts find first.
    func python(of task: TaskDefinition) -> AttemptPython {
        if task.builtin != nil { return AttemptPython.none }
        return switch definition.python(of: task) {
        case .server: .server
        case .none: .none
        case .lock(let path): version.lock(path).map(AttemptPython.lock) ?? .server
        }
    }

    /// Whether the outputs of an equal execution are linked for the task.
    func links(_ task: TaskDefinition) -> Bool { task.isCached && useCache && !fresh.contains(task.name) }

    /// The identities of attempts on their way whose outputs the cache will have.
    static func underway(_ runs: some Sequence<ActiveRun>) -> Set<Digest> {
        var out: Set<Digest> = []
        for run in runs {
            for name in run.machine.running where run.definition(of: name)?.isCached == true {
                if let identity = run.components[name]?.identity { out.insert(identity) }
            }
        }
        return out
    }
}
