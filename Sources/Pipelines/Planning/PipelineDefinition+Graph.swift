extension PipelineDefinition {
    /// The first cycle in file order, beginning and ending with the same task; nil when there is none.
    ///
    /// An iterative depth-first walk: a thousand tasks in one chain must not exhaust the stack.
    func cycle() -> [String]? {
        let upstream = Dictionary(tasks.map { ($0.name, $0.upstream) }, uniquingKeysWith: { first, _ in first })
        var done: Set<String> = []
        for task in tasks where !done.contains(task.name) {
            var path = [task.name], pending = [upstream[task.name] ?? []]
            while let current = path.last, var rest = pending.popLast() {
                guard let next = rest.popLast() else {
                    done.insert(current)
                    path.removeLast()
                    continue
                }
                pending.append(rest)
                if let start = path.firstIndex(of: next) {
                    // The walk follows "waits for"; read the other way round it is the order of the data.
                    let loop = Array(path[start...].reversed())
                    return loop.rotated(toStartAt: tasks.map(\.name).first { loop.contains($0) } ?? next)
                }
                if !done.contains(next), let more = upstream[next] {
                    path.append(next)
                    pending.append(more)
                }
            }
        }
        return nil
    }

    /// Tasks in an order in which each comes after what it waits for, file order where that leaves a choice; the
    /// number is
    /// the length of the longest way to it.
    package var levels: [(task: TaskDefinition, level: Int)] {
        var level: [String: Int] = [:]
        var rest = tasks
        while !rest.isEmpty {
            let ready = rest.filter { $0.upstream.allSatisfy { level[$0] != nil } }
            if ready.isEmpty { break }
            for task in ready { level[task.name] = task.upstream.map { (level[$0] ?? 0) + 1 }.max() ?? 0 }
            rest.removeAll { level[$0.name] != nil }
        }
        // They wait for all others, without an edge to each.
        let last = tasks.filter { !$0.isForFailure }.compactMap { level[$0.name] }.max() ?? 0
        for task in tasks where task.isForFailure { level[task.name, default: 0] += last + 1 }
        return tasks.enumerated().map { (index: $0.offset, task: $0.element, level: level[$0.element.name] ?? 0) }
            .sorted { ($0.level, $0.index) < ($1.level, $1.index) }
            .map { ($0.task, $0.level) }
    }
}

extension [String] {
    /// A loop without its repeated end, turned so that it starts at an element, which is added again at the end.
    fileprivate func rotated(toStartAt start: String) -> [String] {
        guard let index = firstIndex(of: start) else { return self }
        return Array(self[index...] + self[..<index]) + [start]
    }
}
