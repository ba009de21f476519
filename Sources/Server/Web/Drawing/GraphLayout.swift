import Foundation

/// A layered drawing of a directed graph without cycles: longest-path layers, long edges bent through every layer they
/// cross, crossings reduced by barycentre sweeps (Sugiyama, Tagawa and Toda 1981). The same graph always lands the same.
struct GraphLayout: Sendable, Hashable {
    /// Where a node stands.
    struct Place: Sendable, Hashable {
        /// From 0 at the top.
        let layer: Int
        /// The centre, in units of the drawing.
        let x: Double
        let y: Double
    }

    /// One edge as the points that it passes, from its source's lower side to its target's upper side.
    struct Route: Sendable, Hashable {
        let from: String
        let to: String
        let points: [LineChart.Point]
    }

    /// Where each node stands.
    let places: [String: Place]
    /// Every edge.
    let routes: [Route]
    /// The size of the drawing.
    let width: Double
    let height: Double

    /// Nodes drawn; a larger graph is refused by the caller and shown as a table alone.
    static let maximumNodes = 200
    /// The size of a node.
    static let nodeWidth: Double = 180
    static let nodeHeight: Double = 40
    static let gapAcross: Double = 26
    static let bendWidth: Double = 8
    private static let gapDown: Double = 30
    private static let margin: Double = 12

    /// Lays a graph out. Edges to unknown nodes and edges that would close a cycle are left out.
    init(nodes: [String], edges: [(from: String, to: String)]) {
        let layers = Self.layers(nodes: nodes, edges: edges)
        let kept = edges.filter { edge in
            guard let from = layers[edge.from], let to = layers[edge.to] else { return false }
            return from < to
        }
        var rows = Rows(nodes: nodes, edges: kept, layers: layers)
        rows.reduceCrossings()
        let columns = rows.columns()
        let depth = rows.layers.count
        width = Self.margin * 2 + max(Self.nodeWidth, rows.widest)
        height = Self.margin * 2 + Double(depth) * Self.nodeHeight + Double(max(0, depth - 1)) * Self.gapDown
        func y(_ layer: Int) -> Double {
            Self.margin + Self.nodeHeight / 2 + Double(layer) * (Self.nodeHeight + Self.gapDown)
        }
        func x(_ vertex: Rows.Vertex) -> Double { Self.margin + (columns[vertex] ?? 0) }
        var places: [String: Place] = [:]
        for node in nodes {
            if let layer = layers[node] { places[node] = Place(layer: layer, x: x(.node(node)), y: y(layer)) }
        }
        self.places = places
        routes = kept.enumerated().compactMap { index, edge in
            guard let from = layers[edge.from], let to = layers[edge.to] else { return nil }
            var points = [LineChart.Point(x(.node(edge.from)), y(from) + Self.nodeHeight / 2)]
            for layer in (from + 1)..<max(to, from + 1) {
                let bend = x(.bend(edge: index, layer: layer))
                points.append(.init(bend, y(layer) - Self.nodeHeight / 2))
                points.append(.init(bend, y(layer) + Self.nodeHeight / 2))
            }
            points.append(.init(x(.node(edge.to)), y(to) - Self.nodeHeight / 2))
            return Route(from: edge.from, to: edge.to, points: points)
        }
    }

    /// The layer of each node: one more than the deepest node it waits for. Nodes on a cycle come out on the last layer reached.
    static func layers(nodes: [String], edges: [(from: String, to: String)]) -> [String: Int] {
        let known = Set(nodes)
        var waits = Dictionary(nodes.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
        var followers: [String: [String]] = [:]
        for edge in edges where known.contains(edge.from) && known.contains(edge.to) && edge.from != edge.to {
            waits[edge.to, default: 0] += 1
            followers[edge.from, default: []].append(edge.to)
        }
        var layers: [String: Int] = [:]
        var ready = nodes.filter { waits[$0] == 0 }
        for node in ready { layers[node] = 0 }
        while let node = ready.first {
            ready.removeFirst()
            for follower in followers[node] ?? [] {
                layers[follower] = max(layers[follower] ?? 0, (layers[node] ?? 0) + 1)
                waits[follower, default: 1] -= 1
                if waits[follower] == 0 { ready.append(follower) }
            }
        }
        let last = (layers.values.max() ?? -1) + 1
        for node in nodes where layers[node] == nil || (waits[node] ?? 0) > 0 { layers[node] = last }
        return layers
    }
}
