import Primitives
import Testing
import Tracking

@Suite struct HistoryTests {
    private func points(_ count: Int, _ step: (Int) -> Int64 = { Int64($0) }) -> [MetricPoint] {
        (0..<count).map { MetricPoint(key: "m", value: Double($0), timestamp: Int64($0), step: step($0)) }
    }

    /// What MLflow's `NTILE` takes: the first of each share, and the last of all.
    private func wanted(_ count: Int, _ size: Int) -> [Int] {
        if count <= size { return Array(0..<count) }
        var starts: [Int] = []
        var place = 0
        for share in 0..<size {
            starts.append(place)
            place += count / size + (share < count % size ? 1 : 0)
        }
        starts[size - 1] = count - 1
        return starts
    }

    @Test(arguments: [1, 2, 3, 5, 7, 99, 100, 101, 250], [true, false])
    func `A sample is the first of each share and the last of all, however the points came`(
        _ size: Int,
        _ inOrder: Bool
    ) async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        let all = points(100)
        let arriving = inOrder ? all : Array(all[50...] + all[..<50].reversed())
        for start in stride(from: 0, to: 100, by: 25) {
            try await fixture.runs.log(metrics: Array(arriving[start..<(start + 25)]), params: [], tags: [], run: run)
        }
        let found = try await fixture.runs.sampledHistory(run: run, key: "m", maximum: size)
        #expect(found.map { Int($0.value) } == wanted(100, size))
        let part = try await fixture.runs.sampledHistory(run: run, key: "m", steps: 10...29, maximum: size)
        #expect(part.map { Int($0.value) - 10 } == wanted(20, size))
    }

    @Test func `A history whose steps fall is sampled by step`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        for point in points(10, { Int64(9 - $0) }) { try await fixture.runs.log(metric: point, run: run) }
        let found = try await fixture.runs.sampledHistory(run: run, key: "m", maximum: 3)
        #expect(found.map(\.step) == [0, 4, 9])
    }

    @Test func `Pages of a history join, also while points arrive`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        try await fixture.runs.log(
            metrics: points(10) + [MetricPoint(key: "m", value: .nan, timestamp: 3)],
            params: [],
            tags: [],
            run: run
        )
        var values: [Double] = []
        var token: String?
        repeat {
            let page = try await fixture.runs.history(run: run, key: "m", maximum: 4, token: token)
            values += page.elements.map(\.value)
            token = page.nextToken
            let early = MetricPoint(key: "m", value: -1, timestamp: 0, step: Int64(values.count))
            try await fixture.runs.log(metric: early, run: run)
        } while token != nil
        #expect(values.filter { !$0.isNaN } == (0..<10).map(Double.init))
        #expect(values.filter(\.isNaN).count == 1)
        #expect(try await fixture.runs.history(run: run, key: "m", maximum: 0).elements == [])
    }

    @Test func `Histories of several runs come by run`() async throws {
        let fixture = try Fixture()
        let (one, two) = (try await fixture.run("one"), try await fixture.run("two"))
        for run in [two, one] {
            try await fixture.runs.log(metrics: points(3), params: [], tags: [], run: run)
        }
        let found = try await fixture.runs.histories(runs: [two, one, "unknown"], key: "m", maximum: 5)
        #expect(found.map(\.id) == [one, two])
        #expect(found.map { $0.points.map(\.value) } == [[0, 1, 2], [0, 1]])
        #expect(
            await code { try await fixture.runs.sampledHistories(runs: [one, "unknown"], key: "m", maximum: 5).count }
                == "RESOURCE_DOES_NOT_EXIST"
        )
    }
}
