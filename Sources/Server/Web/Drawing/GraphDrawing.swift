import Foundation

/// The pipeline's graph as it stands now: one box a task, coloured and marked by its state.
enum GraphDrawing {
    /// One task.
    struct Node: Sendable, Hashable {
        /// The task's name; also the fragment that the box links to.
        let name: String
        /// Its state.
        let badge: Badge
        /// A few words under the name: duration, attempt, cached.
        let detail: String
        /// The names of the tasks that it waits for.
        let needs: [String]

        /// Makes a node.
        init(name: String, badge: Badge, detail: String, needs: [String]) {
            self.name = name
            self.badge = badge
            self.detail = detail
            self.needs = needs
        }
    }

    /// The drawing; empty when there are no tasks or more than `GraphLayout.maximumNodes`.
    static func svg(_ nodes: [Node], label: String) -> Markup {
        guard !nodes.isEmpty, nodes.count <= GraphLayout.maximumNodes else { return Markup("") }
        let layout = GraphLayout(
            nodes: nodes.map(\.name),
            edges: nodes.flatMap { node in Set(node.needs).sorted().map { (from: $0, to: node.name) } }
        )
        let states = Dictionary(nodes.map { ($0.name, $0.badge.tone) }, uniquingKeysWith: { first, _ in first })
        let words = nodes.map { "\($0.name) \($0.badge.word)" }.joined(separator: ", ")
        var out = SVG.open(
            width: layout.width,
            height: layout.height,
            label: "\(label): \(words)",
            class: "graph",
            role: "group"
        )
        out += "<g class=\"edges\" aria-hidden=\"true\">"
        for route in layout.routes {
            out += "<path class=\"edge from-\(states[route.from] ?? "idle")\" d=\"\(curve(route.points))\"/>"
            if let end = route.points.last {
                let x = SVG.number(end.x), y = SVG.number(end.y)
                out += "<path class=\"tip\" d=\"M\(x) \(y)l-3.5 -6h7z\"/>"
            }
        }
        out += "</g>"
        for node in nodes {
            guard let place = layout.places[node.name] else { continue }
            out += box(node, place)
        }
        return Markup(out + "</svg>")
    }

    private static func box(_ node: Node, _ place: GraphLayout.Place) -> String {
        let x = place.x - GraphLayout.nodeWidth / 2, y = place.y - GraphLayout.nodeHeight / 2
        let words = "\(node.name): \(node.badge.word)\(node.detail.isEmpty ? "" : ", \(node.detail)")"
        return "<a href=\"#task-\(Wording.segment(node.name))\" class=\"node t-\(node.badge.tone)\" "
            + "aria-label=\"\(SVG.escape(words))\"><title>\(SVG.escape(words))</title>"
            + "<rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(SVG.number(GraphLayout.nodeWidth))\" "
            + "height=\"\(SVG.number(GraphLayout.nodeHeight))\" rx=\"3\"/>"
            + "<use href=\"#g-\(node.badge.tone)\" x=\"\(SVG.number(x + 10))\" y=\"\(SVG.number(y + 12))\" "
            + "width=\"16\" height=\"16\"/>"
            + SVG.text(SVG.clip(node.name, to: 19), x: x + 34, y: y + 17, class: "name")
            + SVG.text(
                SVG.clip(node.detail.isEmpty ? node.badge.word : node.detail, to: 26),
                x: x + 34,
                y: y + 31,
                class: "detail"
            )
            + "</a>"
    }

    /// A path that leaves and enters every layer straight down.
    static func curve(_ points: [LineChart.Point]) -> String {
        guard let first = points.first else { return "" }
        var out = "M\(SVG.number(first.x)) \(SVG.number(first.y))"
        for (from, to) in zip(points, points.dropFirst()) {
            if from.x == to.x {
                out += "V\(SVG.number(to.y))"
            } else {
                let middle = SVG.number((from.y + to.y) / 2)
                out +=
                    "C\(SVG.number(from.x)) \(middle) \(SVG.number(to.x)) \(middle) \(SVG.number(to.x)) \(SVG.number(to.y))"
            }
        }
        return out
    }
}
