import Foundation
import Primitives
import Storage

extension RunStepper {
    /// The most failed instances that a mapped task's error names.
    private static let maximumNamed: Int64 = 3

    /// Begins a mapped task: links what an equal one wrote, or makes its instances known.
    ///
    /// - Returns: whether it left the state `ready`.
    mutating func expand(_ id: String, _ task: TaskDefinition, _ rule: MapRule) throws -> Bool {
        guard let run = runs[id] else { return false }
        let items: MapItems
        do {
            guard let known = try read(run, task, rule) else { return false }
            items = known
        } catch let error as PlatformError where error.code.kind != .unavailable {
            try apply(id, failure: error) { $0.apply(.refused(task.name)) }
            return true
        }
        let components = run.components(of: task, interpreter: interpreter, source: items.source)
        let identity = try components.identity()
        runs[id]?.components[task.name] = (components, identity)
        if try link(run, task.name, task, identity) { return true }
        runs[id]?.items[task.name] = items
        try apply(id, failure: nil) { $0.apply(.expanded(task.name, count: items.count)) }
        return true
    }

    /// Over what a task is mapped.
    ///
    /// - Returns: nil while it is being read.
    private mutating func read(_ run: ActiveRun, _ task: TaskDefinition, _ rule: MapRule) throws -> MapItems? {
        let reading = run.mapReading(rule)
        if !readsLater || reading.isAtHand { return try reading.items(objects) }
        guard case .map(let answer)? = answer(run, task, .map(reading)) else { return nil }
        return try answer.get()
    }

    /// Links and starts instances, in order, until one finds no place. Those after it are not looked at, so that a step
    /// costs what it moves and not what waits.
    ///
    /// - Returns: whether an instance moved.
    mutating func advanceInstances(_ id: String, _ name: String) throws -> Bool {
        var moved = false
        while budget > 0, let index = runs[id]?.machine.nextInstance(of: name) {
            guard let run = runs[id], let task = run.tasks[name], let rule = task.map else { break }
            let instance = InstanceName.text(name, index)
            if run.components[instance] != nil, !hasPlace(Place(task, run)) { break }
            let item: MapItem
            do {
                guard let items = try run.items[name] ?? read(run, task, rule) else { break }
                runs[id]?.items[name] = items
                item = try items.item(index)
            } catch let error as PlatformError where error.code.kind != .unavailable {
                // What cannot be read now is not read again for each instance.
                if runs[id]?.items[name] == nil { runs[id]?.answers[name] = .map(.failure(error)) }
                try apply(id, failure: error) { $0.apply(.refused(instance)) }
                (moved, budget) = (true, budget - 1)
                continue
            }
            let components = run.components(of: task, interpreter: interpreter, item: item)
            let identity = try components.identity()
            runs[id]?.components[instance] = (components, identity)
            guard try enter(id, instance, task, identity, item: item) else { break }
            (moved, budget) = (true, budget - 1)
        }
        return moved
    }

    /// Every instance of a mapped task is over: what they wrote is collected, or the task fails and names who failed.
    mutating func conclude(_ id: String, _ name: String) throws {
        guard let run = runs[id], let task = run.tasks[name], let map = run.machine.instances(of: name) else { return }
        guard map.failures == 0 else {
            let rows = try transaction.query(
                """
                SELECT task, error_code, error_message FROM pipeline_task
                WHERE run_id = ? AND parent = ? AND state = 'failed' ORDER BY map_index LIMIT ?
                """,
                [.text(id), .text(name), .integer(Self.maximumNamed)]
            )
            let named = try rows.map { row in
                let message = try row.optionalText("error_message") ?? ""
                return try "\(row.text("task")): \(row.optionalText("error_code") ?? ""): "
                    + message.prefix { $0 != "\n" }.prefix(200)
            }
            let error = PlatformError(
                .taskInstancesFailed,
                "\(map.failures) of \(map.count) instances failed; \(named.joined(separator: " "))",
                nextStep: "List them with 'aku pipelines instances \(id) \(name) --state failed'; "
                    + "instances that ended well come from the cache."
            )
            return try apply(id, failure: error) { $0.apply(.mapFailed(name)) }
        }
        guard let rule = task.map else { return }
        actions.append(
            .collect(
                MapCollection(
                    run: id,
                    task: name,
                    attempt: run.machine[name]?.attempt ?? 1,
                    outputs: task.outputs,
                    items: run.items[name],
                    reading: run.mapReading(rule)
                )
            )
        )
    }

    /// What is over is in the database; a hundred thousand instances must not stay in memory.
    mutating func forget(_ transitions: [TaskTransition], of id: String) {
        for transition in transitions where transition.to.isFinal {
            if runs[id]?.tasks[transition.task] != nil {
                runs[id]?.items[transition.task] = nil
                runs[id]?.answers[transition.task] = nil
            } else {
                runs[id]?.components[transition.task] = nil
                runs[id]?.outputs[transition.task] = nil
            }
        }
    }
}
