import Testing

@testable import Server

/// The layered layout of pipeline graphs.
struct WebGraphTests {
    private func layout(_ edges: [(String, String)], nodes: [String]) -> GraphLayout {
        GraphLayout(nodes: nodes, edges: edges.map { (from: $0.0, to: $0.1) })
    }

    @Test func `Each task stands below every task that it waits for`() {
        let run = WebFixtures.pipelineRun
        let edges = run.tasks.flatMap { task in task.needs.map { ($0, task.name) } }
        let layout = layout(edges, nodes: run.tasks.map(\.name))
        for (from, to) in edges {
            #expect((layout.places[from]?.layer ?? 99) < (layout.places[to]?.layer ?? 0), "\(from) → \(to)")
        }
        #expect(layout.routes.count == edges.count)
        #expect(layout.places.count == run.tasks.count)
    }

    @Test func `No two tasks overlap and all lie inside the drawing`() {
        let nodes = (0..<40).map { "t\($0)" }
        var edges: [(String, String)] = []
        for index in 1..<40 {
            edges.append(("t\(index / 2)", "t\(index)"))
            if index > 8 { edges.append(("t\(index % 7)", "t\(index)")) }
        }
        let layout = layout(edges.filter { $0.0 != $0.1 }, nodes: nodes)
        let places = nodes.compactMap { layout.places[$0] }
        for (index, place) in places.enumerated() {
            #expect(place.x - GraphLayout.nodeWidth / 2 >= 0 && place.x + GraphLayout.nodeWidth / 2 <= layout.width)
            for other in places[(index + 1)...] where other.layer == place.layer {
                #expect(abs(other.x - place.x) >= GraphLayout.nodeWidth)
            }
        }
    }

    @Test func `An order of tasks that makes edges cross is changed`() {
        let layout = layout([("a", "y"), ("b", "x")], nodes: ["a", "b", "x", "y"])
        let a = layout.places["a"]?.x ?? 0, b = layout.places["b"]?.x ?? 0
        let x = layout.places["x"]?.x ?? 0, y = layout.places["y"]?.x ?? 0
        #expect((a < b) == (y < x))
    }

    @Test func `A long edge goes round the tasks between`() {
        let layout = layout([("a", "b"), ("b", "c"), ("a", "c")], nodes: ["a", "b", "c"])
        let long = layout.routes.first { $0.from == "a" && $0.to == "c" }
        let middle = layout.places["b"]?.x ?? 0
        let bends = long?.points.dropFirst().dropLast().map(\.x) ?? []
        #expect(bends.count == 2)
        #expect(bends.allSatisfy { abs($0 - middle) >= GraphLayout.nodeWidth / 2 })
    }

    @Test func `A cycle and an edge to an unknown task are left out, not looped over`() {
        let layout = layout([("a", "b"), ("b", "a"), ("a", "ghost"), ("a", "a")], nodes: ["a", "b"])
        #expect(layout.places.count == 2)
        #expect(layout.routes.isEmpty)
        #expect(GraphLayout(nodes: [], edges: []).places.isEmpty)
    }

    @Test func `A graph shows state as colour, glyph and word, and marks what came from cache`() {
        let svg = PipelineRunPage.graph(WebFixtures.pipelineRun, now: WebFixtures.now).html
        #expect(svg.contains(#"class="node t-cached""#) && svg.contains("\"#g-cached\""))
        #expect(svg.contains(#"aria-label="package: running, running 1 min 39 s""#))
        #expect(svg.contains(##"href="#task-train""##))
    }

    @Test func `A graph that is too large to read is not drawn`() {
        let nodes = (0...GraphLayout.maximumNodes).map {
            GraphDrawing.Node(name: "t\($0)", badge: Badge("waiting", .idle), detail: "", needs: [])
        }
        #expect(GraphDrawing.svg(nodes, label: "large").html.isEmpty)
    }
}
