extension Console {
    /// What a model version was made of and where it runs, as a graph whose edges point at what was made.
    struct Lineage: Sendable, Hashable {
        /// One thing on the way.
        struct Node: Sendable, Hashable {
            var id: String
            var title: String
            /// What it is, and a word more.
            var detail: String
            var href: String?
            /// Whether the graph was asked for this one.
            var isSubject = false
        }

        /// One step.
        struct Edge: Sendable, Hashable {
            var from: String
            var to: String
        }

        private(set) var nodes: [Node] = []
        private(set) var edges: [Edge] = []
        /// Whether there was more than a page draws.
        var isCut = false

        /// Adds a node, once.
        mutating func add(_ node: Node) {
            if !nodes.contains(where: { $0.id == node.id }) { nodes.append(node) }
        }

        /// Adds an edge, once.
        mutating func link(_ from: String, to: String) {
            let edge = Edge(from: from, to: to)
            if from != to, !edges.contains(edge) { edges.append(edge) }
        }
    }
}

/// A lineage as boxes from sources above to endpoints below; every box that has a page leads to it.
enum LineageDrawing {
    /// The drawing; empty for a version that nothing is known about.
    static func svg(_ lineage: Console.Lineage, label: String) -> Markup {
        guard lineage.nodes.count > 1 else { return Markup("") }
        let layout = GraphLayout(
            nodes: lineage.nodes.map(\.id),
            edges: lineage.edges.map { (from: $0.from, to: $0.to) }
        )
        let words = lineage.nodes.map { "\($0.title), \($0.detail)" }.joined(separator: "; ")
        var out = SVG.open(
            width: layout.width,
            height: layout.height,
            label: "\(label): \(words)",
            class: "graph lineage",
            role: "group"
        )
        out += "<g class=\"edges\" aria-hidden=\"true\">"
        for route in layout.routes {
            out += "<path class=\"edge\" d=\"\(GraphDrawing.curve(route.points))\"/>"
            if let end = route.points.last {
                out += "<path class=\"tip\" d=\"M\(SVG.number(end.x)) \(SVG.number(end.y))l-3.5 -6h7z\"/>"
            }
        }
        out += "</g>"
        for node in lineage.nodes {
            if let place = layout.places[node.id] { out += box(node, place) }
        }
        return Markup(out + "</svg>")
    }

    private static func box(_ node: Console.Lineage.Node, _ place: GraphLayout.Place) -> String {
        let x = place.x - GraphLayout.nodeWidth / 2, y = place.y - GraphLayout.nodeHeight / 2
        let words = SVG.escape("\(node.title), \(node.detail)")
        let inner =
            "<title>\(words)</title><rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
            + "width=\"\(SVG.number(GraphLayout.nodeWidth))\" height=\"\(SVG.number(GraphLayout.nodeHeight))\" rx=\"3\"/>"
            + SVG.text(SVG.clip(node.title, to: 23), x: x + 12, y: y + 17, class: "name")
            + SVG.text(SVG.clip(node.detail, to: 30), x: x + 12, y: y + 31, class: "detail")
        let name = "node\(node.isSubject ? " subject" : "")"
        guard let href = node.href, !node.isSubject else { return "<g class=\"\(name)\">\(inner)</g>" }
        return "<a href=\"\(SVG.escape(href))\" class=\"\(name)\" aria-label=\"\(words)\">\(inner)</a>"
    }
}
