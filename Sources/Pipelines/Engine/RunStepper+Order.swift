import Primitives
import Storage

extension RunStepper {
    /// Links and starts ready tasks until nothing moves or no place is left: higher priority first, then the oldest run;
    /// backfills last, whatever their priority.
    ///
    /// A cancellation that is recorded but not yet taken in holds: it is read in this transaction, before any start.
    mutating func advance() throws {
        try endOverdue()
        underway = ActiveRun.underway(runs.values)
        slots = try freeSlots()
        for id in runs.keys.sorted() where runs[id]?.canAdvance == true {
            let row = try transaction.first("SELECT cancel_actor FROM pipeline_run WHERE id = ?", [.text(id)])
            if try row?.optionalText("cancel_actor") != nil { try apply(id, failure: nil) { $0.apply(.cancel) } }
        }
        var moved = true
        while moved {
            moved = false
            for rank in ranks {
                for id in runs.keys.sorted() where runs[id]?.isBackfill == rank.isBackfill {
                    if try advance(id, at: rank.priority) { moved = true }
                }
            }
        }
        if budget == 0 { actions.append(.again) }
    }

    private mutating func advance(_ id: String, at priority: Int) throws -> Bool {
        var moved = false
        for candidate in candidates(id, at: priority) {
            // Of a thousand tasks that were looked up and wait for a place, each step must not pay for all.
            if candidate.isKnown, !hasPlace(candidate.place) { continue }
            if try advance(id, candidate.name) { moved = true }
        }
        for name in runs[id]?.machine.mapping ?? [] where runs[id]?.tasks[name]?.priority == priority {
            if try advanceInstances(id, name) { moved = true }
        }
        return moved
    }

    /// A ready task, as far as a step must know it to pass it by.
    private struct Candidate {
        let name: String
        /// Whether the cache was asked for it already.
        let isKnown: Bool
        let place: Place
    }

    /// Reads the run once for all its tasks: each reading takes hold of everything in it, and a hold that lasts would make
    /// the next change copy it.
    private func candidates(_ id: String, at priority: Int) -> [Candidate] {
        guard let run = runs[id] else { return [] }
        return run.machine.ready.compactMap { name in
            guard let task = run.tasks[name], task.priority == priority else { return nil }
            return Candidate(name: name, isKnown: run.components[name] != nil, place: Place(task, run))
        }
    }

    private struct Rank: Hashable {
        let isBackfill: Bool
        let priority: Int
    }

    /// What is tried first.
    private var ranks: [Rank] {
        var ranks: Set<Rank> = []
        for run in runs.values where run.canAdvance {
            for priority in run.priorities { ranks.insert(Rank(isBackfill: run.isBackfill, priority: priority)) }
        }
        return ranks.sorted { ($0.isBackfill ? 1 : 0, -$0.priority) < ($1.isBackfill ? 1 : 0, -$1.priority) }
    }

    /// Slots that no running task holds; none when no active run has a task of a pool.
    private func freeSlots() throws -> [String: Int] {
        guard runs.values.contains(where: \.hasPools) else { return [:] }
        var free = try PipelineStore.slots(in: transaction)
        for run in runs.values where run.hasPools {
            for name in run.machine.running {
                if let pool = run.definition(of: name)?.pool { free[pool, default: 0] -= 1 }
            }
        }
        return free
    }

    /// Takes a slot of the task's pool.
    ///
    /// - Returns: false when none is free.
    mutating func takeSlot(_ task: TaskDefinition) -> Bool {
        // Other engines have pools of their own.
        guard let pool = task.pool, let slots else { return true }
        guard let free = slots[pool], free > 0 else { return false }
        self.slots?[pool] = free - 1
        return true
    }
}

extension ActiveRun {
    /// Whether something may begin.
    var canAdvance: Bool { !machine.ready.isEmpty || !machine.mapping.isEmpty }
}
