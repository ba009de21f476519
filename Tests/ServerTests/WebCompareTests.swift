import Foundation
import Primitives
import Testing

@testable import Server

/// Runs side by side: what is marked, what is drawn, and how much of it.
struct WebCompareTests {
    private func history(_ values: [Double]) -> Console.History {
        .init(
            metric: "loss",
            points: values.enumerated().map { .init(step: Int64($0), value: $1, time: Int64($0) * 1000) }
        )
    }

    private func chart(_ histories: [Console.History], _ query: String = "") -> CurveChart {
        CurveChart(
            title: "loss",
            histories.enumerated().map { (name: "\($0 + 1)", index: $0, history: $1) },
            options: CurveOptions(FormFields(query))
        )
    }

    @Test func `Params that differ from the baseline are marked, equal ones stand apart`() {
        let table = CompareTable(parametersOf: WebFixtures.runs(3), colours: ["k0", "k1", "k2"])
        #expect(table.differing.html.contains("title=\"seed\""))
        #expect(table.differing.html.components(separatedBy: " diff").count == 5)
        #expect(table.same.html.contains("title=\"epochs\""))
        #expect(!table.same.html.contains(" diff"))
    }

    @Test func `The highest and the lowest value of a metric are marked in words too`() {
        let table = CompareTable(metricsOf: WebFixtures.runs(3), colours: ["k0", "k1", "k2"])
        #expect(table.differing.html.contains("aria-label=\"highest\""))
        #expect(table.differing.html.contains("aria-label=\"lowest\""))
    }

    @Test func `An address names at most fifty runs, each once, and nothing that is no identifier`() {
        let many = (0..<60).map { "run=r\($0)" }.joined(separator: "&") + "&run=r1&run=x'%20OR%201%3D1"
        let query = CompareQuery(FormFields(many))
        #expect(query.runs.count == 50)
        #expect(query.surplus == 10)
        #expect(CompareQuery(FormFields("run=a,b&run=c")).runs == ["a", "b", "c"])
        #expect(CompareQuery(FormFields("run=a'b")).runs.isEmpty)
    }

    @Test func `A drawing of fifty long histories stays small`() {
        let long = history((0..<20_000).map { sin(Double($0) / 50) })
        let text = chart(Array(repeating: long, count: 50)).svg().html
        #expect(text.utf8.count < 200_000)
        #expect(text.components(separatedBy: "class=\"curve ").count == 51)
    }

    @Test func `Spikes survive thinning, and so does a gap`() {
        var values = (0..<10_000).map { _ in LineChart.Point(0, 1) }
        values[5000] = .init(0, 99)
        values[7000] = .init(0, .nan)
        let thin = CurveChart.thin(values, to: 100)
        #expect(thin.count <= 153)
        #expect(thin.contains { $0.y == 99 })
        #expect(thin.contains { $0.y.isNaN })
    }

    @Test func `What is not finite is a gap with a cross, and is counted`() {
        let chart = chart([history([1, 2, .nan, 3, .infinity, .infinity, 4])])
        let text = chart.svg().html
        #expect(text.components(separatedBy: "class=\"gone").count == 3)
        #expect(text.components(separatedBy: "<circle class=\"dot").count == 3)
        #expect(chart.unshown == 3)
        #expect(!text.contains("nan") && !text.contains("inf"))
    }

    @Test func `A logarithmic axis leaves out what is not above zero and has ticks at powers of ten`() {
        let chart = chart([history([0, 1e-4, 1, 100])], "log=y")
        #expect(chart.unshown == 1)
        let scale = Scale(numbers: [1e-4, 1, 100], isLogarithmic: true)
        #expect(scale.ticks.map(\.text) == ["1e-4", "0.001", "0.01", "0.1", "1", "10", "100"])
        #expect(scale.place(-1) == nil)
        #expect(scale.place(0.1) == 0.5)
        #expect(!Scale(numbers: [-1, 0], isLogarithmic: true).isLogarithmic)
    }

    @Test func `Smoothing divides by the weight so far, so that a constant stays itself`() {
        var options = CurveOptions()
        options.smoothing = 0.9
        let flat = options.smooth((0..<5).map { .init(Double($0), 3) })
        #expect(flat.allSatisfy { abs($0.y - 3) < 1e-12 })
        let step = options.smooth([.init(0, 0), .init(1, .nan), .init(2, 1)])
        #expect(abs(step[2].y - 0.1 / 0.19) < 1e-12)
        #expect(step[1].y.isNaN)
    }

    @Test func `Numbers over two decades get a logarithmic axis, words stand in order, missing values below`() {
        var runs = WebFixtures.runs(9)
        #expect(Dimension(RunColumn(.parameter, "learning_rate"), runs).scale.isLogarithmic)
        #expect(!Dimension(RunColumn(.parameter, "seed"), runs).scale.isLogarithmic)
        runs[0].parameters["seed"] = "auto"
        runs[1].parameters["seed"] = nil
        let words = Dimension(RunColumn(.parameter, "seed"), runs)
        #expect(words.scale.ticks.map(\.text) == ["2", "3", "4", "5", "6", "7", "8", "auto"])
        #expect(words.place(1) == nil)
    }

    @Test func `Runs keep an own colour up to eight and are coloured by the last axis above`() {
        #expect(WebFixtures.comparison(8, CompareQuery(FormFields(""))).ramp == nil)
        #expect(WebFixtures.comparison(9, CompareQuery(FormFields(""))).ramp != nil)
    }

    @Test func `Hostile names in a comparison never become markup`() throws {
        let name = "\"><script>alert(1)</script>"
        var runs = WebFixtures.runs(3)
        for index in runs.indices {
            runs[index].name = name
            runs[index].parameters = [name: "\(name)\(index)"]
            runs[index].metrics = [name: Double(index)]
            runs[index].lastSteps = [name: 5]
        }
        let page = ComparePage(
            runs,
            CompareQuery(FormFields("")),
            histories: [(name, runs.map { _ in history([1, 2]) })],
            now: WebFixtures.now
        )
        let text = try PageRenderer().html(page, visitor: Visitor(name: name, hasSession: false))
        #expect(text.components(separatedBy: "<script").count == 2)
    }
}
