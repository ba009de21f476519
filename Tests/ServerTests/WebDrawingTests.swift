import Foundation
import Primitives
import Testing

@testable import Server

/// The drawings are functions of their values; none may be broken, or broken out of, by data.
struct WebDrawingTests {
    private static let hostile = "</text><script>alert(1)</script>\"'&\u{0}"

    private func isWellFormed(_ markup: Markup) -> Bool {
        TagCheck(markup.html).isWellFormed
    }

    @Test func `An axis has round ticks that cover every value`() {
        #expect(Axis(covering: [0.03, 2.4]).ticks == [0, 1, 2, 3])
        #expect(Axis(covering: [3, 17]).ticks == [0, 5, 10, 15, 20])
        #expect(Axis(covering: [.nan, .infinity]).ticks.first == 0)
        let flat = Axis(covering: [5, 5])
        #expect(flat.low < 5 && flat.high > 5)
        for values in [[-3.2, 8.9], [1e-9, 3e-9], [1e12, 1.0001e12], [-5, -5]] as [[Double]] {
            let axis = Axis(covering: values)
            #expect(axis.low <= (values.min() ?? 0) && axis.high >= (values.max() ?? 0) && axis.ticks.count < 24)
        }
    }

    @Test
    func `A line chart draws one path a series, breaks it where a value is missing, and tells each value on hovering`()
    {
        let points = [(0, 1), (1, 2), (2, Double.nan), (3, 4), (4, 5)].map { LineChart.Point($0.0, $0.1) }
        var chart = LineChart(title: "loss", series: [.init("loss", points)])
        chart.thresholds = [.init("limit", 3)]
        chart.marks = [.init("swap", 2, .live), .init("elsewhere", 99)]
        let svg = chart.svg().html
        let path = svg.firstMatch(of: /<path class="line s0" d="([^"]*)"/).map { String($0.output.1) } ?? ""
        #expect(path.count { $0 == "M" } == 2)
        #expect(path.count { $0 == "L" } == 2)
        #expect(svg.contains("<title>step 4 · loss 5</title>"))
        #expect(svg.contains("<title>limit: 3</title>"))
        #expect(svg.contains(#"<g class="mark t-live"><title>swap</title><path d="M248 10V166"/></g>"#))
        #expect(!svg.contains("elsewhere"))
        #expect(svg.contains(#"aria-label="loss: loss last 5, lowest 1, highest 5""#))
        #expect(!svg.contains("nan"))
    }

    @Test func `A value beyond what is shown is drawn at the edge and told in full`() {
        var chart = LineChart(title: "evidence", series: [.init("evidence", [.init(0, 1), .init(1, 2000)])])
        chart.shown = -2...8
        let svg = chart.svg().html
        #expect(svg.contains(">8</text>") && !svg.contains(">2000</text>"))
        #expect(svg.contains("evidence 2000</title>"))
        #expect(svg.contains("L450 10"))
    }

    @Test func `A chart without values says so`() {
        #expect(LineChart(title: "loss", series: []).svg().html.contains("no values yet"))
        #expect(
            LineChart(title: "loss", series: [.init("loss", [.init(0, .nan)])]).svg().html.contains("no values yet")
        )
    }

    @Test func `A long series is thinned but keeps its highest and lowest point`() {
        var points = (0..<100_000).map { LineChart.Point(Double($0), sin(Double($0))) }
        points[77_777] = .init(77_777, 99)
        points[12_345] = .init(12_345, -99)
        let thin = LineChart.thin(points)
        #expect(thin.count <= LineChart.maximumPoints)
        #expect(thin.contains(points[77_777]) && thin.contains(points[12_345]))
        #expect(thin.map(\.x) == thin.map(\.x).sorted())
        let svg = LineChart(title: "x", series: [.init("x", points)]).svg().html
        #expect(svg.utf8.count < 40_000)
    }

    @Test func `No name can break out of a drawing`() {
        let name = Self.hostile
        let badge = Badge(name, .bad)
        var chart = LineChart(title: name, series: [.init(name, [.init(0, 1), .init(1, .infinity), .init(2, 3)])])
        chart.unit = name
        chart.across = .count(name)
        chart.thresholds = [.init(name, 2)]
        chart.marks = [.init(name, 1)]
        let drawings = [
            chart.svg(),
            Sparkline.svg([1, .nan, 3, -.infinity], label: name),
            DistributionChart.svg([.init(name, reference: .nan, current: 7)], label: name),
            GraphDrawing.svg([.init(name: name, badge: badge, detail: name, needs: [name])], label: name),
            TimelineDrawing.svg(
                [.init(name: name, badge: badge, start: WebFixtures.before(seconds: 5), end: WebFixtures.now)],
                label: name
            ),
            DigestMark.svg(name),
        ]
        for drawing in drawings {
            #expect(!drawing.html.contains("<script"))
            #expect(isWellFormed(drawing), "\(drawing.html)")
        }
    }

    @Test func `Every drawing of the fixtures is well formed`() {
        let run = PipelineRunPage(WebFixtures.pipelineRun, log: nil, canRun: false, now: WebFixtures.now)
        let endpoint = EndpointPage(WebFixtures.endpointDetail, now: WebFixtures.now)
        var drawings = [run.graph, run.timeline] + endpoint.figures.map(\.drawing)
        drawings += endpoint.drift.flatMap { [$0.distribution] + ($0.figure.map { [$0.drawing] } ?? []) }
        for drawing in drawings where !drawing.html.isEmpty { #expect(isWellFormed(drawing)) }
    }

    @Test func `The same digest has the same mark and another digest another`() {
        let mark = DigestMark.svg(WebFixtures.digest(1))
        #expect(mark == DigestMark.svg(String(WebFixtures.digest(1).dropFirst(7))))
        #expect(mark != DigestMark.svg(WebFixtures.digest(2)))
        #expect(DigestMark.svg("v1") == Markup(""))
    }
}

/// Reads XML far enough to find an unclosed tag, a raw quote or a stray bracket.
private struct TagCheck {
    private let text: String

    init(_ text: String) { self.text = text }

    var isWellFormed: Bool {
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            if rest[..<start].contains(">") { return false }
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else {
                guard tag.wholeMatch(of: /[a-z]+( [a-zA-Z-]+="[^"<>]*")*\/?/) != nil else { return false }
                if !tag.hasSuffix("/") { open.append(tag.prefix { $0 != " " }) }
            }
        }
        return open.isEmpty && !rest.contains(">")
    }
}
