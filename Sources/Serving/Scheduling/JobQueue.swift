/// What waits for a worker: by priority, then by arrival. A pure value, so that every order of events can be tested.
///
/// Work is never held back to fill a batch: whatever waits for the same model when a worker becomes free goes with it. A
/// batch then forms by itself exactly when there is more work than workers, and an idle server answers at once.
package struct JobQueue<Payload: Sendable>: Sendable {
    /// One piece of work.
    package struct Entry: Sendable {
        /// Its place.
        package let priority: RequestPriority
        /// It is not started after this moment.
        package let deadline: ContinuousClock.Instant
        /// Entries of one group may run together; nil: alone. The payload keeps the object alive.
        package let group: ObjectIdentifier?
        /// How much of a batch it fills.
        package let rows: Int
        /// The work.
        package let payload: Payload

        /// Makes an entry.
        package init(
            priority: RequestPriority,
            deadline: ContinuousClock.Instant,
            group: ObjectIdentifier?,
            rows: Int,
            payload: Payload
        ) {
            self.priority = priority
            self.deadline = deadline
            self.group = group
            self.rows = rows
            self.payload = payload
        }
    }

    /// The entries of one priority: numbers in order of arrival, some of which have gone.
    private struct Line: Sendable {
        var entries: [UInt64: Entry] = [:]
        var order: [UInt64] = []
        var head = 0

        mutating func compact() {
            guard order.count - head > 2 * entries.count + 64 || head > 1024 else { return }
            order = order[head...].filter { entries[$0] != nil }
            head = 0
        }
    }

    private var lines = [Line](repeating: Line(), count: RequestPriority.allCases.count)
    private var next: UInt64 = 0

    /// Starts empty.
    package init() {}

    /// Entries that wait.
    package var count: Int { lines.reduce(0) { $0 + $1.entries.count } }

    /// Puts an entry at the end of its line.
    package mutating func add(_ entry: Entry) {
        let index = entry.priority.line
        lines[index].entries[next] = entry
        lines[index].order.append(next)
        lines[index].compact()
        next += 1
    }

    /// Removes the youngest entry of the lowest priority, when that is below `priority`.
    package mutating func displace(below priority: RequestPriority) -> Entry? {
        for index in lines.indices.reversed() where index > priority.line {
            guard let youngest = lines[index].entries.keys.max() else { continue }
            return lines[index].entries.removeValue(forKey: youngest)
        }
        return nil
    }

    /// Takes the first entry that is wanted and in time, with others of its group.
    ///
    /// - Parameters:
    ///   - maximumRows: the rows of a batch, except that an entry with more runs alone.
    ///   - workers: how many share what waits: each takes its part, so that none idles beside a worker with everything.
    /// - Returns: the batch, empty when nothing waits, and what was dropped on the way because its deadline had passed.
    package mutating func take(
        at now: ContinuousClock.Instant,
        maximumRows: Int,
        workers: Int,
        isWanted: (Payload) -> Bool
    ) -> (batch: [Entry], late: [Entry]) {
        var late: [Entry] = []
        while let first = pop() {
            if first.deadline < now {
                late.append(first)
            } else if isWanted(first.payload) {
                guard let group = first.group, first.rows < maximumRows else { return ([first], late) }
                let waiting = lines.reduce(0) { sum, line in
                    sum + line.entries.values.reduce(0) { $1.group == group ? $0 + 1 : $0 }
                }
                let share = (waiting + 1 + workers - 1) / max(1, workers) - 1
                let others = collect(group, upTo: share, rows: maximumRows - first.rows, now, isWanted, &late)
                return ([first] + others, late)
            }
        }
        return ([], late)
    }

    /// Removes every entry that `condition` names.
    package mutating func remove(where condition: (Entry) -> Bool) -> [Entry] {
        var removed: [Entry] = []
        for index in lines.indices {
            for (number, entry) in lines[index].entries.sorted(by: { $0.key < $1.key }) where condition(entry) {
                lines[index].entries[number] = nil
                removed.append(entry)
            }
            lines[index].compact()
        }
        return removed
    }

    private mutating func pop() -> Entry? {
        for index in lines.indices {
            while lines[index].head < lines[index].order.count {
                let number = lines[index].order[lines[index].head]
                lines[index].head += 1
                if let entry = lines[index].entries.removeValue(forKey: number) {
                    lines[index].compact()
                    return entry
                }
            }
        }
        return nil
    }

    /// Others of a group, in order, as long as they fit; one that does not fit ends the batch, so that none is overtaken.
    private mutating func collect(
        _ group: ObjectIdentifier,
        upTo limit: Int,
        rows: Int,
        _ now: ContinuousClock.Instant,
        _ isWanted: (Payload) -> Bool,
        _ late: inout [Entry]
    ) -> [Entry] {
        var batch: [Entry] = []
        var room = rows
        for index in lines.indices {
            for position in lines[index].head..<lines[index].order.count {
                if batch.count >= limit { return batch }
                let number = lines[index].order[position]
                guard let entry = lines[index].entries[number], entry.group == group else { continue }
                let isLate = entry.deadline < now
                if !isLate, isWanted(entry.payload) {
                    guard entry.rows <= room else { return batch }
                    room -= entry.rows
                    batch.append(entry)
                } else if isLate {
                    late.append(entry)
                }
                lines[index].entries[number] = nil
            }
        }
        return batch
    }
}
