/// A graph of tasks as text, one line a task, lanes for data on its way (as `git log --graph` draws history).
enum GraphText {
    /// Draws tasks that are given in an order in which each comes after what it waits for.
    static func draw(_ tasks: [(name: String, upstream: [String], outputs: [String])]) -> String {
        var lanes: [String?] = []
        let rows = tasks.enumerated().map { index, task in
            (row(task.name, task.upstream, rest: tasks[(index + 1)...].map(\.upstream), &lanes), task)
        }
        let width = rows.map { $0.0.count }.max() ?? 0
        let names = tasks.map(\.name.count).max() ?? 0
        return rows.map { graph, task in
            var line = graph.padded(to: width) + "  " + task.name.padded(to: names)
            if !task.outputs.isEmpty { line += "  → " + task.outputs.joined(separator: ", ") }
            return line.trimmedAtEnd
        }.joined(separator: "\n")
    }

    /// The lanes beside one task; `lanes` holds, for each lane, the task whose outputs someone below still needs.
    private static func row(_ name: String, _ upstream: [String], rest: [[String]], _ lanes: inout [String?]) -> String
    {
        let ends = lanes.indices.filter { index in
            guard let lane = lanes[index] else { return false }
            return upstream.contains(lane) && !rest.contains { $0.contains(lane) }
        }
        let joins = lanes.indices.filter { index in lanes[index].map(upstream.contains) ?? false }
        let place = ends.first ?? lanes.firstIndex { $0 == nil } ?? lanes.count
        if place == lanes.count { lanes.append(nil) }
        let touched = joins + [place]
        let left = touched.min() ?? place, right = touched.max() ?? place
        var text = ""
        for index in lanes.indices {
            let inside = index > left && index < right
            let mark: String
            if index == place {
                mark = "●"
            } else if joins.contains(index) {
                let isEnd = ends.contains(index)
                mark = inside ? (isEnd ? "┴" : "┼") : index < place ? (isEnd ? "╰" : "├") : (isEnd ? "╯" : "┤")
            } else if lanes[index] != nil {
                mark = inside ? "┼" : "│"
            } else {
                mark = inside ? "─" : " "
            }
            text += mark + (index >= left && index < right ? "─" : " ")
        }
        for index in ends { lanes[index] = nil }
        lanes[place] = rest.contains { $0.contains(name) } ? name : nil
        while lanes.last == .some(nil) { lanes.removeLast() }
        return text
    }
}

extension String {
    /// The text with spaces up to a number of characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
