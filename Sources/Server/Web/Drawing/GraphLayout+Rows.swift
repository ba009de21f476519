extension GraphLayout {
    /// The order inside each layer, with a bend wherever a long edge crosses one.
    struct Rows {
        enum Vertex: Hashable {
            case node(String)
            case bend(edge: Int, layer: Int)
        }

        private(set) var layers: [[Vertex]]
        private var above: [Vertex: [Vertex]] = [:]
        private var below: [Vertex: [Vertex]] = [:]

        init(nodes: [String], edges: [(from: String, to: String)], layers placed: [String: Int]) {
            layers = Array(repeating: [], count: (placed.values.max() ?? -1) + 1)
            var seen: Set<String> = []
            for node in nodes where seen.insert(node).inserted {
                if let layer = placed[node] { layers[layer].append(.node(node)) }
            }
            for (index, edge) in edges.enumerated() {
                guard let from = placed[edge.from], let to = placed[edge.to], from < to else { continue }
                var previous = Vertex.node(edge.from)
                for layer in (from + 1)..<to {
                    let bend = Vertex.bend(edge: index, layer: layer)
                    layers[layer].append(bend)
                    link(previous, bend)
                    previous = bend
                }
                link(previous, .node(edge.to))
            }
        }

        private mutating func link(_ upper: Vertex, _ lower: Vertex) {
            below[upper, default: []].append(lower)
            above[lower, default: []].append(upper)
        }

        /// Sorts each layer by the mean place of its neighbours, down and up, and keeps the best order seen.
        mutating func reduceCrossings() {
            var best = layers, fewest = crossings()
            for sweep in 0..<12 where fewest > 0 {
                let down = sweep % 2 == 0
                for layer in down ? Array(layers.indices.dropFirst()) : layers.indices.dropLast().reversed() {
                    sort(layer, by: down ? above : below, against: layers[down ? layer - 1 : layer + 1])
                }
                let count = crossings()
                if count < fewest {
                    fewest = count
                    best = layers
                }
            }
            layers = best
        }

        private mutating func sort(_ layer: Int, by neighbours: [Vertex: [Vertex]], against other: [Vertex]) {
            let places = Dictionary(
                other.enumerated().map { ($1, Double($0)) },
                uniquingKeysWith: { first, _ in first }
            )
            let keyed = layers[layer].enumerated().map { index, vertex in
                let near = (neighbours[vertex] ?? []).compactMap { places[$0] }
                let mean = near.isEmpty ? Double(index) : near.reduce(0, +) / Double(near.count)
                return (vertex: vertex, mean: mean, index: index)
            }
            layers[layer] = keyed.sorted { ($0.mean, $0.index) < ($1.mean, $1.index) }.map(\.vertex)
        }

        /// How many pairs of edges cross between neighbouring layers.
        func crossings() -> Int {
            var total = 0
            for layer in layers.indices.dropLast() {
                let places = Dictionary(
                    layers[layer + 1].enumerated().map { ($1, $0) },
                    uniquingKeysWith: { first, _ in first }
                )
                let ends = layers[layer].flatMap { vertex in (below[vertex] ?? []).compactMap { places[$0] }.sorted() }
                for first in ends.indices {
                    for second in ends[(first + 1)...] where ends[first] > second { total += 1 }
                }
            }
            return total
        }

        /// The centre of every vertex: packed from the left, then each layer shifted as a whole under the widest.
        func columns() -> [Vertex: Double] {
            let widest = widest
            var out: [Vertex: Double] = [:]
            for layer in layers {
                var x = (widest - span(layer)) / 2
                for vertex in layer {
                    let width = Self.width(vertex)
                    out[vertex] = x + width / 2
                    x += width + GraphLayout.gapAcross
                }
            }
            straighten(&out, limit: widest)
            return out
        }

        /// Pulls every vertex towards its neighbours without letting it touch the next one.
        private func straighten(_ columns: inout [Vertex: Double], limit: Double) {
            for pass in 0..<8 {
                for layer in pass % 2 == 0 ? Array(layers) : layers.reversed() {
                    for (index, vertex) in layer.enumerated() {
                        let near = ((above[vertex] ?? []) + (below[vertex] ?? [])).compactMap { columns[$0] }
                        guard !near.isEmpty else { continue }
                        let half = Self.width(vertex) / 2
                        var wanted = near.reduce(0, +) / Double(near.count)
                        var low = half, high = limit - half
                        if index > 0, let left = columns[layer[index - 1]] {
                            low = left + Self.width(layer[index - 1]) / 2 + GraphLayout.gapAcross + half
                        }
                        if index + 1 < layer.count, let right = columns[layer[index + 1]] {
                            high = right - Self.width(layer[index + 1]) / 2 - GraphLayout.gapAcross - half
                        }
                        wanted = min(max(wanted, low), max(low, high))
                        columns[vertex] = wanted
                    }
                }
            }
        }

        /// The width of the widest layer.
        var widest: Double { layers.map { span($0) }.max() ?? 0 }

        private func span(_ layer: [Vertex]) -> Double {
            layer.map(Self.width).reduce(0, +) + Double(max(0, layer.count - 1)) * GraphLayout.gapAcross
        }

        private static func width(_ vertex: Vertex) -> Double {
            if case .node = vertex { GraphLayout.nodeWidth } else { GraphLayout.bendWidth }
        }
    }
}
